"""Pages of terms: the partnership's clocks, and a group's own."""

from collections.abc import Sequence
from typing import Any

from flask import flash
from flask.typing import ResponseReturnValue

from core.errors import Stale
from core.partnerships.blueprint import bp
from core.partnerships.clocks import faults_in
from core.partnerships.groups.views import group_of
from core.partnerships.models import Group
from core.partnerships.terms import operations, queries
from core.partnerships.terms.forms import CopiesForm, clocks_form
from core.partnerships.terms.pathways import settings_in
from core.partnerships.terms.settings import Section, defaults_in, sections, terms_of_partnership
from core.policy import Permission
from core.web import current_actor, invalid, may, render, requires, saved_first, see_other


@bp.get("/terms", endpoint="terms")
@requires(Permission.SEE_PARTNERSHIP)
def terms() -> ResponseReturnValue:
    """The partnership's clocks: by when what is due."""
    partnership = queries.partnership(current_actor().partnership_id)
    return render(
        "partnerships/terms.html",
        sections=sections(terms_of_partnership(partnership)),
        exceptions=queries.groups_with_terms(partnership.id),
        manages=may(Permission.MANAGE_AGENCIES),
        attach_copies=partnership.attach_copies,
    )


@bp.get("/terms/edit", endpoint="edit_terms")
@requires(Permission.MANAGE_AGENCIES)
def edit_page() -> ResponseReturnValue:
    """Change them."""
    partnership = queries.partnership(current_actor().partnership_id)
    form = clocks_form(settings_in(partnership.id)).over(partnership.clocks, partnership.version)
    return render("partnerships/terms_edit.html", form=form, sections=sections(defaults_in(partnership.id)))


@bp.post("/terms/edit", endpoint="change_terms")
@requires(Permission.MANAGE_AGENCIES)
def change() -> ResponseReturnValue:
    """Save them, unless somebody else saved first."""
    partnership = queries.partnership(current_actor().partnership_id)
    settings = settings_in(partnership.id)
    form = clocks_form(settings)()
    page: dict[str, Any] = {"sections": sections(defaults_in(partnership.id))}
    if form.validate():
        form.show(operations.faults_of_partnership(settings, form.own, queries.groups_with_terms(partnership.id)))
    if form.errors:
        return invalid("partnerships/terms_edit.html", form=form, **page)
    try:
        operations.change_clocks_of_partnership(
            current_actor(), partnership=partnership, version=form.version_read, own=form.own, asked=settings
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
    form = clocks_form(settings_in(group.partnership_id)).over(group.clocks, group.version)
    return render("partnerships/group_terms.html", group=group, form=form, sections=_above(group))


@bp.post("/groups/<int:group_id>/terms", endpoint="change_group_terms")
@requires(Permission.MANAGE_GROUP, on=group_of)
def change_group_terms(group: Group) -> ResponseReturnValue:
    """Save them, unless somebody else saved first."""
    settings = settings_in(group.partnership_id)
    form = clocks_form(settings)()
    page: dict[str, Any] = {"group": group, "sections": _above(group)}
    if form.validate():
        form.show(faults_in({**group.partnership.clocks, **form.own}, settings))
    if form.errors:
        return invalid("partnerships/group_terms.html", form=form, **page)
    try:
        operations.change_clocks_of_group(
            current_actor(), group=group, version=form.version_read, own=form.own, asked=settings
        )
    except Stale as stale:
        return saved_first("partnerships/group_terms.html", form, stale, version=group.version, **page)
    flash("The group’s terms are saved.")
    return see_other("partnerships.group", group_id=group.id)


def _above(group: Group) -> Sequence[Section]:
    """What a group follows where it has no terms of its own."""
    return sections(terms_of_partnership(group.partnership))
