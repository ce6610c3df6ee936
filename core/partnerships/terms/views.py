"""Pages of terms: the partnership's clocks, and a group's own."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.errors import Stale
from core.partnerships.blueprint import bp
from core.partnerships.clocks import SETTINGS, Clocks, faults_in
from core.partnerships.groups.views import group_of
from core.partnerships.models import Group
from core.partnerships.terms import operations, queries
from core.partnerships.terms.forms import ClocksForm, CopiesForm
from core.partnerships.terms.settings import terms_of_partnership
from core.policy import Permission
from core.web import current_actor, invalid, may, render, requires, saved_first, see_other

DEFAULTS: Mapping[str, int] = asdict(Clocks())


@bp.get("/terms", endpoint="terms")
@requires(Permission.SEE_PARTNERSHIP)
def terms() -> ResponseReturnValue:
    """The partnership's clocks: by when what is due."""
    partnership = queries.partnership(current_actor().partnership_id)
    return render(
        "partnerships/terms.html",
        terms=terms_of_partnership(partnership),
        exceptions=queries.groups_with_terms(partnership.id),
        manages=may(Permission.MANAGE_AGENCIES),
        attach_copies=partnership.attach_copies,
    )


@bp.get("/terms/edit", endpoint="edit_terms")
@requires(Permission.MANAGE_AGENCIES)
def edit_page() -> ResponseReturnValue:
    """Change them."""
    partnership = queries.partnership(current_actor().partnership_id)
    form = ClocksForm.over(partnership.clocks, partnership.version)
    return render("partnerships/terms_edit.html", form=form, above=DEFAULTS, settings=SETTINGS)


@bp.post("/terms/edit", endpoint="change_terms")
@requires(Permission.MANAGE_AGENCIES)
def change() -> ResponseReturnValue:
    """Save them, unless somebody else saved first."""
    partnership = queries.partnership(current_actor().partnership_id)
    form = ClocksForm()
    page: dict[str, Any] = {"above": DEFAULTS, "settings": SETTINGS}
    if form.validate():
        form.show(operations.faults_of_partnership(partnership, form.own, queries.groups_with_terms(partnership.id)))
    if form.errors:
        return invalid("partnerships/terms_edit.html", form=form, **page)
    try:
        operations.change_clocks_of_partnership(
            current_actor(), partnership=partnership, version=form.version_read, own=form.own
        )
    except Stale as stale:
        return saved_first("partnerships/terms_edit.html", form, stale, version=partnership.version, **page)
    flash("The partnership’s terms are saved.")
    return see_other("partnerships.terms")


@bp.get("/copies", endpoint="edit_copies")
@requires(Permission.MANAGE_AGENCIES)
def copies_page() -> ResponseReturnValue:
    """Change how copies are sent."""
    partnership = queries.partnership(current_actor().partnership_id)
    now = operations.ATTACHED if partnership.attach_copies else operations.LINK
    return render("partnerships/copies.html", form=CopiesForm(version=str(partnership.version), copies=now))


@bp.post("/copies", endpoint="change_copies")
@requires(Permission.MANAGE_AGENCIES)
def change_copies() -> ResponseReturnValue:
    """Save it, unless somebody else saved first."""
    partnership = queries.partnership(current_actor().partnership_id)
    form = CopiesForm()
    if not form.validate():
        return invalid("partnerships/copies.html", form=form)
    attach = form.copies.data == operations.ATTACHED
    try:
        operations.change_how_copies_are_sent(
            current_actor(), partnership=partnership, version=form.version_read, attach=attach
        )
    except Stale as stale:
        return saved_first("partnerships/copies.html", form, stale, version=partnership.version)
    flash("Copies come as locked files from now on." if attach else "Copies are sent as a link alone from now on.")
    return see_other("partnerships.terms")


@bp.get("/groups/<int:group_id>/terms", endpoint="edit_group_terms")
@requires(Permission.MANAGE_GROUP, on=group_of)
def group_page(group: Group) -> ResponseReturnValue:
    """Change a group's own terms."""
    form = ClocksForm.over(group.clocks, group.version)
    return render("partnerships/group_terms.html", group=group, form=form, above=_above(group), settings=SETTINGS)


@bp.post("/groups/<int:group_id>/terms", endpoint="change_group_terms")
@requires(Permission.MANAGE_GROUP, on=group_of)
def change_group_terms(group: Group) -> ResponseReturnValue:
    """Save them, unless somebody else saved first."""
    form = ClocksForm()
    page: dict[str, Any] = {"group": group, "above": _above(group), "settings": SETTINGS}
    if form.validate():
        form.show(faults_in({**group.partnership.clocks, **form.own}))
    if form.errors:
        return invalid("partnerships/group_terms.html", form=form, **page)
    try:
        operations.change_clocks_of_group(current_actor(), group=group, version=form.version_read, own=form.own)
    except Stale as stale:
        return saved_first("partnerships/group_terms.html", form, stale, version=group.version, **page)
    flash("The group’s terms are saved.")
    return see_other("partnerships.group", group_id=group.id)


def _above(group: Group) -> Mapping[str, int]:
    """What a group follows where it has no terms of its own."""
    return {term.name: term.value for term in terms_of_partnership(group.partnership)}
