"""The page of the audit trail: what was done, by whom, about what. Opaque ids; of persons in cases never a name."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from core.admin import queries, trail_words
from core.admin.blueprint import bp
from core.admin.forms import TrailFilter
from core.audit import Category
from core.audit.queries import PAGE, Filter, search, summary
from core.policy import Permission
from core.web import current_actor, disclose, invalid, may, render, requires
from core.web.addresses import row_id

CHECKED = 500
"""How many of the newest records are checked for the page; the whole chain takes the command line."""


@bp.get("/trail")
@requires(Permission.SEE_AUDIT)
def trail() -> ResponseReturnValue:
    """The newest records that fit the filters."""
    actor = current_actor()
    assert actor.partnership_id is not None
    form = TrailFilter(request.args, meta={"csrf": False})
    page: dict[str, Any] = {"form": form, "chain": summary(CHECKED)}
    if not form.validate():
        return invalid("admin/trail.html", records=[], names={}, following={}, **page)
    found = search(
        Filter(
            actor=_actor_typed(form.actor.data or "", actor.partnership_id),
            subject=form.subject.data or "",
            category=form.category.data if form.category.data in set(Category) else "",
            object=form.object.data or "",
            action=form.operation.data or "",
            since=form.since.data,
            until=form.until.data,
            before=_before(),
            actors=queries.actors_of(actor.partnership_id),
        )
    )
    records = found[:PAGE]
    names = {}
    if may(Permission.MANAGE_USERS):
        names = dict(queries.names_of_actors(actor.partnership_id, {each["actor"] for each in records}))
    things = trail_words.things_in(actor.partnership_id, {each["object"] for each in records})
    following = {**request.args.to_dict(), "before": records[-1]["seq"]} if len(found) > PAGE else {}
    disclose("audit.read", object="audit")
    return render(
        "admin/trail.html",
        records=records,
        names=names,
        things=things,
        operation=trail_words.operation,
        thing=trail_words.thing,
        following=following,
        **page,
    )


def _actor_typed(typed: str, partnership_id: int) -> str:
    """An opaque id as it was typed, or the one of an address; of an unknown address one that nobody has."""
    if "@" not in typed:
        return typed
    number = queries.account_with_address(partnership_id, typed) if may(Permission.MANAGE_USERS) else None
    return f"u_{number}" if number is not None else "u_-"


def _before() -> int | None:
    return row_id(request.args.get("before"))
