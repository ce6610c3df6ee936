"""The first thread: a meeting is made, a case nominated and accepted, the agenda ordered and sent out."""

from sqlalchemy import select

from core.circulation.models import Mail
from core.extensions import db
from core.facts import ItemKind, NominationStatus
from core.meetings.models import AgendaItem, Meeting, Nomination, Research
from core.meetings.order import CLOSING, OPENING
from tests.integration.meetings.table import a_table, boxes, in_working_days
from tests.support.papers import text_in


def items_of(meeting: Meeting) -> list[AgendaItem]:
    """Its items in order."""
    return list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id, AgendaItem.taken_off_at.is_(None))
            .order_by(AgendaItem.position)
        )
    )


def test_a_chair_prepares_an_agenda_from_an_empty_diary_to_a_pdf(app, visitor):
    table = a_table()
    chair, officer = visitor(table.chair), visitor(table.officer)

    answer = chair.post(
        f"/meetings/groups/{table.group.id}/new",
        {**boxes(in_working_days(20)), "starts": "10:00", "ends": "12:00", "venue": "Town Hall"},
    )
    assert answer.status_code == 303, answer.text
    meeting = db.session.scalars(select(Meeting)).one()
    assert [item.heading for item in items_of(meeting)] == [each.heading for each in (*OPENING, *CLOSING)]
    assert meeting.ref.endswith(str(in_working_days(20)))

    answer = officer.post(
        f"/meetings/{meeting.id}/nominations/new",
        {"case": table.case.id, "reason": "Three calls a week.", "asks": "Who knows the family?"},
    )
    assert answer.status_code == 303, answer.text
    nomination = db.session.scalars(select(Nomination)).one()
    page = chair.get(f"/meetings/{meeting.id}/nominations/{nomination.id}").text
    assert "Three calls a week." in page
    assert "Kyle Brennand" not in page, "the case is not open to the chair before it is on the agenda"

    answer = chair.post(
        f"/meetings/{meeting.id}/nominations/{nomination.id}/accept",
        {"version": nomination.version, "minutes": "15"},
    )
    assert answer.status_code == 303, answer.text
    assert db.session.get_one(Nomination, nomination.id).status is NominationStatus.ACCEPTED
    assert "Kyle Brennand" in chair.get(f"/meetings/{meeting.id}").text

    item = next(item for item in items_of(meeting) if item.kind is ItemKind.CASE)
    assert item.position == len(OPENING) + 1, "cases stand between the opening and the closing items"
    answer = chair.post(f"/meetings/{meeting.id}/agenda/order", {"version": meeting.version, "move": f"{item.id}:up"})
    assert answer.status_code == 303, answer.text
    assert items_of(meeting)[len(OPENING) - 1].id == item.id
    assert [each.position for each in items_of(meeting)] == list(range(1, len(items_of(meeting)) + 1))

    answer = chair.post(f"/meetings/{meeting.id}/agenda/circulate", {"version": meeting.version})
    assert answer.status_code == 303, answer.text
    asked = {research.agency_id for research in db.session.scalars(select(Research))}
    assert asked == {table.council.id, table.police.id, table.landlord.id}
    agenda_mails = db.session.scalars(select(Mail).where(Mail.kind == "agenda")).all()
    assert len(agenda_mails) == 5
    assert not any("Brennand" in mail.subject + mail.body for mail in agenda_mails)

    text = text_in(chair.get(f"/meetings/{meeting.id}/agenda/1.pdf"))
    assert "Kyle Brennand" in text
    assert "OFFICIAL-SENSITIVE" in text
