"""A monthly list with a line, and a legal hold that the chair set."""

from core.clock import utc_now
from core.retention.kinds import Kind
from core.retention.models import LegalHold, RetentionEntry, RetentionList
from tests.builders import today
from tests.integration.matrix.things import Ids, Table, add


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
    return {"list_id": found.id, "due_id": line.id, "hold_id": hold.id, "held_person_id": int(ids["person_id"])}
