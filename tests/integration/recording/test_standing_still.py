"""A meeting is paused and goes on, is adjourned to another day, and is opened again after it was closed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.accounts.queries import actor_as_of
from core.circulation.models import Mail
from core.clock import utc_now
from core.errors import Refused
from core.extensions import db
from core.facts import BreakKind, EntryKind, ItemOutcome, MeetingStatus, MinutesStatus
from core.meetings.models import AgendaItem, Meeting, Research
from core.minutes.models import Minutes, MinutesStep
from core.recording.entries.operations import share, strike_entry
from core.recording.models import Break, Entry
from tests.builders import today
from tests.integration.recording.test_the_room import page_of
from tests.support.forms import fill_in


def meeting_of(scene) -> Meeting:
    db.session.expire_all()
    return db.session.get(Meeting, scene.meeting.id)


def written(scene):
    return db.session.scalars(select(Entry.text)).all()


def an_hour_ago(scene):
    """The item that is being heard was taken up an hour ago."""
    scene.items[0].started_at = utc_now() - timedelta(hours=1)
    db.session.commit()


def test_in_a_pause_the_clock_stands_still_and_the_keepers_alone_write(scene, opened):
    chair, coordinator, police = (opened(each) for each in (scene.chair, scene.coordinator, scene.police))
    an_hour_ago(scene)
    assert police.get(f"{scene.live}/pause").status_code == 403
    number = meeting_of(scene).revision
    for _ in range(2):  # pressed twice, it is one pause
        assert chair.post(f"{scene.live}/pause", {"paused": "yes", "reason": "A break"}).status_code == 303
    item = scene.items[0]
    assert (item.started_at, item.seconds_spent // 60) == (None, 60)
    assert meeting_of(scene).revision > number
    page = page_of(police.get(f"{scene.live}/item"))
    assert "The meeting is paused" in page
    assert "Nothing is recorded until it goes on" in page
    address = f"{scene.live}/items/{item.id}/write/decision"
    refused = police.post(address, {"text": "In the break"})
    assert refused.status_code == 403
    assert "This meeting is paused" in page_of(refused)
    assert coordinator.post(address, {"text": "Said before the break"}).status_code == 303
    assert written(scene) == ["Said before the break"]
    assert chair.post(f"{scene.live}/items/{scene.items[1].id}/current", {"anyway": "1"}).status_code == 409

    assert chair.post(f"{scene.live}/pause", {"paused": "no"}).status_code == 303
    assert scene.items[0].started_at is not None
    assert police.post(address, {"text": "After the break"}).status_code == 303
    spell = db.session.scalars(select(Break)).one()
    assert (spell.kind, spell.reason, spell.ended_at is not None) == (BreakKind.PAUSED, "A break", True)


def test_what_is_on_its_way_when_a_pause_begins_is_not_recorded_in_it(scene, opened):
    opened(scene.police)
    coordinator, police = (
        actor_as_of(each.id, scene.partnership.id, on=today()) for each in (scene.coordinator, scene.police)
    )
    item = scene.items[0]

    def say(who):
        return share(who, item=item, kind=EntryKind.DECISION, text="Said", now=utc_now())

    entry = say(police)
    # The request has read the meeting; then somebody else pauses it, and commits first.
    row = Meeting.__table__
    db.session.execute(update(row).where(row.c.id == scene.meeting.id).values(paused_at=utc_now()))
    assert item.meeting.paused_at is None
    for write in (lambda: say(police), lambda: strike_entry(police, entry=entry, now=utc_now())):
        with pytest.raises(Refused, match="This meeting is paused"):
            write()
    assert say(coordinator).id


def adjourn(scene, browser, **changed):
    day = today() + timedelta(days=21)
    form = {
        "day-day": day.day,
        "day-month": day.month,
        "day-year": day.year,
        "starts": "10:00",
        "ends": "12:00",
        "venue": "Town Hall",
        "all_the_same": "y",
        **changed,
    }
    return browser.post(f"{scene.live}/adjourn", form)


def test_what_was_not_heard_goes_on_at_the_day_to_which_the_meeting_is_adjourned(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    first, second = scene.items
    db.session.add(
        Research(item_id=second.id, agency_id=scene.police.agency_id, asked_at=utc_now(), due_on=today(), text="Two")
    )
    db.session.commit()
    assert police.get(f"{scene.live}/adjourn").status_code == 403
    fill_in(chair, f"{scene.live}/items/{first.id}/outcome", {"outcome": "heard"})
    page = page_of(chair.get(f"{scene.live}/adjourn"))
    assert second.case.ref in page
    assert first.case.ref not in page
    assert adjourn(scene, chair, venue="").status_code == 422
    assert meeting_of(scene).status is MeetingStatus.IN_SESSION
    assert adjourn(scene, chair).status_code == 303

    meeting = meeting_of(scene)
    assert meeting.status is MeetingStatus.CLOSED
    assert [item.outcome for item in scene.items] == [ItemOutcome.HEARD, ItemOutcome.ADJOURNED]
    other = meeting.adjourned_to
    assert (other.status, other.venue) == (MeetingStatus.SCHEDULED, "Town Hall")
    agenda = db.session.scalars(
        select(AgendaItem).where(AgendaItem.meeting_id == other.id).order_by(AgendaItem.position)
    ).all()
    assert [item.position for item in agenda] == list(range(1, len(agenda) + 1))
    on = next(item for item in agenda if item.case_id is not None)
    assert (on.case_id, on.carried_from_id, on.times_carried) == (second.case_id, second.id, 0)
    assert agenda[-1].heading == "Date of the next meeting"
    assert db.session.scalars(select(Research.item_id)).one() == on.id
    invited = db.session.scalars(select(Mail.user_id).where(Mail.meeting_id == other.id)).all()
    assert scene.police.id in invited
    for page in (scene.live, f"/meetings/{meeting.id}"):
        shown = page_of(chair.get(page))
        assert f'/meetings/{other.id}"' in shown
        assert f"{other.starts_at.day} {other.starts_at:%B}" in shown, "which day it is"
    assert chair.get(f"{scene.live}/reopen").status_code == 403

    assert fill_in(chair, f"/meetings/{other.id}/cancel", {"reason": "The hall is flooded"}).status_code == 303
    assert "That day was cancelled" in page_of(chair.get(scene.live))
    assert chair.post(f"{scene.live}/reopen", {"reason": "We go on today"}).status_code == 303
    meeting = meeting_of(scene)
    assert (meeting.status, meeting.adjourned_to_id) == (MeetingStatus.IN_SESSION, None)
    assert [item.outcome for item in scene.items] == [ItemOutcome.HEARD, ItemOutcome.PENDING]
    assert db.session.scalars(select(Research.item_id)).one() == second.id
    assert adjourn(scene, chair).status_code == 303
    assert meeting_of(scene).adjourned_to_id not in (None, other.id)


def test_a_meeting_with_nothing_left_is_closed_and_not_adjourned(scene, opened):
    chair = opened(scene.chair)
    for item in scene.items:
        fill_in(chair, f"{scene.live}/items/{item.id}/outcome", {"outcome": "heard"})
    assert "No item is left" in page_of(chair.get(f"{scene.live}/adjourn"))
    assert adjourn(scene, chair).status_code == 422
    assert meeting_of(scene).status is MeetingStatus.IN_SESSION


def test_a_closed_meeting_is_opened_again_with_a_reason_until_its_minutes_are_approved(scene, opened):
    chair, coordinator, police = (opened(each) for each in (scene.chair, scene.coordinator, scene.police))
    first, second = scene.items
    fill_in(chair, f"{scene.live}/items/{first.id}/outcome", {"outcome": "heard"})
    assert chair.get(f"{scene.live}/reopen").status_code == 403
    chair.post(f"{scene.live}/close")
    coordinator.post(f"/meetings/{scene.meeting.id}/minutes")
    minutes = db.session.scalars(select(Minutes)).one()
    minutes.status = MinutesStatus.SUBMITTED
    db.session.commit()
    assert police.get(f"{scene.live}/reopen").status_code == 403
    assert "Say why" in page_of(chair.post(f"{scene.live}/reopen", {"reason": ""}))
    assert chair.post(f"{scene.live}/reopen", {"reason": "A case was left out"}).status_code == 303

    meeting = meeting_of(scene)
    assert (meeting.status, meeting.closed_at) == (MeetingStatus.IN_SESSION, None)
    assert [item.outcome for item in scene.items] == [ItemOutcome.HEARD, ItemOutcome.PENDING]
    assert db.session.scalars(select(Break.kind)).one() is BreakKind.REOPENED
    assert db.session.scalars(select(Minutes.status)).one() is MinutesStatus.DRAFT
    assert "A case was left out" in db.session.scalars(select(MinutesStep.comment)).all()[-1]
    version = db.session.scalars(select(Minutes.version)).one()
    submitted = coordinator.post(f"/meetings/{scene.meeting.id}/minutes/submit", {"version": version})
    assert "The meeting was opened again" in page_of(submitted)
    assert police.post(f"{scene.live}/items/{second.id}/write/decision", {"text": "Heard now"}).status_code == 303

    chair.post(f"{scene.live}/close", {"recorded": "heard"})
    meeting = meeting_of(scene)
    meeting.frozen_at = utc_now()
    db.session.commit()
    refused = chair.get(f"{scene.live}/reopen")
    assert refused.status_code == 403
    assert "The minutes are approved" in page_of(refused)
