"""The agenda builder: what it proposes, adds, changes, orders and takes off."""

from datetime import date

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.cases.models import CaseGroup
from core.clock import utc_now
from core.extensions import db
from core.facts import GroupKind, ItemKind, ItemOutcome, MeetingStatus, ProviderStatus
from core.incidents.models import Incident
from core.meetings.agenda.proposals import streets_for
from core.meetings.models import AgendaItem, Meeting
from core.meetings.order import Placed, place_for
from core.partnerships.models import District, GroupLsoa, Provider
from core.referrals.models import Referral
from tests.builders import a_case, a_meeting, a_person, an_action, an_item, today
from tests.integration.meetings.table import Table, a_meeting_in, a_table, at_ten, in_working_days, later


def headings(meeting: Meeting) -> list[str]:
    """Headings and case references in order."""
    items = db.session.scalars(
        select(AgendaItem)
        .where(AgendaItem.meeting_id == meeting.id, AgendaItem.taken_off_at.is_(None))
        .order_by(AgendaItem.position)
    )
    return [item.case.ref if item.case else item.heading for item in items]


def three_items(table: Table):
    """A meeting with items A, B and C."""
    meeting = a_meeting_in(table, 20)
    items = [an_item(meeting, None, position=n, heading=h) for n, h in enumerate("ABC", start=1)]
    return meeting, items


def last_month(table: Table, *, outcome: ItemOutcome = ItemOutcome.CARRIED_FORWARD, carried: int = 0):
    """The group's last meeting, with one case that was not settled there."""
    last = a_meeting(table.group, starts_at=at_ten(in_working_days(-20)), status=MeetingStatus.CLOSED)
    case = a_case(table.partnership, table.police, title="Leon Whitcombe", group=table.group)
    item = an_item(last, case)
    item.outcome, item.outcome_reason, item.times_carried = outcome, "The officer was on leave.", carried
    return last, case, item


def proposals(browser, meeting) -> str:
    """The part of the builder's page that proposes."""
    return browser.get(f"/meetings/{meeting.id}/agenda").text.partition("Proposed cases")[2]


@pytest.mark.parametrize(
    ("move", "order"),
    [
        (("A", "down"), "BAC"),
        (("A", "bottom"), "BCA"),
        (("C", "up"), "ACB"),
        (("C", "top"), "CAB"),
        (("A", "up"), "ABC"),
        (("C", "down"), "ABC"),
    ],
)
def test_an_item_moves_up_down_to_the_top_and_to_the_bottom(app, visitor, move, order):
    table = a_table()
    meeting, items = three_items(table)
    item = next(item for item in items if item.heading == move[0])
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/agenda/order", {"version": meeting.version, "move": f"{item.id}:{move[1]}"}
    )
    assert answer.status_code == 303
    assert f"move-{item.id}-{move[1]}" in answer.location, "the focus goes back to the button"
    assert "".join(headings(meeting)) == order


def test_who_orders_an_agenda_that_changed_meanwhile_changes_nothing(app, visitor):
    table = a_table()
    meeting, (a, _, c) = three_items(table)
    read = meeting.version
    visitor(table.chair).post(f"/meetings/{meeting.id}/agenda/order", {"version": read, "move": f"{c.id}:top"})
    late = visitor(table.coordinator).post(
        f"/meetings/{meeting.id}/agenda/order", {"version": read, "move": f"{a.id}:down"}
    )
    assert late.status_code == 409
    assert "2 of 3" in late.text, "where the item stands now"
    assert "".join(headings(meeting)) == "CAB"


def test_the_same_move_sent_twice_moves_once(app, visitor):
    table = a_table()
    meeting, (a, *_) = three_items(table)
    chair = visitor(table.chair)
    sent = {
        "version": meeting.version,
        "move": f"{a.id}:down",
        "idempotency_key": "33333333-3333-4333-8333-333333333333",
    }
    for _ in range(2):
        assert chair.post(f"/meetings/{meeting.id}/agenda/order", sent).status_code == 303
    assert "".join(headings(meeting)) == "BAC"


@pytest.mark.parametrize("move", ["", "x:up", "1:sideways", "999999:up", ":"])
def test_a_move_that_makes_no_sense_changes_nothing(app, visitor, move):
    table = a_table()
    meeting, _ = three_items(table)
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/agenda/order", {"version": meeting.version, "move": move}
    )
    assert answer.status_code == 409
    assert "".join(headings(meeting)) == "ABC"


def test_members_and_observers_do_not_build(app, visitor):
    table = a_table()
    meeting, (a, *_) = three_items(table)
    for user in (table.officer, table.observer):
        browser = visitor(user)
        assert browser.get(f"/meetings/{meeting.id}/agenda").status_code == 403
        answer = browser.post(f"/meetings/{meeting.id}/agenda/order", {"version": 1, "move": f"{a.id}:down"})
        assert answer.status_code == 403


def test_an_agenda_is_settled_once_its_meeting_has_begun(app, visitor):
    table = a_table()
    meeting, (a, *_) = three_items(table)
    meeting.status = MeetingStatus.IN_SESSION
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/items/{a.id}/take-off", {"version": a.version, "reason": "No time"}
    )
    assert answer.status_code == 422
    assert "can no longer be changed here" in answer.text
    assert "No time" in answer.text


def test_an_item_taken_off_is_kept_with_its_reason_and_the_numbers_close_up(app, visitor):
    table = a_table()
    meeting, (_, b, c) = three_items(table)
    chair = visitor(table.chair)
    path = f"/meetings/{meeting.id}/items/{b.id}/take-off"
    assert "Say why it is taken off" in chair.post(path, {"version": b.version, "reason": ""}).text
    assert chair.post(path, {"version": b.version, "reason": "Heard by the panel"}).status_code == 303
    assert "".join(headings(meeting)) == "AC"
    assert db.session.get_one(AgendaItem, c.id).position == 2
    assert "Heard by the panel" in chair.get(f"/meetings/{meeting.id}/agenda").text
    assert chair.get(f"/meetings/{meeting.id}/items/{b.id}/edit").status_code == 404


def test_an_items_minutes_presenter_and_reason_are_changed_and_the_overrun_shows(app, visitor):
    table = a_table()
    case = a_case(table.partnership, table.police, group=table.group)
    meeting = a_meeting_in(table, 20, cases=[case])
    item = db.session.scalars(select(AgendaItem)).one()
    chair = visitor(table.chair)
    answer = chair.post(
        f"/meetings/{meeting.id}/items/{item.id}/edit",
        {"version": item.version, "minutes": "130", "presenter": table.landlord.id, "reason": "New complaints."},
    )
    assert answer.status_code == 303, answer.text
    page = chair.get(f"/meetings/{meeting.id}/agenda").text
    assert "Mere Homes" in page
    assert "10 minutes more than the meeting has" in page
    stale = chair.post(
        f"/meetings/{meeting.id}/items/{item.id}/edit", {"version": 1, "minutes": "5", "presenter": 0, "reason": "x"}
    )
    assert stale.status_code == 409
    assert "New complaints." in stale.text


@pytest.mark.parametrize("minutes", ["", "ten", "-1", "9999", "1.5"])
def test_minutes_are_a_whole_number(app, visitor, minutes):
    table = a_table()
    meeting, (a, *_) = three_items(table)
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/items/{a.id}/edit",
        {"version": a.version, "heading": "A", "minutes": minutes, "presenter": 0},
    )
    assert answer.status_code == 422
    assert answer.text.count("Enter the minutes as a whole number from 0 to 240") == 2, "at the top and at the field"


def test_a_carried_forward_case_is_proposed_counted_and_placed_before_new_ones(app, visitor):
    table = a_table()
    _, case, item = last_month(table, carried=1)
    new = a_case(table.partnership, table.police, title="Priya Raman", group=table.group)
    meeting = a_meeting_in(table, 20, cases=[new])
    chair = visitor(table.chair)
    page = proposals(chair, meeting)
    assert "Leon Whitcombe" in page
    assert "Carried forward from the last meeting: The officer was on leave." in page
    answer = chair.post(f"/meetings/{meeting.id}/agenda/proposals", {"case": case.id})
    assert answer.status_code == 303
    assert headings(meeting) == [case.ref, new.ref]
    added = db.session.scalars(
        select(AgendaItem).where(AgendaItem.meeting_id == meeting.id, AgendaItem.case_id == case.id)
    ).one()
    assert (added.carried_from_id, added.times_carried) == (item.id, 2)
    assert "Leon Whitcombe" not in proposals(chair, meeting)


def test_what_is_not_proposed_cannot_be_taken_up_as_a_proposal(app, visitor):
    table = a_table()
    meeting = a_meeting_in(table, 20)
    chair = visitor(table.chair)
    for sent in ({"case": table.case.id}, {"case": "x"}, {"street": "Nowhere Lane"}, {}):
        assert chair.post(f"/meetings/{meeting.id}/agenda/proposals", sent).status_code == 409
    assert headings(meeting) == []


def test_a_case_heard_and_settled_is_not_proposed(app, visitor):
    table = a_table()
    last_month(table, outcome=ItemOutcome.HEARD)
    assert "Leon Whitcombe" not in proposals(visitor(table.chair), a_meeting_in(table, 20))


def test_overdue_actions_reviews_and_referrals_that_moved_propose_a_case_with_every_reason(app, visitor):
    table = a_table()
    last_month(table, outcome=ItemOutcome.HEARD)
    person = a_person(table.partnership, "Agnieszka", "Nowak")
    case = a_case(table.partnership, table.police, title="Agnieszka Nowak", group=table.group, subject=person)
    case.review_on = later(2)
    an_action(case, table.group, table.landlord, due_on=later(-3))
    provider = Provider(
        partnership_id=table.partnership.id,
        agency_id=table.landlord.id,
        pathway_key="mentoring",
        status=ProviderStatus.APPROVED,
        registered_at=utc_now(),
        registered_by_id=table.chair.id,
    )
    db.session.add(provider)
    db.session.flush()
    db.session.add(
        Referral(
            partnership_id=table.partnership.id,
            ref="R-1",
            case_id=case.id,
            person_id=person.id,
            pathway_key="mentoring",
            pathway_title="Mentoring",
            provider_id=provider.id,
            referrer_agency_id=table.police.id,
            referrer_user_id=table.officer.id,
            stage="accepted",
            stage_title="Accepted",
            stage_since=today(),
            payload={},
            payload_version=1,
            summary="",
            rows=[],
            opened_at=utc_now(),
            moved_at=utc_now(),
        )
    )
    page = proposals(visitor(table.chair), a_meeting_in(table, 20))
    (row,) = page.partition("<tbody")[2].partition("</tbody>")[0].split("<tr")[1:]
    assert "1 action is overdue by the day of the meeting." in row
    assert "Due for review on" in row
    assert "1 referral has moved since the last meeting." in row
    assert row.count("<button") == 1
    assert f'Add<span class="govuk-visually-hidden"> {case.ref} to the agenda' in row


def test_a_case_that_the_chair_may_not_open_is_not_proposed(app, visitor):
    table = a_table()
    _, case, _ = last_month(table)
    db.session.delete(db.session.get_one(CaseGroup, (case.id, table.group.id)))
    assert "Leon Whitcombe" not in proposals(visitor(table.chair), a_meeting_in(table, 20))


def incidents(table: Table, street: str, count: int, *, month: date = date(2022, 12, 1), district=None, lsoa="E1"):
    """So many incidents on a street."""
    for number in range(count):
        db.session.add(
            Incident(
                partnership_id=table.partnership.id,
                month=month,
                longitude=-2.2,
                latitude=53.8,
                street=street,
                lsoa_code=lsoa,
                district_id=district,
                fingerprint=f"{street}-{month}-{number}",
            )
        )
    db.session.flush()


def test_a_jag_is_offered_its_areas_streets_by_incidents_with_count_and_period(app, visitor):
    table = a_table(GroupKind.JAG)
    town = District(partnership_id=table.partnership.id, code="1", name="Town", geometry={})
    db.session.add(town)
    db.session.flush()
    table.group.district_id = town.id
    incidents(table, "Mere Park", 3, district=town.id)
    incidents(table, "Station Road", 5, district=town.id)
    incidents(table, "Elsewhere Lane", 9)
    incidents(table, "Old Street", 9, month=date(2021, 12, 1), district=town.id)
    meeting = a_meeting_in(table, 20)
    chair = visitor(table.chair)
    page = chair.get(f"/meetings/{meeting.id}/agenda").text.partition("Proposed places")[2]
    assert page.index("Station Road") < page.index("Mere Park")
    assert "January 2022 to December 2022" in page
    assert "Elsewhere Lane" not in page, "it is outside the area"
    assert "Old Street" not in page, "it is before the period"
    assert chair.post(f"/meetings/{meeting.id}/agenda/proposals", {"street": "Station Road"}).status_code == 303
    item = db.session.scalars(select(AgendaItem)).one()
    assert item.kind is ItemKind.LOCATION
    assert item.reason == "5 incidents recorded by the police, January 2022 to December 2022."
    assert "Station Road" not in chair.get(f"/meetings/{meeting.id}/agenda").text.partition("Proposed places")[2]


def test_an_area_can_be_drawn_up_from_lsoas(app, count_queries):
    table = a_table(GroupKind.JAG)
    db.session.add(GroupLsoa(group_id=table.group.id, lsoa_code="E2"))
    incidents(table, "Mere Park", 2, lsoa="E2")
    incidents(table, "Station Road", 4, lsoa="E1")
    assert [(street.name, street.incidents) for street in streets_for(table.group, [])] == [("Mere Park", 2)]
    assert count_queries(streets_for, table.group, []) == 2


def test_no_place_is_proposed_where_the_police_recorded_no_street(app):
    table = a_table(GroupKind.JAG)
    db.session.add(GroupLsoa(group_id=table.group.id, lsoa_code="E2"))
    incidents(table, "On or near ", 7, lsoa="E2")
    incidents(table, "", 6, lsoa="E2")
    incidents(table, "Mere Park", 1, lsoa="E2")
    assert [street.name for street in streets_for(table.group, [])] == ["Mere Park"]


def test_a_group_without_an_area_is_told_so(app, visitor):
    table = a_table(GroupKind.JAG)
    assert (
        "the group has no area yet" in visitor(table.chair).get(f"/meetings/{a_meeting_in(table, 20).id}/agenda").text
    )


def test_the_builder_costs_no_more_queries_with_more_to_propose(app, visitor, count_queries):
    table = a_table(GroupKind.JAG)
    meeting = a_meeting_in(table, 20)
    chair = visitor(table.chair)
    path = f"/meetings/{meeting.id}/agenda"

    def cases(count: int) -> None:
        for n in range(count):
            case = a_case(table.partnership, table.police, title=f"Case {n}", group=table.group)
            case.review_on = today()
        db.session.commit()  # what the test writes is not what the page costs

    cases(2)
    chair.get(path)
    few = count_queries(chair.get, path)
    cases(30)
    assert count_queries(chair.get, path) == few


def test_a_case_is_added_by_hand_with_a_reason(app, visitor):
    table = a_table()
    mine = a_case(table.partnership, table.council, title="Rosa Quill")
    meeting = a_meeting_in(table, 20)
    chair = visitor(table.chair)
    path = f"/meetings/{meeting.id}/agenda/add"
    assert "Rosa Quill" in chair.get(path).text
    silent = chair.post(path, {"case": mine.id, "reason": "", "minutes": "12", "presenter": 0})
    assert silent.status_code == 422
    sent = {"case": mine.id, "reason": "Asked by the ward.", "minutes": "12", "presenter": 0}
    assert chair.post(path, sent).status_code == 303
    told = db.session.query(AuditRecord).filter_by(object=f"case:{mine.id}", category="disclosure").one()
    assert f'"recipient":"group:{meeting.group_id}"' in told.body
    again = chair.post(path, sent)
    assert again.status_code == 422
    assert "on the agenda already" in again.text
    assert chair.post(path, {**sent, "case": table.case.id}).status_code == 404, "it is not open to the chair"


def test_a_presenter_is_one_of_the_groups_agencies(app, visitor):
    table, other = a_table(), a_table()
    meeting, (a, *_) = three_items(table)
    answer = visitor(table.chair).post(
        f"/meetings/{meeting.id}/items/{a.id}/edit",
        {"version": a.version, "heading": "A", "minutes": "5", "presenter": other.police.id},
    )
    assert answer.status_code == 422
    assert other.police.id not in [item.presenter_agency_id for item in db.session.scalars(select(AgendaItem))]


def test_new_items_go_where_their_kind_belongs():
    carried, new = Placed(ItemKind.CASE, times_carried=1), Placed(ItemKind.CASE)
    place, standing = Placed(ItemKind.LOCATION), Placed(ItemKind.STANDING, "Apologies for absence")
    closing = Placed(ItemKind.STANDING, "Any other business")
    agenda = [standing, carried, new, place, closing]
    assert place_for(carried, agenda) == 3
    assert place_for(new, agenda) == 4
    assert place_for(place, agenda) == 5
    assert place_for(Placed(ItemKind.STANDING, "A talk"), agenda) == 5
    assert place_for(carried, [standing, new, closing]) == 2
    assert place_for(new, [standing, closing]) == 2
    assert place_for(new, []) == 1
