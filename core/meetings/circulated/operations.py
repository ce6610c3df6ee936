"""Sending an agenda out: freeze a numbered version, ask for research, tell the members (docs/domain.md, step 5)."""

from dataclasses import replace
from datetime import datetime

from core import audit
from core.cases.queries import people_named_in
from core.circulation import outbox
from core.circulation.letters import Letter, about, of_copy, write
from core.circulation.models import Copy
from core.circulation.sending import Addressee, What, send_out
from core.clock import local_date
from core.documents.record import AuditHead
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import RECORDING_ROLES, Actor, CirculationKind, MailKind, MeetingStatus
from core.meetings.agenda import queries as agendas
from core.meetings.agenda_document import AgendaRecord
from core.meetings.circulated.queries import record_of
from core.meetings.diary.queries import people_of
from core.meetings.models import AgendaVersion, Meeting
from core.meetings.research import operations as research
from core.policy import Permission, require

TOO_LATE = "This meeting is {status}. An agenda goes out before its meeting."
NOTHING_NEW = "Nothing has changed since version {number} went out."


def has_changed(meeting: Meeting, last: AgendaVersion | None, *, now: datetime) -> bool:
    """Whether the agenda differs from the version that went out last, other than by number and moment."""
    if last is None:
        return True
    sent = AgendaRecord.from_plain(last.record)
    current = record_of(
        meeting,
        version=last.number,
        circulated_at=last.circulated_at,
        research_due=sent.research_due,
        now=now,
        audit_head=sent.audit_head,
    )
    # Who chairs or coordinates may change without the agenda's changing, and so may counts.
    same = replace(current, chair=sent.chair, coordinator=sent.coordinator, hate=sent.hate)
    return same.sha256() != last.record_sha256


def circulate(actor: Actor, *, meeting: Meeting, version: int, now: datetime) -> AgendaVersion:
    """Freeze the agenda as the next version, ask for research on what is new, and tell every member.

    The record keeps the head of the audit trail; its SHA-256 is stored beside it. Earlier versions stay as they
    went out. `version` is the meeting's, as the sender saw it. Of two who circulate at once the second finds the
    first's version. Raises Refused and Stale.
    """
    require(actor, Permission.CIRCULATE_AGENDA, meeting)
    db.session.refresh(meeting, ["status", "starts_at", "version"], with_for_update=True)
    if meeting.status is not MeetingStatus.SCHEDULED or meeting.starts_at <= now:
        raise Refused(TOO_LATE.format(status=meeting.status if meeting.starts_at > now else "over"))
    if meeting.version != version:
        raise Stale(told={"Agenda": "It was changed by somebody else. Look at it again before it goes out."})
    last = agendas.latest_version(meeting.id)
    if last is not None and not has_changed(meeting, last, now=now):
        raise Refused(NOTHING_NEW.format(number=last.number))
    number = last.number + 1 if last is not None else 1
    asked = research.ask(actor, meeting=meeting, now=now)
    head = audit.anchor(f"agenda:{meeting.id}:{number}", now=now)
    record = record_of(
        meeting,
        version=number,
        circulated_at=now,
        research_due=research.due_on(meeting, on=local_date(now)),
        now=now,
        audit_head=AuditHead(seq=head.seq, hash=head.hash),
    )
    sent = AgendaVersion(
        meeting_id=meeting.id,
        number=number,
        record=record.to_plain(),
        record_sha256=record.sha256(),
        circulated_at=now,
        circulated_by_id=actor.user_id,
        audit_seq=head.seq,
        audit_hash=head.hash,
    )
    db.session.add(sent)
    db.session.flush()
    cases = [line.case_id for line in record.items if line.case_id is not None]
    audit.record(
        actor,
        audit.Category.DISCLOSURE,
        "agenda.circulate",
        object=f"agenda:{meeting.id}:{number}",
        subjects=people_named_in(cases),
        recipient=f"group:{meeting.group_id}",
        payload={"sha256": sent.record_sha256},
    )
    _tell(actor, meeting, sent, now=now)
    _ask_members_of({each.agency_id for each in asked}, meeting, sent, record, now=now)
    return sent


def _tell(actor: Actor, meeting: Meeting, version: AgendaVersion, *, now: datetime) -> None:
    """A copy for each member; what is in it is decided when they open it."""

    def letter(copy: Copy, _addressee: Addressee) -> Letter:
        return write(
            "agenda",
            subject=about(meeting, f"agenda, version {version.number}"),
            link=f"/copies/{copy.id}",
            version=version.number,
            **of_copy(meeting),
        )

    members = people_of(meeting.group_id, on=local_date(now))
    what = What(CirculationKind.AGENDA, meeting, letter, agenda_version=version)
    send_out(actor, what, [Addressee(user, f"agenda:{version.id}") for user, _ in members], now=now)


def _ask_members_of(
    agencies: set[int], meeting: Meeting, version: AgendaVersion, record: AgendaRecord, *, now: datetime
) -> None:
    """Those who may answer for an agency that is asked something new are told so, apart from the agenda."""
    if not agencies or record.research_due is None:
        return
    letter = write(
        "research",
        subject=about(meeting, "research request"),
        link=f"/meetings/{meeting.id}/research",
        due=record.research_due,
        group=meeting.group.name,
        reference=meeting.ref,
        starts=meeting.starts_at,
    )
    for user, role in people_of(meeting.group_id, on=local_date(now)):
        if user.agency_id in agencies and role in RECORDING_ROLES:
            outbox.queue(
                user,
                kind=MailKind.RESEARCH,
                letter=letter,
                now=now,
                partnership_id=meeting.group.partnership_id,
                meeting=meeting,
                once_key=f"research:{version.id}:u_{user.id}",
            )
