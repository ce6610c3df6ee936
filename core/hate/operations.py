"""Writes of hate incidents: flagging by anybody's perception, taking the flag off, and what the lead did."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from core import audit
from core.accounts.models import User
from core.cases.models import Case, CaseIncident
from core.cases.queries import groups_hearing, people_named_in
from core.cases.timeline import note_event
from core.clock import local_date
from core.dates import in_words
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import SYSTEM, Actor
from core.hate.models import HateLead, HateReport, Perceiver, Strand
from core.partnerships.terms.queries import clocks_in
from core.policy import Permission, require
from core.policy.hate import HateReportIn
from core.working_days import add_working_days

SEEN_ALREADY = "Somebody has looked at this already."


def flag_incident(
    actor: Actor,
    *,
    incident: CaseIncident,
    strands: Collection[Strand],
    perceived_by: Perceiver,
    now: datetime,
) -> None:
    """Flag an incident as hate, or say more of one that is flagged already. The case is marked, too [000 §8]."""
    case = incident.case
    if not incident.hate:
        incident.hate = True
        text = f"Incident of {in_words(incident.happened_on)} flagged as hate"
        note_event(case.id, now=now, kind="incident", text=text, actor=actor)
    if not case.hate_incident:
        case.hate_incident = True
    report(actor, case=case, incident=incident, strands=strands, perceived_by=perceived_by, now=now)


def report(
    actor: Actor,
    *,
    case: Case,
    incident: CaseIncident,
    strands: Collection[Strand],
    perceived_by: Perceiver,
    now: datetime,
) -> None:
    """Put an incident into the queue of the partnership's lead; of one that is there, keep what is said of it."""
    report = _report_of(incident.id) or _queued(actor, case, incident, happened_on=incident.happened_on, now=now)
    report.strands = [strand.value for strand in Strand if strand in strands]
    report.perceived_by = perceived_by
    _record(actor, report, "hate.flag", audit.Category.COLLECTION, strands=report.strands, by=perceived_by)


def flag_case(actor: Actor, *, case: Case, now: datetime) -> None:
    """Report a case that is marked as a whole, without an incident of its own."""
    if _report_of_case(case.id) is None:
        report = _queued(actor, case, None, happened_on=local_date(now), now=now)
        db.session.flush()
        _record(actor, report, "hate.flag", audit.Category.COLLECTION)


def taken_over(case: Case, *, within: int, now: datetime) -> HateReport:
    """Report a case that books mark. Their import keeps a record of its own in the trail."""
    return _put(SYSTEM, case, None, happened_on=case.opened_on, within=within, now=now)


def taken_off(actor: Actor, report: HateReport, *, reason: str, now: datetime) -> None:
    """What books mark no more stays in the queue, with why."""
    report.unflagged_at, report.unflagged_by_id, report.unflagged_why = now, actor.user_id or None, reason


def incident_corrected(actor: Actor, *, incident: CaseIncident, reason: str, now: datetime) -> None:
    """Follow a correction: what is flagged now is reported, and what is not any more stays in the queue, with why."""
    kept = _report_of(incident.id)
    if kept is not None and incident.hate:
        kept.happened_on, kept.what = incident.happened_on, incident.what
    elif kept is not None:
        _unflag(actor, kept, reason=reason, now=now)
    elif incident.hate:
        report(actor, case=incident.case, incident=incident, strands=(), perceived_by=Perceiver.NOT_SAID, now=now)


def incident_removed(actor: Actor, *, incident_id: int, reason: str, now: datetime) -> None:
    """An incident was taken out of its case: it stays in the queue, with why."""
    report = _report_of(incident_id)
    if report is not None:
        _unflag(actor, report, reason=reason, now=now)


def case_unflagged(actor: Actor, *, case: Case, reason: str, now: datetime) -> None:
    """The case as a whole is not marked any more. Its incidents keep their own flags."""
    report = _report_of_case(case.id)
    if report is not None:
        _unflag(actor, report, reason=reason, now=now)


def acknowledge(actor: Actor, *, target: HateReportIn, now: datetime) -> None:
    """The lead has looked at it. Raises Refused when somebody has already."""
    require(actor, Permission.ANSWER_HATE_REPORT, target)
    report = target.report
    if report.acknowledged_at is not None:
        raise Refused(SEEN_ALREADY)
    report.acknowledged_at, report.acknowledged_by_id = now, actor.user_id
    _record(actor, report, "hate.acknowledge", audit.Category.ALTERATION)


def say_what_was_done(actor: Actor, *, target: HateReportIn, version: int, done: str, now: datetime) -> None:
    """Write down what was done about it; whoever does has looked at it. Raises Stale, and Refused to others."""
    require(actor, Permission.ANSWER_HATE_REPORT, target)
    report = target.report
    if version != report.version:
        raise Stale({"done": report.done})
    report.done, report.done_at, report.done_by_id = done, now, actor.user_id
    if report.acknowledged_at is None:
        report.acknowledged_at, report.acknowledged_by_id = now, actor.user_id
    _record(actor, report, "hate.answer", audit.Category.ALTERATION, done=done)


def name_lead(actor: Actor, *, partnership_id: int, user: User, version: int, now: datetime) -> None:
    """Name who answers for the partnership's hate incidents. Raises Stale."""
    require(actor, Permission.NAME_HATE_LEAD)
    kept = db.session.get(HateLead, partnership_id)
    if version != (kept.version if kept is not None else 0):
        raise Stale({"user_id": kept.user_id if kept is not None else None})
    if kept is None:
        kept = HateLead(partnership_id=partnership_id)
        db.session.add(kept)
    kept.user_id, kept.named_at, kept.named_by_id = user.id, now, actor.user_id
    audit.record(
        actor,
        audit.Category.ADMIN,
        "hate.name_lead",
        object=f"partnership:{partnership_id}",
        recipient=f"u_{user.id}",
    )


def _queued(actor: Actor, case: Case, incident: CaseIncident | None, *, happened_on: date, now: datetime) -> HateReport:
    return _put(actor, case, incident, happened_on=happened_on, within=_seen_within(case), now=now)


def _put(
    actor: Actor, case: Case, incident: CaseIncident | None, *, happened_on: date, within: int, now: datetime
) -> HateReport:
    report = HateReport(
        partnership_id=case.partnership_id,
        case_id=case.id,
        incident_id=incident.id if incident is not None else None,
        happened_on=happened_on,
        what=incident.what if incident is not None else "",
        strands=[],
        perceived_by=Perceiver.NOT_SAID,
        flagged_at=now,
        flagged_by_id=actor.user_id or None,
        agency_id=actor.agency_id,
        due_on=add_working_days(local_date(now), within),
    )
    db.session.add(report)
    return report


def _seen_within(case: Case) -> int:
    """Working days until the lead looks at it: the fewest that the groups that hear the case have. Two queries."""
    groups = groups_hearing({case.id})[case.id]
    return min(clocks.hate_seen for clocks in clocks_in(case.partnership_id).of_each(groups))


def _unflag(actor: Actor, report: HateReport, *, reason: str, now: datetime) -> None:
    taken_off(actor, report, reason=reason, now=now)
    _record(actor, report, "hate.unflag", audit.Category.ALTERATION, reason=reason)


def _report_of(incident_id: int) -> HateReport | None:
    return db.session.scalar(
        select(HateReport).where(HateReport.incident_id == incident_id, HateReport.unflagged_at.is_(None))
    )


def _report_of_case(case_id: int) -> HateReport | None:
    return db.session.scalar(
        select(HateReport).where(
            HateReport.case_id == case_id, HateReport.incident_id.is_(None), HateReport.unflagged_at.is_(None)
        )
    )


def _record(actor: Actor, report: HateReport, action: str, category: audit.Category, **payload: object) -> None:
    db.session.flush()
    audit.record(
        actor,
        category,
        action,
        object=f"hate:{report.id}",
        subjects=people_named_in([report.case_id]),
        purpose=f"case:{report.case_id}",
        payload=payload or None,
    )
