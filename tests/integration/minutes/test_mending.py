"""Minutes sent back: what is wrong or missing is mended from their page, and the chair is told what was."""

from datetime import timedelta

import pytest

from core.actions import operations as log
from core.actions.models import Action
from core.extensions import db
from core.facts import EntryKind
from core.minutes import build
from core.minutes.models import Minutes
from core.recording.models import Entry
from tests.builders import today
from tests.integration.circulation.test_recipients import recuse
from tests.integration.minutes.test_from_record_to_reader import Conference, acting, approved

COMMENT = "Item 1: it was four nights, not three"


@pytest.fixture
def conference(app):
    return Conference()


@pytest.fixture
def returned(conference, visitor):
    """The conference, its minutes sent back by the chair with a comment."""
    coordinator, chair = visitor(conference.coordinator), visitor(conference.chair)
    coordinator.post(conference.path("minutes"))
    coordinator.post(conference.path("minutes/submit"), {"version": 1})
    assert chair.post(conference.path("minutes/send-back"), {"version": 2, "comment": COMMENT}).status_code == 303
    return conference


def write(conference, rest: str, item: int = 0) -> str:
    """An address of the live page, under an item."""
    return conference.path(f"live/items/{conference.meeting.items[item].id}/{rest}")


def seen() -> Entry:
    """The first entry of the conference."""
    return db.session.query(Entry).order_by(Entry.id).first()


def test_sent_back_the_page_begins_with_the_comment_and_leads_to_what_can_be_mended(returned, visitor):
    page = visitor(returned.coordinator).get(returned.path("minutes")).text
    assert page.index(COMMENT) < page.index("Download as PDF")
    action = db.session.query(Action).one()
    for rest in (
        f"entries/{seen().id}",
        "write/information",
        "write/decision",
        "write/discussion",
        "action",
        "attended",
    ):
        assert f'href="{write(returned, rest)}"' in page
    assert f'href="{write(returned, f"actions/{action.id}")}"' in page


def test_what_the_page_links_to_opens(returned, visitor):
    coordinator, action = visitor(returned.coordinator), db.session.query(Action).one()
    for rest in (
        f"entries/{seen().id}",
        "write/information",
        "write/decision",
        "action",
        f"actions/{action.id}",
        "attended",
    ):
        assert coordinator.get(write(returned, rest)).status_code == 200, rest


def test_with_the_chair_or_approved_nothing_is_offered_to_mend(conference, visitor):
    approved(conference, visitor)
    for user in (conference.chair, conference.coordinator):
        assert "Add a decision" not in visitor(user).get(conference.path("minutes")).text
    for rest in ("write/decision", "action", f"actions/{db.session.query(Action).one().id}"):
        assert visitor(conference.coordinator).get(write(conference, rest)).status_code == 403


def test_a_decision_and_an_action_that_are_missing_are_added_after_the_meeting(returned, visitor):
    coordinator = visitor(returned.coordinator)
    answer = coordinator.post(write(returned, "write/decision"), {"text": "Offer mediation"})
    assert answer.status_code == 303
    assert answer.location == returned.path("minutes") + "#item-1"
    due = today() + timedelta(days=9)
    fields = {"text": "Write to both", "owner": returned.homes.id, "person": ""}
    fields |= {"due-day": due.day, "due-month": due.month, "due-year": due.year}
    assert coordinator.post(write(returned, "action"), fields).status_code == 303
    item = build.build(returned.meeting.id).items[0]
    assert [each.text for each in item.entries if each.kind is EntryKind.DECISION] == ["Offer mediation"]
    assert [each.text for each in item.actions] == ["Visit with the officer", "Write to both"]


def test_an_attendee_who_does_not_keep_the_record_adds_nothing_after_the_meeting(returned, visitor):
    answer = visitor(returned.officer).post(write(returned, "write/decision"), {"text": "Offer mediation"})
    assert answer.status_code == 403
    assert db.session.query(Entry).count() == 3


def test_an_action_is_corrected_as_it_was_recorded(returned, visitor):
    action = db.session.query(Action).one()
    coordinator, due = visitor(returned.coordinator), action.due_on + timedelta(days=1)
    fields = {"version": action.version, "text": "Visit twice", "owner": returned.police.id, "person": ""}
    fields |= {"due-day": due.day, "due-month": due.month, "due-year": due.year}
    db.session.commit()
    recuse(returned, returned.officer, returned.meeting.items[0])
    closed = coordinator.post(write(returned, f"actions/{action.id}"), fields | {"person": returned.officer.id})
    assert (closed.status_code, log.CLOSED_TO_THEM in closed.text) == (422, True)
    assert coordinator.post(write(returned, f"actions/{action.id}"), fields).status_code == 303
    (recorded,) = build.build(returned.meeting.id).items[0].actions
    assert (recorded.text, recorded.owner.name, recorded.due_on) == ("Visit twice", "Northbridge Constabulary", due)
    stale = coordinator.post(write(returned, f"actions/{action.id}"), fields | {"text": "Visit once"})
    assert stale.status_code == 409
    assert "Visit once" in stale.text
    assert "Visit twice" in stale.text


def test_of_an_action_worked_on_since_only_the_wording_is_corrected(returned, visitor):
    action = db.session.query(Action).one()
    when = returned.meeting.closed_at + timedelta(minutes=5)
    log.note_progress(acting(returned.chair), action=action, version=action.version, note="Rang them", now=when)
    db.session.commit()
    coordinator, due = visitor(returned.coordinator), action.due_on
    fields = {"version": action.version, "text": "Visit twice", "owner": returned.police.id, "person": ""}
    fields |= {"due-day": due.day, "due-month": due.month, "due-year": due.year}
    answer = coordinator.post(write(returned, f"actions/{action.id}"), fields)
    assert answer.status_code == 422
    assert "only its wording can be corrected" in answer.text
    fields["owner"] = returned.homes.id
    assert coordinator.post(write(returned, f"actions/{action.id}"), fields).status_code == 303


def test_an_action_struck_out_is_in_no_minutes_and_is_sent_to_nobody(returned, visitor):
    action, coordinator = db.session.query(Action).one(), visitor(returned.coordinator)
    ref, address = action.ref, write(returned, f"actions/{action.id}")
    out = returned.path("actions/send")
    assert ref in coordinator.get(out).text
    assert visitor(returned.officer).post(f"{address}/strike").status_code == 403
    assert coordinator.post(f"{address}/strike").status_code == 303
    assert build.build(returned.meeting.id).items[0].actions == ()
    assert f"{ref} is struck out" in coordinator.get(returned.path("minutes")).text
    assert ref not in coordinator.get(out).text
    assert f"Action {ref} struck out" in visitor(returned.chair).get(returned.path("minutes/review")).text

    # Taken back it is minuted as it was agreed; what somebody worked on since is not struck out.
    assert coordinator.post(f"{address}/restore").status_code == 303
    assert [each.status for each in build.build(returned.meeting.id).items[0].actions] == ["open"]
    action = db.session.get(Action, action.id, populate_existing=True)
    when = returned.meeting.closed_at + timedelta(minutes=5)
    log.note_progress(acting(returned.chair), action=action, version=action.version, note="Rang them", now=when)
    db.session.commit()
    refused = coordinator.post(f"{address}/strike")
    assert (refused.status_code, log.WORKED_ON in refused.text) == (409, True)


def test_an_action_of_another_item_is_not_found_under_this_one(returned, visitor):
    action = db.session.query(Action).one()
    assert visitor(returned.coordinator).get(write(returned, f"actions/{action.id}", item=1)).status_code == 404


def test_submitted_again_without_a_change_it_asks_whether_that_is_meant(returned, visitor):
    coordinator = visitor(returned.coordinator)
    answer = coordinator.post(returned.path("minutes/submit"), {"version": 3})
    assert answer.status_code == 422
    assert "Nothing was changed since these minutes were sent back" in answer.text
    assert db.session.query(Minutes).one().status == "sent back"
    assert coordinator.post(returned.path("minutes/submit"), {"version": 3, "sure": "yes"}).status_code == 303
    assert db.session.query(Minutes).one().status == "with the chair"


def test_mended_they_are_submitted_without_a_question_and_the_chair_sees_what_was_changed(returned, visitor):
    coordinator, entry = visitor(returned.coordinator), seen()
    change = {"version": entry.version, "text": "Seen on four nights.", "visibility": entry.visibility.value}
    assert coordinator.post(write(returned, f"entries/{entry.id}"), change).status_code == 303
    assert coordinator.post(returned.path("minutes/submit"), {"version": 3}).status_code == 303
    page = visitor(returned.chair).get(returned.path("minutes")).text
    listed = page.partition("Changed since the meeting was closed")[2].partition("</ul>")[0]
    assert "Samir Hussain" in listed
    assert "Information of Northbridge Constabulary changed." in listed
    assert 'href="#item-1"' in listed
    assert "four nights" not in listed


def test_of_minutes_that_nobody_touched_no_change_is_listed(conference, visitor):
    visitor(conference.coordinator).post(conference.path("minutes"))
    assert "Changed since" not in visitor(conference.coordinator).get(conference.path("minutes")).text


def test_after_closing_the_live_page_leads_to_the_minutes(conference, visitor):
    page = visitor(conference.coordinator).get(conference.path("live")).text
    assert f'href="{conference.path("minutes")}"' in page.partition("app-live")[0].partition("app-title")[2]
    assert "can be mended until the minutes are approved" in page
    assert "Nothing more can be recorded" not in page
