"""The page of the audit trail: what was done, by whom, about what. Opaque ids; of persons in cases never a name."""

from datetime import timedelta
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from core.admin import queries, trail_words
from core.admin.blueprint import bp
from core.admin.forms import PersonAskedFor, TrailFilter
from core.audit import Category
from core.audit.queries import PAGE, Filter, search, summary
from core.audit.reading import MUCH, much_read, who_saw
from core.people.merging.queries import held_in
from core.policy import Permission
from core.web import current_actor, disclose, invalid, may, now, render, requires
from core.web.addresses import row_id

LOOKED_BACK = timedelta(weeks=4)
"""How far back it is shown who opened much."""

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
            subjects=queries.records_typed(form.subject.data or ""),
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


@bp.get("/trail/person", endpoint="who_saw")
@requires(Permission.SEE_AUDIT)
def who_saw_person() -> ResponseReturnValue:
    """Who read, was sent or changed what is kept of one person: all of it on one page, an account a line."""
    actor = current_actor()
    assert actor.partnership_id is not None
    form = PersonAskedFor(request.args, meta={"csrf": False})
    if "person" not in request.args:
        return render("admin/who_saw.html", form=form, person=None)
    found = (
        queries.person_asked_for(actor.partnership_id, (form.person.data or "").strip()) if form.validate() else None
    )
    if found is None:
        if not form.errors:
            form.person.errors = ["There is no person with this reference or number in the partnership"]
        return invalid("admin/who_saw.html", form=form, person=None)
    person_id, reference = found
    sights = who_saw(held_in(person_id))
    actors = {each.actor for each in sights}
    disclose("audit.person", object=f"person:{person_id}", subjects=[person_id])
    return render(
        "admin/who_saw.html",
        form=form,
        person=reference,
        subject=f"p_{person_id}",
        sights=sights,
        names=queries.names_of_actors(actor.partnership_id, actors) if may(Permission.MANAGE_USERS) else {},
        agencies=queries.agencies_of_actors(actor.partnership_id, actors),
    )


@bp.get("/trail/much-read", endpoint="much_read")
@requires(Permission.SEE_AUDIT)
def much_read_page() -> ResponseReturnValue:
    """Accounts that opened unusually much within an hour, of the last weeks."""
    actor = current_actor()
    assert actor.partnership_id is not None
    spells = much_read(since=now() - LOOKED_BACK, until=now(), actors=queries.actors_of(actor.partnership_id))
    actors = {each.actor for each in spells}
    disclose("audit.read", object="audit")
    return render(
        "admin/much_read.html",
        spells=spells,
        much=MUCH,
        weeks=LOOKED_BACK.days // 7,
        names=queries.names_of_actors(actor.partnership_id, actors) if may(Permission.MANAGE_USERS) else {},
        agencies=queries.agencies_of_actors(actor.partnership_id, actors),
    )


def _actor_typed(typed: str, partnership_id: int) -> str:
    """An opaque id as it was typed, or the one of an address; of an unknown address one that nobody has."""
    if "@" not in typed:
        return typed
    number = queries.account_with_address(partnership_id, typed) if may(Permission.MANAGE_USERS) else None
    return f"u_{number}" if number is not None else "u_-"


def _before() -> int | None:
    return row_id(request.args.get("before"))
