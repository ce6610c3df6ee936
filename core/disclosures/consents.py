"""What somebody who gave information in a complaint said to its use: kept, kept anew, withdrawn, and told of.

A withdrawal acts forward. What was said in a meeting becomes its source's alone, on every page and in every document
made from then on; what was issued stays as it is, and the register lists who had it.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select

from core import audit
from core.audit import Category
from core.cases.models import Case, CaseIncident
from core.cases.queries import people_named_in
from core.cases.timeline import note_event
from core.circulation.letters import write
from core.circulation.outbox import queue
from core.clock import local_date
from core.dates import in_words
from core.disclosures.about_case import about_case
from core.disclosures.lists import Answer, How, Scope
from core.disclosures.models import ComplaintConsent, ConsentAgency
from core.disclosures.narrowing import beyond, close_beyond
from core.disclosures.readers import readers_of
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import FOR_NAMED, Actor, MailKind, PersonRole, Visibility
from core.partnerships.models import Agency
from core.policy import Permission, require
from core.policy.complaints import NO_CONSENT
from core.recording.models import Entry, EntryAgency
from core.recording.numbers import take_number_of_withdrawal

USED_ALREADY = "This was used already. Keep that they withdrew their consent instead."
NOT_BEFORE = "A consent cannot be withdrawn before the day on which it was given."
TO_COME = "The date must be today or in the past."
WITHDRAWAL = "withdrawal:"
"""Begins the key under which the outbox keeps the mails about one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What its provider said, as it was entered."""

    provider: PersonRole
    answer: Answer
    scope: Scope | None = None
    agencies: tuple[int, ...] = ()
    not_to_subject: bool = False
    limits: str = ""
    how: How | None = None
    answered_on: date | None = None
    law: str = ""

    @property
    def usable(self) -> bool:
        """Whether anybody beyond the agency that took the complaint may be told."""
        return self.answer in (Answer.GIVEN, Answer.NOT_NEEDED)

    @property
    def for_some(self) -> bool:
        """Whether it is for agencies that are named alone."""
        return self.answer is Answer.GIVEN and self.scope is Scope.AGENCIES


def require_usable(said: Said | None) -> None:
    """What goes to a whole meeting needs a consent or a law. Raises Refused with the reason."""
    if said is not None and not said.usable:
        raise Refused(NO_CONSENT, field="answer")


def in_words_of(said: Said) -> str:
    """What its use is limited to, in a line that stands beside it and names nobody."""
    if said.answer is Answer.NOT_NEEDED:
        words = f"used without consent ({said.law.split(':')[0].lower()})"
    elif said.answer is Answer.GIVEN and said.scope is not None:
        words = f"for {said.scope.value}"
    else:
        words = f"consent {said.answer.value}"
    if said.not_to_subject:
        words += "; not to be told to the subject"
    if said.limits:
        words += f"; {' '.join(said.limits.split())}"
    return f"Given in a complaint: {words}"[:400]


def what_it_is(consent: ComplaintConsent) -> str:
    """What was given, in words that say nothing of what it says."""
    if consent.incident is not None:
        return f"Incident of {in_words(consent.incident.happened_on)}"
    if consent.entry is not None:
        return f"Shared at {consent.entry.item.meeting.ref}, item {consent.entry.item.position}"
    return "The case itself"


def keep_for_incident(actor: Actor, *, incident: CaseIncident, said: Said, now: datetime) -> ComplaintConsent:
    """Something that happened was told in a complaint, to the agency that it was reported to."""
    return _keep(
        actor,
        ComplaintConsent(incident_id=incident.id, agency_id=incident.reported_to_id),
        incident.case_id,
        said,
        now=now,
    )


def keep_for_case(actor: Actor, *, case: Case, said: Said, now: datetime) -> ComplaintConsent:
    """The case was opened from a complaint that its lead agency took. Raises Refused where that is kept already, or
    where groups or agencies have it that its provider did not agree to.
    """
    if about_case(case.id) is not None:
        raise Refused("This is kept already. Open it from the case’s page to change it.")
    consent = ComplaintConsent(agency_id=case.lead_agency_id)
    _write(consent, said)
    found = beyond(case, consent)
    if found.agencies:
        names = ", ".join(link.agency.name for link in found.agencies)
        raise Refused(f"{NO_CONSENT} This case is open to {names}: close it to them first.", field="answer")
    if found.groups:
        names = ", ".join(link.group.name for link in found.groups)
        raise Refused(f"{NO_CONSENT} {names} hears this case: take it from the group first.", field="answer")
    return _keep(actor, consent, case.id, said, now=now)


def keep_for_entry(actor: Actor, *, entry: Entry, case_id: int, said: Said, now: datetime) -> ComplaintConsent:
    """What was shared at a meeting was told in a complaint to the agency that shares it. Raises Refused."""
    require_usable(said)
    assert entry.source_agency_id is not None
    _limit(entry, said)
    return _keep(actor, ComplaintConsent(entry_id=entry.id, agency_id=entry.source_agency_id), case_id, said, now=now)


def answer_anew(actor: Actor, *, consent: ComplaintConsent, said: Said, version: int, now: datetime) -> Sequence[str]:
    """They were asked since, or it was put down wrongly; to whom the case was closed for it.

    Raises Stale, and Refused for what was used already, or is heard at this moment.
    """
    require(actor, Permission.ANSWER_CONSENT, consent)
    if version != consent.version:
        raise Stale(as_said(consent))
    if consent.entry is not None and not said.usable:
        raise Refused(USED_ALREADY, field="answer")
    before = asdict(said_in(consent))
    _write(consent, said)
    consent.recorded_at, consent.recorded_by_id = now, actor.user_id
    if consent.entry is not None:
        _limit(consent.entry, said)
    closed = close_beyond(actor, case=consent.case, consent=consent, now=now)
    db.session.flush()
    _tell(
        actor,
        consent,
        "complaint.answer",
        f"answer kept: {said.answer.value}",
        now=now,
        before=before,
        after=asdict(said),
    )
    return closed


def withdraw(
    actor: Actor, *, consent: ComplaintConsent, withdrawn_on: date, note: str, version: int, now: datetime
) -> Sequence[str]:
    """They withdraw. It acts at once and forward; to whom the case was closed for it. Raises Stale and Refused."""
    require(actor, Permission.WITHDRAW_CONSENT, consent)
    if version != consent.version:
        raise Stale({"withdrawn_on": consent.withdrawn_on, "note": consent.withdrawn_note})
    if withdrawn_on > local_date(now):
        raise Refused(TO_COME, field="withdrawn_on")
    if consent.answered_on is not None and withdrawn_on < consent.answered_on:
        raise Refused(NOT_BEFORE, field="withdrawn_on")
    consent.withdrawn_on, consent.withdrawn_note = withdrawn_on, note
    consent.withdrawn_at, consent.withdrawn_by_id = now, actor.user_id
    if consent.entry is not None:
        consent.shared_with = _shared_with(consent.entry)
        consent.entry.withdrawn_on = withdrawn_on
        consent.entry.visibility = Visibility.AGREED
        consent.entry.named_agencies = []
        db.session.flush()
        take_number_of_withdrawal(consent.entry.item.meeting, item=consent.entry.item)
    closed = close_beyond(actor, case=consent.case, consent=consent, now=now)
    db.session.flush()
    _tell(actor, consent, "complaint.withdraw", "consent withdrawn", now=now, before={}, after={"on": withdrawn_on})
    return closed


def tell_readers(actor: Actor, *, consent: ComplaintConsent, now: datetime) -> int:
    """Tell those who had read it, once; how many. The mail has the case's reference, and says where to look."""
    require(actor, Permission.TELL_READERS, consent)
    case = consent.case
    letter = write(
        "withdrawal",
        subject=f"{case.ref}: a consent was withdrawn",
        link=f"/disclosures/cases/{case.id}",
        reference=case.ref,
    )
    people = [user for user in readers_of(consent) if user.id != actor.user_id]
    for user in people:
        queue(
            user,
            kind=MailKind.WITHDRAWAL,
            letter=letter,
            now=now,
            partnership_id=case.partnership_id,
            once_key=f"{WITHDRAWAL}{consent.id}:u_{user.id}",
        )
    if consent.told_at is None:
        consent.told_at = now
    db.session.flush()
    audit.record(
        actor,
        Category.DISCLOSURE,
        "complaint.tell",
        object=f"consent:{consent.id}",
        subjects=people_named_in([case.id]),
        purpose=f"case:{case.id}",
        payload={"told": len(people)},
    )
    return len(people)


def said_in(consent: ComplaintConsent) -> Said:
    """What is kept."""
    return Said(
        provider=consent.provider,
        answer=consent.answer,
        scope=consent.scope,
        agencies=tuple(link.agency_id for link in consent.agencies),
        not_to_subject=consent.not_to_subject,
        limits=consent.limits,
        how=consent.how,
        answered_on=consent.answered_on,
        law=consent.law,
    )


def as_said(consent: ComplaintConsent) -> dict[str, object]:
    """The same by the fields of its form."""
    values = asdict(said_in(consent))
    values["agreed_agencies"] = list(values.pop("agencies"))
    return values


def _keep(actor: Actor, consent: ComplaintConsent, case_id: int, said: Said, *, now: datetime) -> ComplaintConsent:
    _write(consent, said)
    consent.case_id, consent.recorded_at, consent.recorded_by_id = case_id, now, actor.user_id
    db.session.add(consent)
    db.session.flush()
    audit.record(
        actor,
        Category.COLLECTION,
        "complaint.keep",
        object=f"consent:{consent.id}",
        subjects=people_named_in([case_id]),
        purpose=f"case:{case_id}",
        payload=asdict(said),
    )
    return consent


def _write(consent: ComplaintConsent, said: Said) -> None:
    """Only what belongs to the answer: what was typed under another one counts for nothing."""
    given = said.answer is Answer.GIVEN
    consent.provider, consent.answer = said.provider, said.answer
    consent.scope = said.scope if given else None
    consent.not_to_subject, consent.limits = said.not_to_subject, said.limits
    consent.how = said.how if given else None
    consent.answered_on = said.answered_on if said.answer in (Answer.GIVEN, Answer.REFUSED) else None
    consent.law = said.law if said.answer is Answer.NOT_NEEDED else ""
    wanted = _existing(said.agencies) if said.for_some else []
    kept = {link.agency_id: link for link in consent.agencies}
    consent.agencies = [kept.get(number) or ConsentAgency(agency_id=number) for number in wanted]


def _shared_with(entry: Entry) -> str:
    """Whom it was for, in words: what was disclosed stays listed."""
    if entry.visibility not in FOR_NAMED:
        return entry.visibility.value
    ids = [link.agency_id for link in entry.named_agencies]
    return ", ".join(db.session.scalars(select(Agency.name).where(Agency.id.in_(ids)).order_by(Agency.name)))


def _existing(agencies: Sequence[int]) -> list[int]:
    return list(db.session.scalars(select(Agency.id).where(Agency.id.in_(agencies)).order_by(Agency.id)))


def _limit(entry: Entry, said: Said) -> None:
    """Say beside an entry what its use is limited to, and let nobody read it but whom that leaves."""
    entry.limits = in_words_of(said)
    if said.for_some:
        kept = {link.agency_id: link for link in entry.named_agencies}
        entry.visibility = Visibility.AGREED
        entry.named_agencies = [kept.get(n) or EntryAgency(agency_id=n) for n in _existing(said.agencies)]
    elif entry.visibility is Visibility.AGREED:
        entry.visibility = Visibility.NAMED  # its source widens that itself: the discloser keeps control


def _tell(
    actor: Actor,
    consent: ComplaintConsent,
    action: str,
    what: str,
    *,
    now: datetime,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    note_event(
        consent.case_id,
        now=now,
        kind="consent",
        text=f"Given in a complaint, {in_words(local_date(consent.recorded_at))}: {what}",
        actor=actor,
    )
    audit.record(
        actor,
        Category.ALTERATION,
        action,
        object=f"consent:{consent.id}",
        subjects=people_named_in([consent.case_id]),
        purpose=f"case:{consent.case_id}",
        payload={"before": before, "after": after},
    )
