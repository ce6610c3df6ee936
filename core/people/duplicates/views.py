"""Pages of records that may be of one person: what is proposed, two side by side, merging them and undoing that."""

from collections.abc import Iterable

from flask import Blueprint, current_app, flash, make_response, request
from flask.typing import ResponseReturnValue

from core import plugin_host
from core.cases.models import Case
from core.errors import Refused, Stale
from core.people.duplicates import operations, queries
from core.people.duplicates.forms import CompareForm, MergeForm, TakeBackForm, TwoPeopleForm, UndoForm
from core.people.merging import operations as merging
from core.people.merging.queries import ids_of, later_merge, merged, pair_of, person_called
from core.people.models import Person
from core.people.queries import parts_of, person_named
from core.plugin_host.report import PluginState
from core.policy import Permission
from core.policy.merging import Merged, Pair
from core.referrals.cautions import cautions_about
from core.standards.queries import plans_about
from core.web import beside, current_actor, disclose, invalid, now, render, requires, see_other
from core.web.addresses import row_id

bp = Blueprint("duplicates", __name__, url_prefix="/people/duplicates")

NO_SUCH_RECORD = "There is no record with this reference that you may open"
ITSELF = "This is the reference of the record itself"


@bp.get("")
@requires(Permission.FIND_DUPLICATES)
def index() -> ResponseReturnValue:
    """Pairs that may be one person's, the likest first; or what was decided of others."""
    actor = current_actor()
    if request.args.get("show") == "decided":
        rows = queries.decided(actor)
        _disclose_list(each.id for row in rows for each in (row.one, row.other))
        return render("people/decided.html", rows=rows)
    page = max(1, min(row_id(request.args.get("page")) or 1, 999))
    found = queries.proposals(actor, page=page)
    _disclose_list(each.id for row in found.rows for each in (row.one, row.other))
    return render("people/duplicates.html", found=found, page=page, pages=-(-found.count // queries.PAGE))


def pair(one_id: int, other_id: int) -> Pair:
    """The two of the address, in the order of their numbers whichever came first."""
    return pair_of(one_id, other_id)


@bp.get("/<int:one_id>/<int:other_id>")
@requires(Permission.MERGE_PEOPLE, on=pair)
def show(pair: Pair) -> ResponseReturnValue:
    """Side by side: what is held, in which cases, and what speaks for and against."""
    _disclose(pair, "person.compare")
    return render("people/pair.html", back=TakeBackForm(), **_side_by_side(pair))


@bp.get("/<int:one_id>/<int:other_id>/merge", endpoint="merge")
@requires(Permission.MERGE_PEOPLE, on=pair)
def merge_page(pair: Pair) -> ResponseReturnValue:
    """Which record is kept, and what of each."""
    _disclose(pair, "person.compare")
    return render("people/merge.html", pair=pair, form=MergeForm().over(pair).propose(pair), changed=False)


@bp.post("/<int:one_id>/<int:other_id>/merge", endpoint="merge_submit")
@requires(Permission.MERGE_PEOPLE, on=pair)
def merge(pair: Pair) -> ResponseReturnValue:
    """Put them together."""
    _disclose(pair, "person.compare")
    form = MergeForm().over(pair)
    if not form.validate():
        return invalid("people/merge.html", pair=pair, form=form, changed=False)
    try:
        done = merging.merge(
            current_actor(),
            pair=pair,
            choice=form.choice(pair),
            reason=form.reason.data or "",
            plugins=plugins(),
            now=now(),
        )
    except Stale:
        page = render("people/merge.html", pair=pair, form=form.read(pair), changed=True)
        return make_response(page, 409)
    except Refused as refused:
        beside(form, refused, "keep")
        return invalid("people/merge.html", pair=pair, form=form, changed=False)
    flash("The two records are one now. You can undo this at any time.")
    return see_other("people.show", person_id=done.kept_id)


@bp.get("/<int:one_id>/<int:other_id>/two-people", endpoint="two_people")
@requires(Permission.MERGE_PEOPLE, on=pair)
def two_people_page(pair: Pair) -> ResponseReturnValue:
    """Say that they are two people."""
    _disclose(pair, "person.compare")
    return render("people/two_people.html", pair=pair, form=TwoPeopleForm())


@bp.post("/<int:one_id>/<int:other_id>/two-people", endpoint="two_people_submit")
@requires(Permission.MERGE_PEOPLE, on=pair)
def two_people(pair: Pair) -> ResponseReturnValue:
    """Keep it: they are not proposed again."""
    _disclose(pair, "person.compare")
    form = TwoPeopleForm()
    if not form.validate():
        return invalid("people/two_people.html", pair=pair, form=form)
    try:
        operations.say_two_people(current_actor(), pair=pair, reason=form.reason.data or "", now=now())
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("people/two_people.html", pair=pair, form=form)
    flash("They are two people. They are not proposed again.")
    return see_other("duplicates.index")


@bp.post("/<int:one_id>/<int:other_id>/two-people/take-back")
@requires(Permission.MERGE_PEOPLE, on=pair)
def take_back(pair: Pair) -> ResponseReturnValue:
    """They may be one person after all."""
    one, other = pair.ids
    operations.take_back(current_actor(), pair=pair, now=now())
    flash("They may be one person’s again.")
    return see_other("duplicates.show", one_id=one, other_id=other)


@bp.get("/of/<int:person_id>", endpoint="of_person")
@requires(Permission.EDIT_PERSON, on=person_named)
def of_person(person_and_cases: tuple[Person, list[Case]]) -> ResponseReturnValue:
    """Other records that may be of one person; or two are laid side by side by reference."""
    person, _ = person_and_cases
    actor = current_actor()
    found = queries.proposals_for(actor, person)
    subjects = {person.id, *(each.id for row in found.rows for each in (row.one, row.other))}
    disclose("person.duplicates", object=f"person:{person.id}", subjects=sorted(subjects))
    form = CompareForm(request.args, meta={"csrf": False})
    if "ref" not in request.args:
        return render("people/duplicates_of.html", person=person, found=found, form=form)
    if form.validate():
        other = person_called(actor, form.ref.data or "")
        if other is not None and other.id != person.id:
            return see_other("duplicates.show", one_id=person.id, other_id=other.id)
        form.ref.errors = [NO_SUCH_RECORD if other is None else ITSELF]
    return invalid("people/duplicates_of.html", person=person, found=found, form=form)


@bp.get("/merges/<int:merge_id>/undo", endpoint="undo")
@requires(Permission.UNDO_MERGE, on=merged)
def undo_page(done: Merged) -> ResponseReturnValue:
    """What undoing does, and why."""
    _disclose_merge(done)
    return render("people/undo_merge.html", form=UndoForm(), **_about(done))


@bp.post("/merges/<int:merge_id>/undo", endpoint="undo_submit")
@requires(Permission.UNDO_MERGE, on=merged)
def undo(done: Merged) -> ResponseReturnValue:
    """Put them apart again."""
    _disclose_merge(done)
    form = UndoForm()
    if not form.validate():
        return invalid("people/undo_merge.html", form=form, **_about(done))
    try:
        left = merging.undo(current_actor(), done=done, reason=form.reason.data or "", plugins=plugins(), now=now())
    except Refused as refused:
        beside(form, refused, "reason")
        return invalid("people/undo_merge.html", form=form, **_about(done))
    flash("They are two records again." + (" What was changed since stays as it is." if left else ""))
    return see_other("duplicates.show", one_id=done.merge.kept_id, other_id=done.merge.gone_id)


def plugins() -> merging.Plugins:
    """The tables of the plugins that are loaded; and the title of one that is not."""
    host = plugin_host.host_of(current_app)
    away = next((each.title or each.name for each in host.reports if each.state is PluginState.REJECTED), "")
    return merging.Plugins([info.metadata for info in host.plugins if info.metadata is not None], away)


def _side_by_side(pair: Pair) -> dict[str, object]:
    actor = current_actor()
    speaks_for, speaks_against = queries.findings(pair)
    return {
        "pair": pair,
        "sides": [
            {
                "person": of.person,
                "protected": of.protected is not None,
                "parts": parts_of(actor, of.person.id),
                "cautions": [row for _, row in cautions_about(actor, ids_of(of.person.id))],
                "instructions": [
                    plan.instruction for plan in plans_about(actor, of.person.id).values() if plan.instruction
                ],
            }
            for of in pair.both
        ],
        "speaks_for": speaks_for,
        "speaks_against": speaks_against,
        "decision": pair.two_people,
    }


def _about(done: Merged) -> dict[str, object]:
    return {"merge": done.merge, "later": later_merge(done.merge)}


def _disclose(pair: Pair, action: str) -> None:
    disclose(action, object=f"person:{pair.one.person.id}", subjects=pair.ids)


def _disclose_merge(done: Merged) -> None:
    disclose(
        "person.compare", object=f"person_merge:{done.merge.id}", subjects=[done.merge.kept_id, done.merge.gone_id]
    )


def _disclose_list(people: Iterable[int]) -> None:
    disclose("person.duplicates", object="people", subjects=sorted(set(people)))
