"""Pages of referrals: making one, seeing where it is, moving it on."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from core import plugin_host
from core.cases.models import Case
from core.errors import NotFound, Refused, Stale
from core.people.adjustments.queries import needed_by
from core.plugin_api.pathway import Pathway
from core.policy import Permission
from core.policy.room import ItemInRoom
from core.recording import loading
from core.recording.answering import written
from core.referrals import choosing, consents, operations, queries, showing, views_life, views_lists
from core.referrals.blueprint import bp, referral_in_url
from core.referrals.facts import facts_before
from core.referrals.forms import ConsentForm, ReferForm, StepForm, refer_form, step_form
from core.referrals.keeping import running
from core.referrals.machine import Consent
from core.referrals.models import Referral
from core.web import current_actor, disclose, invalid, may, now, render, requires, saved_first, see_other, today

__all__ = ["bp", "views_life", "views_lists"]

IN_MEETING = "/meetings/<int:meeting_id>/live/items/<int:item_id>"
TO_WHOM = "/refer/<int:person_id>/<int:provider_id>"


def _case(case_id: int, **_whom: int) -> Case:
    return queries.case_to_refer_from(case_id)


def _item(meeting_id: int, item_id: int, **_whom: int) -> ItemInRoom:
    """The item, which must be of a case."""
    found = loading.item_of(meeting_id, item_id)
    if found.item.case_id is None:
        raise NotFound
    return found


@bp.get("/cases/<int:case_id>/refer")
@requires(Permission.REFER, on=_case)
def choose(case: Case) -> ResponseReturnValue:
    """Whom to refer, and where to."""
    return _choose(case, "referrals.refer", {"case_id": case.id})


@bp.get(f"{IN_MEETING}/refer")
@requires(Permission.RECORD, on=_item)
def choose_in_meeting(at: ItemInRoom) -> ResponseReturnValue:
    """Whom of the item's case to refer, and where to."""
    case = queries.case_to_refer_from(_case_id(at))
    return _choose(case, "referrals.refer_in_meeting", {"meeting_id": at.item.meeting_id, "item_id": at.item.id})


@bp.route(f"/cases/<int:case_id>{TO_WHOM}", methods=["GET", "POST"])
@requires(Permission.REFER, on=_case)
def refer(case: Case) -> ResponseReturnValue:
    """Fill in the pathway's form, and refer."""
    return _refer(case, None)


@bp.route(f"{IN_MEETING}{TO_WHOM}", methods=["GET", "POST"])
@requires(Permission.RECORD, on=_item)
def refer_in_meeting(at: ItemInRoom) -> ResponseReturnValue:
    """The same, in a meeting, at an item of the case."""
    return _refer(queries.case_to_refer_from(_case_id(at)), at)


@bp.get("/referrals/<int:referral_id>")
@requires(Permission.SEE_REFERRAL, on=referral_in_url)
def referral(row: Referral) -> ResponseReturnValue:
    """Where a referral is, what comes next, whose turn it is, its consents and its clock."""
    actor = current_actor()
    disclose(
        "referral.read", object=f"referral:{row.id}", subjects=showing.named_in(row), purpose=f"case:{row.case_id}"
    )
    return render("referrals/referral.html", page=showing.page_of(actor, row, on=today()), today=today())


@bp.route("/referrals/<int:referral_id>/moves/<transition>", methods=["GET", "POST"])
@requires(Permission.WORK_REFERRAL, on=referral_in_url)
def move(row: Referral) -> ResponseReturnValue:
    """Make one of the pathway's moves."""
    actor = current_actor()
    pathway = running(row.pathway_key, row.pathway_title, row.partnership_id)
    chosen = pathway.transition((request.view_args or {})["transition"])
    operations.require_mover(actor, row, chosen)
    facts = operations.facts_for_form(actor, row, pathway, chosen, on=today())
    measures = operations.measures_of(pathway)
    with plugin_host.guarded(pathway, "form"):
        form = step_form(chosen, measures)
        if "details" in form:
            form.details.form.prepare(facts, today())
    form.suggest(operations.suggestions(row, on=today()) if chosen.declines else {})
    page: dict[str, Any] = {"form": form, "row": row, "move": chosen, "facts": facts}
    offered = operations.offered_by_form(facts, pathway, chosen)
    disclose("referral.read", object=f"referral:{row.id}", subjects={*showing.named_in(row), *offered})
    if not form.is_submitted():
        form.version.data = str(row.version)
        why = operations.why_not(actor, row, pathway, chosen, on=today())
        return _page_of(pathway, "referrals/move.html", **page, why=why)
    if not _is_valid(pathway, form):
        return invalid("referrals/move.html", **page)
    try:
        operations.move(
            actor,
            referral=row,
            transition=chosen.key,
            now=now(),
            version=form.version_read,
            answers=form.details.form.answers() if "details" in form else {},
            measures=form.measures.form.answers() if "measures" in form else {},
            note=form.note.data or "",
            suggested=(form.suggested.data or "") if "suggested" in form else "",
        )
    except Stale as stale:
        return saved_first("referrals/move.html", stale=stale, version=row.version, **page)
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("referrals/move.html", **page)
    flash(f"{chosen.stays}." if chosen.stays else f"The referral is now: {row.stage_title}.")
    return see_other("referrals.referral", referral_id=row.id)


@bp.route("/referrals/<int:referral_id>/consents/<key>", methods=["GET", "POST"])
@requires(Permission.RECORD_CONSENT, on=referral_in_url)
def consent(row: Referral) -> ResponseReturnValue:
    """Record that somebody consents, does not, or withdraws."""
    key = (request.view_args or {})["key"]
    if row.closed_at is not None and not may(Permission.RUN_REFERRAL, row):
        # Who of several withdrew is not for whoever referred them.
        raise Refused("This referral is closed.")
    asked = showing.consent_asked(row, key, on=today())
    form = ConsentForm()
    form.offer(asked.state, since=asked.on, today=today())
    page = {"form": form, "row": row, "asked": asked}
    disclose("referral.read", object=f"referral:{row.id}", subjects=showing.named_in(row))
    if not form.is_submitted():
        return render("referrals/consent.html", **page)
    if not form.validate():
        return invalid("referrals/consent.html", **page)
    try:
        _keep_consent(row, key, form)
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("referrals/consent.html", **page)
    flash("The consent is recorded.")
    return see_other("referrals.referral", referral_id=row.id)


def _keep_consent(row: Referral, key: str, form: ConsentForm) -> None:
    actor, day, note = current_actor(), form.on.data, form.note.data or ""
    assert day is not None  # required, and validated
    match Consent(form.state.data):
        case Consent.GIVEN:
            consents.give_consent(actor, referral=row, key=key, given_on=day, now=now(), note=note)
        case Consent.REFUSED:
            consents.refuse_consent(actor, referral=row, key=key, refused_on=day, now=now(), note=note)
        case _:
            consents.withdraw_consent(actor, referral=row, key=key, withdrawn_on=day, now=now(), note=note)


def _choose(case: Case, endpoint: str, where: dict[str, int]) -> str:
    disclose("case.people", object=f"case:{case.id}", subjects=[link.person_id for link in case.people])
    return render(
        "referrals/choose.html",
        case=case,
        people=choosing.choices(current_actor(), case, on=today()),
        away=choosing.away(case, on=today()),
        endpoint=endpoint,
        where=where,
    )


def _refer(case: Case, at: ItemInRoom | None) -> ResponseReturnValue:
    arguments = request.view_args or {}
    person = queries.person_in(case, arguments["person_id"])
    provider = queries.provider_in(case.partnership_id, arguments["provider_id"], on=today())
    pathway = plugin_host.pathways(provider.partnership_id)[provider.pathway_key]
    needs = needed_by([person.id], on=today()).get(person.id, ())
    facts = facts_before(case, person, provider, pathway, adjustments=needs)
    with plugin_host.guarded(pathway, "form"):
        form = refer_form(pathway.form)
        room = queries.places_of([provider])[provider.id]
        if not room.full:
            form.to_a_free_place()
        form.details.form.prepare(facts, today())
    page = {
        "form": form,
        "case": case,
        "person": person,
        "provider": provider,
        "room": room,
        "pathway": pathway,
        "facts": facts,
        "findings": operations.findings_for(facts, pathway, on=today()),
        "usual_actions": operations.action_templates_of(pathway),
        "at": at,
        "needs": needs,
    }
    with plugin_host.guarded(pathway, "concerns"):
        disclose("person.refer", object=f"case:{case.id}", subjects=[person.id, *pathway.concerns(facts)])
    if not form.is_submitted():
        return _page_of(pathway, "referrals/refer.html", **page)
    if not _is_valid(pathway, form):
        return invalid("referrals/refer.html", **page)
    try:
        with plugin_host.guarded(pathway, "payload"):
            payload = pathway.payload(form.details.form)
        made = operations.refer(
            current_actor(),
            case=case,
            person=person,
            provider=provider,
            payload=payload,
            now=now(),
            although_full=(form.although_full.data or "") if "although_full" in form else "",
            at=at,
        )
    except Refused as refused:
        form.form_errors.append(refused.reason)
        return invalid("referrals/refer.html", **page)
    sentence = f"Referred: {made.ref}. The provider sees it now."
    if at is not None:
        return written(sentence, meeting=at.item.meeting, item=at.item)
    flash(sentence)
    return see_other("referrals.referral", referral_id=made.id)


def _page_of(pathway: Pathway[Any], template: str, /, **page: Any) -> str:
    """A page with a pathway's own form on it."""
    with plugin_host.guarded(pathway, "form"):
        return render(template, **page)


def _is_valid(pathway: Pathway[Any], form: ReferForm | StepForm) -> bool:
    """Whether what was typed will do; a pathway's form that fails is its plugin's fault, and told as such."""
    with plugin_host.guarded(pathway, "form"):
        return bool(form.validate())


def _case_id(at: ItemInRoom) -> int:
    assert at.item.case_id is not None  # `_item` found it so
    return at.item.case_id
