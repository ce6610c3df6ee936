"""Writes of what a complainant or victim was promised: agreeing a contact, offering support, the contact log.

Two clocks run while the case is open: the day by which the beginning is made, and the day by which they hear next. An
update starts the second anew; a closed case leaves one thing due, to tell them how it ended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from core import audit
from core.cases.models import Case, CasePerson
from core.cases.timeline import note_event
from core.clock import local_date
from core.database import version_of_values
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, CaseStatus
from core.people.history.keeping import CHANGED_SINCE, Because, keep_thing
from core.people.history.models import Statement, Why
from core.policy import Permission, require
from core.standards.lists import (
    PROMISED_TO,
    ContactWay,
    EntryKind,
    SupportAnswer,
    UpdateInterval,
    gives_away,
    next_update,
)
from core.standards.models import ContactEntry, ContactPlan, Logged, Promised
from core.standards.within import begun_within, told_within
from core.working_days import add_working_days

CLOSED = "This case is closed: tell them how it ended, and record that in the contact log."
CORRECT_ALONE = "This case is closed: what stands here is changed only where it was wrong. Say what was wrong."
TO_COME = "The day must be today or in the past"
GIVES_AWAY = (
    "Everybody who may open the case reads this: leave out numbers, mail addresses and postcodes, and write them under "
    "the number or address"
)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who the named contact is, and how and how often somebody is kept informed."""

    contact_name: str
    agency_id: int
    contact_details: str
    way: ContactWay
    instruction: str
    reach: str
    interval: UpdateInterval
    agreed_on: date


@dataclass(frozen=True, slots=True)
class SupportOffer:
    """That support was offered: when, by whom, which, and what they said."""

    support_offered_on: date
    support_by: str
    support_what: str
    support_answer: SupportAnswer


@dataclass(frozen=True, slots=True)
class WayToComplain:
    """That the way to complain was given: when, by whom, in which words."""

    complaint_given_on: date
    complaint_by: str
    complaint_text: str


Part = type[Agreement] | type[SupportOffer] | type[WayToComplain]


def stored(part: Part, plan: ContactPlan | None) -> Mapping[str, object]:
    """What of the plan is stored under the names of that part; empty before there is a plan."""
    if plan is None:
        return {}
    return {name: getattr(plan, name) for name in part.__dataclass_fields__}


def version_of(part: Part, plan: ContactPlan | None) -> int:
    """The version of one part of a plan: what is recorded in another part or in the log makes no open form stale."""
    return version_of_values(*(str(value) for value in stored(part, plan).values()))


def begin(case: Case, person_id: int, *, on: date) -> None:
    """Somebody is named as complainant or victim: from now on they are owed what is promised to everybody."""
    plan = _of(case.id, person_id)
    if plan is None:
        plan = add_plan(case, person_id, on=on, within=begun_within(case))
    elif case.status is not CaseStatus.CLOSED:
        _start_again(plan, on=on, within=begun_within(case))
    db.session.flush()


def add_plan(case: Case, person_id: int, *, on: date, within: int) -> ContactPlan:
    """A plan for somebody who has none in the case yet, its clock from that day while the case is not closed: begun
    `within` so many working days.

    Not written at once, so that an import adds many. Its day is that of the import: whatever was promised elsewhere and
    long ago, the lead agency is told of it here from then on.
    """
    plan = ContactPlan(case_id=case.id, person_id=person_id)
    db.session.add(plan)
    if case.status is not CaseStatus.CLOSED:
        _start_again(plan, on=on, within=within)
    return plan


def stop(case: Case, person_id: int) -> None:
    """Somebody is taken out of the case. If no role is left to whom it is promised, nothing is due to them."""
    if any(part.person_id == person_id and part.role in PROMISED_TO for part in case.people):
        return
    plan = _of(case.id, person_id)
    if plan is not None:
        plan.begin_by = plan.due_on = None


def end_of_case(case: Case, *, on: date) -> None:
    """The case is closed: its clocks stop, and whoever did not choose to hear nothing is to be told how it ended."""
    by = add_working_days(on, told_within(case))
    for plan in _all_of(case):
        plan.begin_by = None
        plan.due_on = None if plan.interval is UpdateInterval.NONE else by


def case_opened_again(case: Case, *, on: date) -> None:
    """The case is open again: the clocks run from that day, for those who were imported with a closed case, too."""
    plans = {plan.person_id: plan for plan in _all_of(case)}
    named = select(CasePerson.person_id).where(CasePerson.case_id == case.id, CasePerson.role.in_(PROMISED_TO))
    within = begun_within(case)
    for person_id in db.session.scalars(named.distinct().order_by(CasePerson.person_id)):
        if person_id in plans:
            _start_again(plans[person_id], on=on, within=within)
        else:
            add_plan(case, person_id, on=on, within=within)


def is_kept(part: Part, plan: ContactPlan | None) -> bool:
    """Whether that part of the plan was written already: what stood there stays in the history when it changes."""
    return any(value is not None for name, value in stored(part, plan).items() if name.endswith("_on"))


def agree(
    actor: Actor,
    *,
    promised: Promised,
    version: int,
    agreement: Agreement,
    now: datetime,
    because: Because = CHANGED_SINCE,
) -> None:
    """Keep what was agreed. A new interval starts the clock anew; "no updates" stops it. Raises Stale and Refused.

    Of each part: of a closed case one that was wrong is corrected, and no clock starts.
    """
    plan = _part(actor, promised, version, Agreement, agreement.agreed_on, because, now=now)
    working = {promised.case.lead_agency_id, *(link.agency_id for link in promised.case.agencies)}
    if agreement.agency_id not in working:
        raise Refused("Choose the lead agency, or an agency that the case is open to", field="agency_id")
    if gives_away(agreement.instruction):
        raise Refused(GIVES_AWAY, field="instruction")
    if plan.interval is not agreement.interval and promised.case.status is not CaseStatus.CLOSED:
        plan.due_on = next_update(agreement.interval, agreement.agreed_on)
    again = plan.agreed_on is not None
    text = "agreed anew with" if again else "agreed with"
    told = f"Named contact and updates {text} {{who}}"
    _keep(actor, promised, plan, agreement, "contact.agree", told, because, now=now)


def offer_support(
    actor: Actor,
    *,
    promised: Promised,
    version: int,
    offer: SupportOffer,
    now: datetime,
    because: Because = CHANGED_SINCE,
) -> None:
    """Keep that support was offered, and the answer. Raises Stale and Refused."""
    plan = _part(actor, promised, version, SupportOffer, offer.support_offered_on, because, now=now)
    text = f"Support offered to {{who}}: {offer.support_answer.value}"
    _keep(actor, promised, plan, offer, "contact.offer", text, because, now=now)


def give_way_to_complain(
    actor: Actor,
    *,
    promised: Promised,
    version: int,
    way: WayToComplain,
    now: datetime,
    because: Because = CHANGED_SINCE,
) -> None:
    """Keep that the way to complain was given, in the words of that day. Raises Stale and Refused."""
    plan = _part(actor, promised, version, WayToComplain, way.complaint_given_on, because, now=now)
    _keep(actor, promised, plan, way, "contact.complaint", "Way to complain given to {who}", because, now=now)


_TOLD = {
    EntryKind.UPDATE: "Update given to {who}",
    EntryKind.END: "How the case ended told to {who}",
}
"""What a line of the contact log adds to the case's timeline; of the others the log alone tells."""


def record_contact(
    actor: Actor,
    *,
    promised: Promised,
    made_on: date,
    kind: EntryKind,
    way: ContactWay,
    by: str,
    said: str,
    now: datetime,
) -> ContactEntry:
    """Add a line to the contact log. An update starts the clock anew. Raises Refused."""
    require(actor, Permission.RECORD_CONTACT, promised)
    if made_on > local_date(now):
        raise Refused(TO_COME, field="made_on")
    closed = promised.case.status is CaseStatus.CLOSED
    if kind is (EntryKind.UPDATE if closed else EntryKind.END):
        raise Refused("The case is closed: choose how it ended" if closed else "The case is not closed", field="kind")
    plan = _locked(promised, on=local_date(now))
    entry = ContactEntry(
        plan_id=plan.id,
        made_on=made_on,
        kind=kind,
        way=way,
        by=by,
        said=said,
        recorded_at=now,
        recorded_by_id=actor.user_id,
        agency_id=actor.agency_id,
    )
    db.session.add(entry)
    db.session.flush()
    _count_again(plan, promised.case)
    entry.next_due = plan.due_on
    if kind in _TOLD:
        note_event(promised.case.id, now=now, kind="contact", text=_line(promised, _TOLD[kind]), actor=actor)
    _record(actor, promised, "contact.log", audit.Category.COLLECTION, {"entry": entry.id, "kind": kind, "said": said})
    return entry


def strike_out(actor: Actor, *, logged: Logged, reason: str, now: datetime) -> None:
    """Strike a line of the log out, and say why: the clock runs as if it had not been. Raises Refused."""
    require(actor, Permission.STRIKE_CONTACT_ENTRY, logged)
    entry, promised = logged.entry, logged.promised
    plan = _locked(promised, on=local_date(now))
    db.session.refresh(entry, ["struck_at"])
    if entry.struck_at is not None:
        raise Refused("It is struck out already.")
    entry.struck_at, entry.struck_by_id, entry.struck_reason = now, actor.user_id, reason
    db.session.flush()
    _count_again(plan, promised.case)
    if entry.kind in _TOLD:
        text = _line(promised, "A line of the contact log of {who} struck out")
        note_event(promised.case.id, now=now, kind="contact", text=text, actor=actor)
    _record(actor, promised, "contact.strike", audit.Category.ALTERATION, {"entry": entry.id, "reason": reason})


def _of(case_id: int, person_id: int) -> ContactPlan | None:
    return db.session.scalar(
        select(ContactPlan).where(ContactPlan.case_id == case_id, ContactPlan.person_id == person_id)
    )


def _all_of(case: Case) -> Sequence[ContactPlan]:
    """The plans of those who are complainants or victims in the case now."""
    named = select(CasePerson.person_id).where(CasePerson.case_id == case.id, CasePerson.role.in_(PROMISED_TO))
    plans = select(ContactPlan).where(ContactPlan.case_id == case.id, ContactPlan.person_id.in_(named))
    return db.session.scalars(plans.order_by(ContactPlan.id)).all()


def _locked(promised: Promised, *, on: date) -> ContactPlan:
    """The plan, begun on that day where it was not yet: one write after another, so that two do not begin it or miss a
    line.
    """
    case = promised.case
    db.session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    plan = promised.plan or _of(case.id, promised.person.id)
    if plan is None:
        plan = add_plan(case, promised.person.id, on=on, within=begun_within(case))
        db.session.flush()
    return plan


def _part(
    actor: Actor, promised: Promised, version: int, part: Part, day: date, because: Because, *, now: datetime
) -> ContactPlan:
    """The plan, for a change of that part of it that is dated on that day."""
    require(actor, Permission.KEEP_CONTACT, promised)
    if version != version_of(part, promised.plan):
        raise Stale(stored(part, promised.plan))
    if promised.case.status is CaseStatus.CLOSED:
        if not is_kept(part, promised.plan):
            raise Refused(CLOSED)
        if because.why is not Why.WRONG:
            raise Refused(CORRECT_ALONE, field="wrong")
    if day > local_date(now):
        raise Refused(TO_COME, field=next(name for name in part.__dataclass_fields__ if name.endswith("_on")))
    return _locked(promised, on=local_date(now))


def _keep(
    actor: Actor,
    promised: Promised,
    plan: ContactPlan,
    part: Agreement | SupportOffer | WayToComplain,
    action: str,
    text: str,
    because: Because,
    *,
    now: datetime,
) -> None:
    if is_kept(type(part), plan):
        before = dict(stored(type(part), plan))
        keep_thing(
            actor, Statement.PLAN, plan.id, promised.case, before=before, after=asdict(part), because=because, now=now
        )
        if because.why is Why.WRONG:
            text = "How {who} is kept informed was corrected"
    for name, value in asdict(part).items():
        setattr(plan, name, value)
    if _is_begun(plan):
        plan.begin_by = None
    db.session.flush()
    note_event(promised.case.id, now=now, kind="contact", text=_line(promised, text), actor=actor)
    _record(actor, promised, action, audit.Category.ALTERATION, asdict(part))


def _start_again(plan: ContactPlan, *, on: date, within: int) -> None:
    plan.begin_by = None if _is_begun(plan) else add_working_days(on, within)
    plan.due_on = next_update(plan.interval, on)


def _is_begun(plan: ContactPlan) -> bool:
    return all((plan.agreed_on, plan.support_offered_on, plan.complaint_given_on))


def _count_again(plan: ContactPlan, case: Case) -> None:
    """Set the clock by what stands in the log now."""
    last = {
        kind: db.session.scalar(
            select(func.max(ContactEntry.made_on)).where(
                ContactEntry.plan_id == plan.id, ContactEntry.kind == kind, ContactEntry.struck_at.is_(None)
            )
        )
        for kind in (EntryKind.UPDATE, EntryKind.END)
    }
    before, plan.updated_on = plan.updated_on, last[EntryKind.UPDATE]
    if case.status is CaseStatus.CLOSED:
        closed_on = case.closed_on or case.opened_on
        ended = last[EntryKind.END]
        told = plan.interval is UpdateInterval.NONE or (ended is not None and ended >= closed_on)
        plan.due_on = None if told else plan.due_on or add_working_days(closed_on, told_within(case))
    elif plan.agreed_on is not None and before != plan.updated_on:
        plan.due_on = next_update(plan.interval, max(plan.agreed_on, plan.updated_on or plan.agreed_on))


def _line(promised: Promised, text: str) -> str:
    """A line of the timeline, which names nobody: the role, as `a complainant`."""
    roles = [part.role for part in promised.case.people if part.person_id == promised.person.id]
    return text.format(who=f"a {next(role.value for role in PROMISED_TO if role in roles)}")


def _record(
    actor: Actor, promised: Promised, action: str, category: audit.Category, payload: Mapping[str, object]
) -> None:
    audit.record(
        actor,
        category,
        action,
        object=f"case:{promised.case.id}",
        subjects=[promised.person.id],
        payload=dict(payload),
    )
