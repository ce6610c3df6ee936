"""Writes of a case: opening it, changing it, and where it stands. Who may see it is in core.cases.sharing.

A case's version counts changes of what is written about it. Who is named in it and what happened are rows of their own:
adding one makes nobody's open form stale.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select

from core import audit
from core.cases.models import Case, CaseIncident, CasePerson
from core.cases.sharing import heard_by, refuse_beyond_consent
from core.cases.timeline import note_event
from core.clock import local_date
from core.dates import in_words
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, CaseKind, CaseStatus, PersonRole, Risk
from core.hate import operations as hate_queue
from core.hate.models import Perceiver, Strand
from core.partnerships.numbering import take_reference
from core.people.history import keeping as history
from core.people.history.keeping import Because
from core.people.history.models import Why
from core.people.models import Person
from core.people.names import search_title
from core.policy.cases import open_case_for
from core.references import Numbered
from core.standards import operations as standards
from core.standards.lists import PROMISED_TO

CLOSED_BEFORE_IT_OPENED = "The case was opened on {day}, so it cannot be closed before that day"
MERGED = "This record was merged into another one since you opened this page. Name that one instead"
CLOSED_TO_COME = "The case cannot be closed on a day in the future"


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """What is written about a case when it is opened, and may be changed later."""

    kind: CaseKind
    title: str
    category: str
    lead_agency_id: int
    opened_on: date
    risk: Risk
    hate_incident: bool
    restricted: bool
    summary: str
    review_on: date | None


def open_case(
    actor: Actor, *, partnership_id: int, details: CaseDetails, group_id: int | None, now: datetime, on: date
) -> Case:
    """Open a case under the partnership's next reference, CAL-2026-0097; heard by a group, where one is given.

    Raises Refused when whoever opens it could not open its page afterwards.
    """
    verdict = open_case_for(actor, details.lead_agency_id, group_id)
    if not verdict:
        raise Refused(verdict.reason)
    case = Case(
        partnership_id=partnership_id,
        ref=take_reference(Case.ref, partnership_id, Numbered.CASE, on.year),
        status=CaseStatus.OPEN,
        people=[],
        agencies=[],
        groups=[heard_by(partnership_id, group_id, on=on)] if group_id is not None else [],
    )
    _write(case, details, now=now)
    db.session.add(case)
    db.session.flush()
    note_event(case.id, now=now, kind="opened", text="Case opened", actor=actor)
    if case.hate_incident:
        hate_queue.flag_case(actor, case=case, now=now)
    audit.record(actor, audit.Category.COLLECTION, "case.create", object=f"case:{case.id}", payload=asdict(details))
    return case


def change_case(
    actor: Actor, *, case: Case, version: int, details: CaseDetails, because: Because, now: datetime
) -> None:
    """Change what is written about a case, and keep what stood there. Raises Stale when somebody else has changed it
    since `version`; Refused for a lead agency to which whoever gave it in a complaint did not agree.
    """
    before = details_of(case)
    if version != case.version:
        raise Stale(asdict(before))
    if details.lead_agency_id != case.lead_agency_id:
        refuse_beyond_consent(case, details.lead_agency_id)
    _write(case, details, now=now)
    history.keep_case(actor, case, before=asdict(before), after=asdict(details), because=because, now=now)
    note_event(case.id, now=now, kind="changed", text=_what_changed(before, details), note=because.reason, actor=actor)
    if details.hate_incident and not before.hate_incident:
        hate_queue.flag_case(actor, case=case, now=now)
    elif before.hate_incident and not details.hate_incident:
        hate_queue.case_unflagged(actor, case=case, reason=because.reason, now=now)
    _altered(actor, case, "case.edit", details)
    for recipient in _newly_open_to(case, before, details):
        audit.record(
            actor,
            audit.Category.DISCLOSURE,
            "case.open",
            object=f"case:{case.id}",
            subjects=_subjects(case),
            recipient=recipient,
        )


def details_of(case: Case) -> CaseDetails:
    """What is written about a case now."""
    return CaseDetails(**{name: getattr(case, name) for name in CaseDetails.__dataclass_fields__})


def watch(actor: Actor, *, case: Case, version: int, reason: str, now: datetime) -> None:
    """From open to monitoring. Raises Stale, and Refused for a case that is not open."""
    _check(case, version, CaseStatus.OPEN)
    case.status = CaseStatus.MONITORING
    _moved(actor, case, "case.monitor", "Put under monitoring", reason, now=now)


def close(
    actor: Actor, *, case: Case, version: int, closed_on: date, reason: str, outcome: str, now: datetime, on: date
) -> None:
    """Close it, with a reason of core.cases.lists and what was achieved.

    Raises Stale; Refused for a closed case, and for a day before the case was opened or after today.
    """
    _check(case, version, CaseStatus.OPEN, CaseStatus.MONITORING)
    if closed_on < case.opened_on:
        raise Refused(CLOSED_BEFORE_IT_OPENED.format(day=in_words(case.opened_on)))
    if closed_on > on:
        raise Refused(CLOSED_TO_COME)
    case.status = CaseStatus.CLOSED
    case.closed_on, case.closing_reason, case.outcome = closed_on, reason, outcome
    standards.end_of_case(case, on=on)
    _moved(actor, case, "case.close", f"Closed: {reason}", outcome, now=now)


def reopen(actor: Actor, *, case: Case, version: int, reason: str, now: datetime) -> None:
    """Open a case again that is closed or under monitoring. Raises Stale, and Refused for an open one."""
    _check(case, version, CaseStatus.CLOSED, CaseStatus.MONITORING)
    was = case.status
    case.status = CaseStatus.OPEN
    case.closed_on, case.closing_reason = None, ""
    if was is CaseStatus.CLOSED:
        standards.case_opened_again(case, on=local_date(now))
    text = "Opened again" if was is CaseStatus.CLOSED else "No longer under monitoring: open"
    _moved(actor, case, "case.reopen", text, reason, now=now)


def name_in_case(actor: Actor, *, case: Case, person: Person, role: PersonRole, now: datetime) -> None:
    """Name somebody in the case.

    Raises Refused when they are named in that role already, and when their record was merged into another meanwhile.
    """
    leads = select(Person.merged_into_id).where(Person.id == person.id).with_for_update()
    if db.session.scalar(leads) is not None:
        raise Refused(MERGED)
    if any(part.person_id == person.id and part.role is role for part in case.people):
        raise Refused(f"This person is named in the case as {role.value} already")
    case.people.append(CasePerson(person_id=person.id, role=role, person=person))
    if role in PROMISED_TO:
        standards.begin(case, person.id, on=local_date(now))
    note_event(case.id, now=now, kind="person", text=f"Somebody named as {role.value}", actor=actor)
    _altered(actor, case, "case.name", None)


def take_out_of_case(actor: Actor, *, case: Case, part: CasePerson, now: datetime) -> None:
    """Take a person's role out of the case. What is held about the person stays."""
    subjects = _subjects(case)
    case.people.remove(part)
    standards.stop(case, part.person_id)
    note_event(case.id, now=now, kind="person", text=f"Somebody no longer named as {part.role.value}", actor=actor)
    audit.record(actor, audit.Category.ALTERATION, "case.unname", object=f"case:{case.id}", subjects=subjects)


def add_incident(
    actor: Actor,
    *,
    case: Case,
    happened_on: date,
    what: str,
    reported_to_id: int,
    hate: bool,
    now: datetime,
    strands: Collection[Strand] = (),
    perceived_by: Perceiver = Perceiver.NOT_SAID,
) -> CaseIncident:
    """Record something that happened. One perceived as a hate incident is reported to the partnership's lead and marks
    the case as one, too [000 §8].
    """
    incident = CaseIncident(
        case_id=case.id, happened_on=happened_on, what=what, reported_to_id=reported_to_id, hate=hate
    )
    db.session.add(incident)
    if hate:
        case.hate_incident = True
    db.session.flush()
    kind = "A hate incident" if hate else "An incident"
    note_event(case.id, now=now, kind="incident", text=f"{kind} of {in_words(happened_on)} recorded", actor=actor)
    audit.record(
        actor,
        audit.Category.COLLECTION,
        "case.incident",
        object=f"case:{case.id}",
        subjects=_subjects(case),
        payload={"what": what, "on": happened_on, "hate": hate},
    )
    if hate:
        hate_queue.report(actor, case=case, incident=incident, strands=strands, perceived_by=perceived_by, now=now)
    return incident


def change_incident(
    actor: Actor,
    *,
    incident: CaseIncident,
    version: int,
    happened_on: date,
    what: str,
    reported_to_id: int,
    hate: bool,
    reason: str,
    now: datetime,
) -> None:
    """Correct what is recorded, and why. What was there before is in the trail. Raises Stale.

    Perceived as hate, it marks the case; no longer perceived so, it leaves the case's mark, which others may carry.
    """
    before = _of_incident(incident)
    if version != incident.version:
        raise Stale(before)
    incident.happened_on, incident.what, incident.reported_to_id = happened_on, what, reported_to_id
    incident.hate = hate
    if hate:
        incident.case.hate_incident = True
    db.session.flush()
    because = Because(Why.WRONG, reason)
    history.keep_incident(actor, incident, before=before, after=_of_incident(incident), because=because, now=now)
    _incident_changed(
        actor,
        incident,
        "case.incident.change",
        "corrected",
        reason,
        now=now,
        before=before,
        after=_of_incident(incident),
    )
    hate_queue.incident_corrected(actor, incident=incident, reason=reason, now=now)


def remove_incident(actor: Actor, *, incident: CaseIncident, version: int, reason: str, now: datetime) -> None:
    """Take it out of the case, and say why; the trail keeps that it was there and who took it out. Raises Stale."""
    before = _of_incident(incident)
    if version != incident.version:
        raise Stale(told={"What happened": incident.what})
    history.keep_incident(actor, incident, before=before, after={}, because=Because(Why.REMOVED, reason), now=now)
    hate_queue.incident_removed(actor, incident_id=incident.id, reason=reason, now=now)
    incident.removed_at, incident.what = now, ""
    db.session.flush()
    _incident_changed(actor, incident, "case.incident.remove", "removed", reason, now=now, before=before, after=None)


def _of_incident(incident: CaseIncident) -> dict[str, object]:
    names = ("happened_on", "what", "reported_to_id", "hate")
    return {name: getattr(incident, name) for name in names}


def _incident_changed(
    actor: Actor,
    incident: CaseIncident,
    action: str,
    done: str,
    reason: str,
    *,
    now: datetime,
    before: dict[str, object],
    after: dict[str, object] | None,
) -> None:
    case = incident.case
    day = before["happened_on"]
    assert isinstance(day, date)
    case.updated_at = now
    text = f"Incident of {in_words(day)} {done}"
    # Of what was told in a complaint, why stands in the history alone: it may quote what not everybody here may read.
    note = "" if incident.consent is not None else reason
    note_event(case.id, now=now, kind="incident", text=text, note=note, actor=actor)
    audit.record(
        actor,
        audit.Category.ALTERATION,
        action,
        object=f"case:{case.id}",
        subjects=_subjects(case),
        payload={"incident": incident.id, "before": before, "after": after, "reason": reason},
    )


def _write(case: Case, details: CaseDetails, *, now: datetime) -> None:
    for name, value in asdict(details).items():
        setattr(case, name, value)
    case.search_title = search_title(details.title)
    case.updated_at = now


def _what_changed(before: CaseDetails, after: CaseDetails) -> str:
    """What a change was about, in words that name nobody."""
    if before.risk is not after.risk:
        return f"Risk changed from {before.risk.value} to {after.risk.value}"
    if before.restricted != after.restricted:
        return "Restricted" if after.restricted else "No longer restricted"
    if before.lead_agency_id != after.lead_agency_id:
        return "Given to another lead agency"
    return "Details changed"


def _newly_open_to(case: Case, before: CaseDetails, after: CaseDetails) -> list[str]:
    """Who may open the case by a change of its details: another lead agency; its groups, once it is not restricted."""
    agency = [f"ag_{after.lead_agency_id}"] if after.lead_agency_id != before.lead_agency_id else []
    groups = case.groups if before.restricted and not after.restricted else ()
    return [*agency, *(f"group:{link.group_id}" for link in groups)]


def _check(case: Case, version: int, *statuses: CaseStatus) -> None:
    if version != case.version:
        raise Stale(
            {"closed_on": case.closed_on, "closing_reason": case.closing_reason, "outcome": case.outcome},
            told={"Status": case.status.value.capitalize()},
        )
    if case.status not in statuses:
        raise Refused(f"This case is {case.status.value}, so this cannot be done with it.")


def _moved(actor: Actor, case: Case, action: str, text: str, note: str, *, now: datetime) -> None:
    case.updated_at = now
    note_event(case.id, now=now, kind="status", text=text, note=note, actor=actor)
    _altered(actor, case, action, None)


def _altered(actor: Actor, case: Case, action: str, details: CaseDetails | None) -> None:
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ALTERATION,
        action,
        object=f"case:{case.id}",
        subjects=_subjects(case),
        payload=asdict(details) if details is not None else None,
    )


def _subjects(case: Case) -> list[int]:
    return [part.person_id for part in case.people]
