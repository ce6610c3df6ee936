"""A monthly list with a line, and a legal hold that the chair set."""

from datetime import timedelta

from core.cases.models import Case
from core.clock import utc_now
from core.facts import MeetingStatus, MinutesStatus
from core.minutes.models import Minutes
from core.minutes.record import MeetingRecord
from core.retention.kinds import Kind
from core.retention.models import LegalHold, RetentionEntry, RetentionList
from tests.builders import a_meeting, today
from tests.integration.matrix.things import Ids, Table, add, get


def retained(table: Table, ids: Ids) -> Ids:
    """Of the main case."""
    partnership_id, case_id, now = table.partnership.id, int(ids["case_id"]), utc_now()
    found = add(RetentionList(partnership_id=partnership_id, month=today().replace(day=1), made_at=now))
    line = add(
        RetentionEntry(
            list_id=found.id, kind=Kind.CASE, record_id=case_id, reference="CASE-1", due_since=today().replace(day=1)
        )
    )
    hold = add(
        LegalHold(
            partnership_id=partnership_id,
            case_id=case_id,
            reason="A claim is being made",
            since=now,
            by_id=table.users["chair"].id,
            agency_id=table.users["chair"].agency_id,
        )
    )
    return {
        "list_id": found.id,
        "due_id": line.id,
        "hold_id": hold.id,
        "held_person_id": int(ids["person_id"]),
        "old_minutes_id": _old_minutes(table, case_id),
    }


def _old_minutes(table: Table, case_id: int) -> int:
    """Approved, of a meeting a year and more ago that heard the main case."""
    starts = utc_now() - timedelta(days=400)
    meeting = a_meeting(table.group, starts_at=starts, status=MeetingStatus.CLOSED, cases=[get(Case, case_id)])
    chair = table.users["chair"].id
    record = MeetingRecord(
        partnership=table.partnership.name,
        group=table.group.name,
        kind="CST",
        title="",
        reference=meeting.ref,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        status=MinutesStatus.APPROVED,
    )
    minutes = Minutes(
        meeting_id=meeting.id,
        status=MinutesStatus.APPROVED,
        composed_at=starts,
        composed_by_id=chair,
        approved_at=starts,
        approved_by_id=chair,
        record=record.to_plain(),
        record_sha256=record.sha256(),
    )
    return add(minutes).id
