"""Reads for circulating an agenda: the record as it would be frozen now."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from core.clock import local_date
from core.documents.record import AuditHead
from core.facts import GroupKind, GroupRole, ItemKind
from core.hate.queries import standing_report
from core.meetings.agenda.queries import items_for_record
from core.meetings.agenda_document import AgendaLine, AgendaRecord, CorrectionsProposed
from core.meetings.diary.queries import leaders_of
from core.meetings.models import AgendaItem, Meeting
from core.minutes.corrections.queries import heading_item, numbers_waiting
from core.people.contact import Minded, minded_in


def record_of(
    meeting: Meeting,
    *,
    version: int,
    circulated_at: datetime,
    research_due: date | None,
    now: datetime,
    audit_head: AuditHead | None = None,
) -> AgendaRecord:
    """The agenda as it stands, whole: what each reader gets is `record.only(reader)`."""
    leaders = leaders_of(meeting.group_id, on=local_date(now))
    under = heading_item(meeting.id)
    corrections = tuple(CorrectionsProposed(reference=ref, number=n) for ref, n in numbers_waiting(meeting, now=now))
    items = items_for_record(meeting.id)
    cases = [item.case_id for item in items if item.case_id is not None]
    minded = minded_in(cases, on=local_date(meeting.starts_at))
    return AgendaRecord(
        partnership=meeting.group.partnership.name,
        group=meeting.group.name,
        kind=str(meeting.group.kind),
        title=meeting.title,
        reference=meeting.ref,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        venue=", ".join(part for part in (meeting.venue, meeting.online_link) if part),
        chair=leaders.get(GroupRole.CHAIR, ""),
        coordinator=leaders.get(GroupRole.COORDINATOR, ""),
        version=version,
        circulated_at=circulated_at,
        research_due=research_due,
        items=tuple(
            _line(item, number, corrections if item.id == under else (), minded)
            for number, item in enumerate(items, start=1)
        ),
        hate=standing_report(meeting, on=local_date(now)).sentences if meeting.group.kind is GroupKind.STEERING else (),
        audit_head=audit_head,
    )


def _line(
    item: AgendaItem,
    number: int,
    corrections: tuple[CorrectionsProposed, ...],
    minded: Mapping[int, Sequence[Minded]],
) -> AgendaLine:
    case = item.case if item.kind is ItemKind.CASE else None
    return AgendaLine(
        id=item.id,
        number=number,
        kind=item.kind,
        title=case.title if case is not None else item.heading,
        case_id=item.case_id,
        case_ref=case.ref if case is not None else "",
        presenter=item.presenter_agency.name if item.presenter_agency is not None else "",
        minutes_allotted=item.minutes_allotted,
        reason=item.reason,
        asks=item.nomination.asks if item.nomination is not None else "",
        urgent=item.urgent,
        times_carried=item.times_carried,
        corrections=corrections,
        minded=tuple(each.nameless for each in minded.get(item.case_id or 0, ())),
    )
