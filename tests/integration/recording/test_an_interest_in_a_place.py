"""Whoever declares an interest in an item that is a place keeps out of it as of a case: live, on screens, on paper."""

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.clock import utc_now
from core.documents.readers import reader_of
from core.extensions import db
from core.facts import EntryKind, ItemKind, MeetingStatus
from core.meetings.agenda.queries import agenda_of, outline_of
from core.meetings.circulated.queries import record_of
from core.meetings.loading import meeting_of
from core.meetings.models import AgendaItem
from core.minutes.build import build
from core.policy import Permission, decide
from core.recording.models import Entry, Recusal
from tests.builders import an_action, today
from tests.support.forms import fill_in

from .test_standing_still import adjourn
from .test_the_room import page_of

PLACE = "The arches under Corporation Street"
SAID = "Two families sleep there"


@pytest.fixture
def place(scene):
    """The meeting's third item."""
    item = AgendaItem(
        meeting_id=scene.meeting.id,
        position=3,
        kind=ItemKind.LOCATION,
        heading=PLACE,
        minutes_allotted=10,
        reason="Reported by the market's traders",
    )
    db.session.add(item)
    db.session.commit()
    return item


def declare(scene, browser, item, **more):
    return browser.post(f"{scene.live}/items/{item.id}/conflict", {"reason": "A cousin trades there", **more})


def acting(scene, user):
    return actor_as_of(user.id, scene.partnership.id, on=today())


def test_it_closes_the_place_at_once_and_only_the_chair_opens_it(scene, opened, place):
    police, chair, housing = opened(scene.police), opened(scene.chair), opened(scene.housing)
    theirs = f"{scene.live}/item?item={place.id}"
    noted = {"text": SAID, "visibility": "everyone at this item"}
    path = f"{scene.live}/items/{place.id}"
    assert fill_in(housing, f"{path}/write/information", noted).status_code == 303
    action = an_action(scene.items[0].case, scene.group, scene.police.agency, item=place, text="Count the mattresses")
    action.case_id = None
    db.session.commit()
    assert SAID in page_of(police.get(theirs)) and PLACE in page_of(police.get(f"{scene.live}/agenda"))
    assert f"{path}/conflict" in page_of(police.get(theirs))
    assert declare(scene, police, place).status_code == 303
    for page in ("", "/agenda", f"/item?item={place.id}"):
        answer = page_of(police.get(scene.live + page))
        assert PLACE not in answer and SAID not in answer
    assert "You declared a conflict of interest in this item" in page_of(police.get(theirs))
    assert police.get(f"{path}/write/information").status_code == 403
    assert police.get(f"/actions/{action.id}").status_code == 403
    meeting = page_of(police.get(f"/meetings/{scene.meeting.id}"))
    assert PLACE not in meeting and "market" not in meeting and "Restricted" in meeting
    assert "Martin Ashdown" in page_of(police.get(f"{scene.live}/item?item={scene.items[0].id}")), "the rest stays open"
    assert PLACE in page_of(housing.get(theirs))
    recusal = db.session.scalars(select(Recusal)).one()
    assert (recusal.case_id, recusal.reason) == (None, "A cousin trades there")
    lift = f"{path}/conflicts/{recusal.id}/lift"
    assert "Pauline Police declared an interest" in page_of(chair.get(theirs))
    assert [each.post(lift).status_code for each in (police, housing)] == [403, 403]
    assert chair.post(lift).status_code == 303
    assert SAID in page_of(police.get(theirs))


def test_a_standing_item_is_nobodys_interest_and_a_place_is_before_the_meeting_too(scene, visitor, place):
    police = visitor(scene.police)
    standing = scene.items[0]
    standing.kind, standing.case_id, standing.heading = ItemKind.STANDING, None, "Welcome"
    db.session.commit()
    refused = declare(scene, police, standing)
    assert refused.status_code == 403
    assert "declared in a case or a place" in page_of(refused)
    assert declare(scene, police, place).status_code == 303
    assert PLACE not in page_of(police.get(f"/meetings/{scene.meeting.id}"))


def test_the_chair_hands_the_chair_over_with_it_and_the_screen_shows_no_more_than_that_it_is_a_place(
    scene, opened, place
):
    chair, police = opened(scene.chair), opened(scene.police)
    opened(scene.housing)
    assert chair.post(f"{scene.live}/items/{place.id}/current", {"anyway": "1"}).status_code == 303
    assert PLACE in page_of(chair.get(f"{scene.live}/screen"))
    assert declare(scene, police, place).status_code == 303
    assert PLACE not in page_of(chair.get(f"{scene.live}/screen"))
    assert "Choose who takes the chair" in page_of(declare(scene, chair, place))
    assert declare(scene, chair, place, chair=str(scene.housing.id)).status_code == 303
    db.session.refresh(scene.meeting)
    assert scene.meeting.acting_chair_id == scene.housing.id


def test_it_goes_along_to_the_day_to_which_the_meeting_is_adjourned(scene, opened, place):
    chair, police = opened(scene.chair), opened(scene.police)
    assert declare(scene, police, place).status_code == 303
    assert declare(scene, police, scene.items[0]).status_code == 303
    assert adjourn(scene, chair).status_code == 303
    db.session.expire_all()
    other = scene.meeting.adjourned_to_id
    there = db.session.scalars(select(Recusal).join(AgendaItem).where(AgendaItem.meeting_id == other)).all()
    assert [(each.user_id, each.item.heading, each.reason) for each in there] == [
        (scene.police.id, PLACE, "A cousin trades there")
    ]
    page = page_of(police.get(f"/meetings/{other}"))
    assert PLACE not in page and "Ashdown" not in page and "Kettle" in page
    assert PLACE in page_of(chair.get(f"/meetings/{other}"))


def test_lists_copies_and_minutes_leave_it_out_for_them_alone(scene, place):
    scene.meeting.status = MeetingStatus.CLOSED
    entry = Entry(
        meeting_id=scene.meeting.id,
        item_id=place.id,
        kind=EntryKind.DISCUSSION,
        text=SAID,
        author_id=scene.housing.id,
        written_at=utc_now(),
    )
    db.session.add_all([entry, Recusal(item_id=place.id, user_id=scene.coordinator.id, declared_at=utc_now())])
    db.session.commit()
    meeting = meeting_of(scene.meeting.id)
    recused, chair = acting(scene, scene.coordinator), acting(scene, scene.chair)
    for actor, shown in ((recused, False), (chair, True)):
        for lines in (agenda_of(actor, meeting).lines, outline_of(actor, meeting).lines):
            line = next(each for each in lines if each.id == place.id)
            assert (line.title == PLACE, "market" in line.reason, line.closed) == (shown, shown, not shown)
        assert bool(decide(actor, Permission.EDIT_ITEM, place)) is shown
    minutes = build(meeting.id)
    agenda = record_of(meeting, version=1, circulated_at=utc_now(), research_due=None, now=utc_now())
    for actor, shown in ((recused, False), (chair, True)):
        cases = (item.case_id for item in minutes.items)
        reader = reader_of(actor, group_id=scene.group.id, cases=cases)
        assert (PLACE in str(agenda.only(reader))) is shown
        assert (PLACE in str(minutes.only(reader)), SAID in str(minutes.only(reader))) == (shown, shown)
