"""A mistake in what is held of somebody, a request to set something right, an adjustment, and a hate incident."""

from datetime import timedelta

from core.cases.models import CaseIncident
from core.clock import utc_now
from core.extensions import db
from core.hate.models import HateLead, HateReport, Perceiver
from core.people.adjustments.models import Adjustment, AdjustmentKind, AskedBy
from core.people.history.models import Asker, HeldVersion, Rectification, Statement, Why
from core.working_days import add_working_days
from tests.builders import today
from tests.integration.matrix.things import Ids, Table, add, get


def put_right(table: Table, ids: Ids) -> Ids:
    """Of the main case's subject: the member recorded what they ask, the coordinator has read the mistake, the chair
    answers for hate incidents.
    """
    partnership_id, word, now = table.partnership.id, table.words["case"], utc_now()
    person_id, case_id = int(ids["person_id"]), int(ids["case_id"])
    version = add(
        HeldVersion(
            partnership_id=partnership_id,
            person_id=person_id,
            values={"known_as": f"{word} the Wrong"},
            changed={"fields": ["known_as"]},
            until=now + timedelta(days=1),  # so that what the tests read is read before it
            why=Why.WRONG,
            reason=f"{word} was never called that",
            changed_by_id=table.users["chair"].id,
        )
    )
    asked = add(
        Rectification(
            partnership_id=partnership_id,
            person_id=person_id,
            about=Statement.PERSON,
            says=f"{word} says that it is wrong",
            asked_by=Asker.PERSON,
            asked_on=today(),
            due_on=today() + timedelta(days=30),
            recorded_at=now,
            recorded_by_id=table.users["member"].id,
            agency_id=table.agencies.police.id,
        )
    )
    adjustment = add(
        Adjustment(
            person_id=person_id,
            kind=AdjustmentKind.INTERPRETER,
            detail=f"{word}ish",
            asked_by=AskedBy.THEMSELVES,
            since=today(),
            recorded_at=now,
        )
    )
    incident = get(CaseIncident, ids["incident_id"])
    incident.hate = True
    report = add(
        HateReport(
            partnership_id=partnership_id,
            case_id=case_id,
            incident_id=incident.id,
            happened_on=incident.happened_on,
            what=incident.what,
            strands=["race"],
            perceived_by=Perceiver.VICTIM,
            flagged_at=now,
            flagged_by_id=table.users["member"].id,
            agency_id=table.agencies.police.id,
            due_on=add_working_days(today(), 2),
        )
    )
    lead = HateLead(
        partnership_id=partnership_id,
        user_id=table.users["chair"].id,
        named_at=now,
        named_by_id=table.users["partnership admin"].id,
    )
    db.session.add(lead)
    db.session.flush()
    return {
        "version_id": version.id,
        "rectification_id": asked.id,
        "adjustment_id": adjustment.id,
        "report_id": report.id,
        "misled_id": table.users["coordinator"].id,
    }
