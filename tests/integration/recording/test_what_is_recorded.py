"""What is recorded in the meeting, by whom it is read, and what it cannot be."""

import json

import pytest
from sqlalchemy import func, select

from core.actions.models import Action
from core.actions.operations import STRUCK_OUT
from core.audit.models import AuditRecord
from core.cases.models import Case
from core.extensions import db
from core.facts import Risk
from core.meetings.models import Meeting
from core.recording.feed import Hint, feed
from core.recording.models import Entry
from core.recording.queries import recorded_under
from tests.builders import a_meeting, a_user, an_agency
from tests.integration.recording.test_the_room import an_action_form, page_of
from tests.support.forms import fill_in


def test_all_that_is_wrong_with_an_action_is_said_in_one_round(scene, opened):
    police = opened(scene.police)
    address = f"{scene.live}/items/{scene.items[0].id}/action"
    page = page_of(police.post(address, an_action_form(scene, **{"owner": "", "due-year": 2025})))
    assert "Choose the agency" in page and "The due date must be today or in the future" in page
    page = page_of(police.post(address, an_action_form(scene, text="", person=scene.police.id)))
    assert "Enter what will be done" in page and "Choose a person of that agency" in page


def test_what_one_attendee_records_the_other_sees(scene, opened):
    police, housing = opened(scene.police), opened(scene.housing)
    item = scene.items[0]
    before = housing.get(f"{scene.live}/now")
    answer = police.post(f"{scene.live}/items/{item.id}/action", an_action_form(scene))
    assert answer.status_code == 303, page_of(answer)
    after = housing.get(f"{scene.live}/now", headers={"If-None-Match": before.headers["ETag"]})
    assert after.get_json()["number"] > before.get_json()["number"]
    assert "Visit the flat" in page_of(housing.get(f"{scene.live}/item"))
    action = db.session.scalars(select(Action)).one()
    assert (action.item_id, action.owner_agency_id) == (item.id, scene.housing.agency_id)
    assert housing.get(f"{scene.live}/now", headers={"If-None-Match": after.headers["ETag"]}).status_code == 304


def test_an_action_for_another_agency_is_a_disclosure_to_it_and_one_for_the_own_agency_is_not(scene, opened):
    police, item = opened(scene.police), scene.items[0]
    for owner in (scene.housing, scene.police):
        form = an_action_form(scene, owner=owner.agency_id)
        assert police.post(f"{scene.live}/items/{item.id}/action", form).status_code == 303
    bodies = db.session.scalars(
        select(AuditRecord.body).where(AuditRecord.action == "action.give").order_by(AuditRecord.seq)
    )
    (told,) = [json.loads(body) for body in bodies]
    assert (told["category"], told["recipient"]) == ("disclosure", f"ag_{scene.housing.agency_id}")
    assert told["subjects"]
    assert told["purpose"] == f"meeting:{scene.meeting.id}"


@pytest.mark.parametrize(
    ("visibility", "readers"),
    [
        ("everyone at this item", {"chair", "coordinator", "police", "housing"}),
        ("named agencies", {"chair", "coordinator", "police", "housing"}),
        ("chair and coordinator", {"chair", "coordinator", "police"}),
    ],
)
def test_who_reads_what_an_agency_shares(scene, opened, visibility, readers):
    item = scene.items[0]
    fire = a_user(an_agency(scene.partnership, "Fire"), group=scene.group)
    named = {"named": [scene.housing.agency_id]} if visibility == "named agencies" else {}
    form = {"text": "Seen with a knife", "source": scene.police.agency_id, "visibility": visibility, **named}
    assert opened(scene.police).post(f"{scene.live}/items/{item.id}/write/information", form).status_code == 303
    everybody = {
        "chair": scene.chair,
        "coordinator": scene.coordinator,
        "police": scene.police,
        "housing": scene.housing,
        "fire": fire,
    }
    read = {
        name
        for name, user in everybody.items()
        if "Seen with a knife" in page_of(opened(user).get(f"{scene.live}/item"))
    }
    assert read == (readers | {"fire"} if visibility == "everyone at this item" else readers)


def test_nobody_puts_words_into_another_agencys_mouth(scene, opened):
    form = {"text": "They know him", "source": scene.housing.agency_id, "visibility": "everyone at this item"}
    address = f"{scene.live}/items/{scene.items[0].id}/write/information"
    assert opened(scene.police).post(address, form).status_code == 422
    assert opened(scene.coordinator).post(address, form).status_code == 303


def test_named_agencies_need_a_name(scene, opened):
    form = {"text": "x", "source": scene.police.agency_id, "visibility": "named agencies"}
    answer = opened(scene.police).post(f"{scene.live}/items/{scene.items[0].id}/write/information", form)
    assert answer.status_code == 422
    assert "Choose the agencies that may read it" in page_of(answer)


def test_the_second_of_two_edits_sees_both_values_and_keeps_its_own(scene, opened):
    police, chair = opened(scene.police), opened(scene.chair)
    item = scene.items[0]
    police.post(f"{scene.live}/items/{item.id}/write/discussion", {"text": "First words"})
    entry = db.session.scalars(select(Entry)).one()
    address = f"{scene.live}/items/{item.id}/entries/{entry.id}"
    assert chair.post(address, {"version": "1", "text": "The chair’s words"}).status_code == 303
    late = police.post(address, {"version": "1", "text": "<i>My</i> words"})
    assert late.status_code == 409
    page = page_of(late)
    assert "The chair’s words" in page
    assert page.count("&lt;i&gt;My&lt;/i&gt; words") == 2
    assert db.session.get(Entry, entry.id).text == "The chair’s words"
    assert police.post(address, {"version": "2", "text": "Both together"}).status_code == 303
    assert opened(scene.housing).post(address, {"version": "3", "text": "Not mine"}).status_code == 403


def test_striking_out_leaves_a_trace_and_can_be_undone(scene, opened):
    police = opened(scene.police)
    item = scene.items[0]
    police.post(f"{scene.live}/items/{item.id}/write/decision", {"text": "A warning letter"})
    entry = db.session.scalars(select(Entry)).one()
    address = f"{scene.live}/items/{item.id}/entries/{entry.id}"
    assert police.post(f"{address}/strike").status_code == 303
    assert "<del>A warning letter</del>" in page_of(police.get(f"{scene.live}/item"))
    assert police.post(f"{address}/restore").status_code == 303
    assert "<del>" not in page_of(police.get(f"{scene.live}/item"))


def test_an_action_recorded_by_mistake_is_corrected_or_struck_out_in_the_room(scene, opened):
    police, housing, coordinator = opened(scene.police), opened(scene.housing), opened(scene.coordinator)
    item = scene.items[0]
    police.post(f"{scene.live}/items/{item.id}/action", an_action_form(scene))
    action = db.session.scalars(select(Action)).one()
    address = f"{scene.live}/items/{item.id}/actions/{action.id}"

    # It is its writer's to put right, and theirs who keep the record; the page offers it to nobody else.
    assert f'href="{address}"' not in page_of(housing.get(f"{scene.live}/item"))
    assert housing.post(address, an_action_form(scene, version="1", text="Nothing")).status_code == 403
    assert [housing.post(f"{address}/{step}").status_code for step in ("strike", "restore")] == [403, 403]
    assert police.post(address, an_action_form(scene, version="1", text="Visit both flats")).status_code == 303
    late = coordinator.post(address, an_action_form(scene, version="1", text="Visit no flat"))
    assert late.status_code == 409 and "Visit both flats" in page_of(late) and "Visit no flat" in page_of(late)

    # Struck out it stays to be read in the room, and asks nobody for anything; twice is once.
    screen = f"{scene.live}/screen"
    places = {"/": housing, "/actions?state=any": housing, f"/cases/{item.case_id}": coordinator, screen: coordinator}
    assert [path for path, who in places.items() if "Visit both flats" not in page_of(who.get(path))] == []
    assert police.post(f"{address}/strike").status_code == 303
    assert coordinator.post(f"{address}/strike").status_code == 303
    assert "<del>Visit both flats</del>" in page_of(housing.get(f"{scene.live}/item"))
    assert [path for path, who in places.items() if "Visit both flats" in page_of(who.get(path))] == []
    assert "Visit both flats" in page_of(housing.get("/actions?state=struck+out"))
    assert recorded_under([item.id]) == frozenset()
    own = f"/actions/{action.id}"
    page = page_of(housing.get(own))
    assert "recorded by mistake and struck out" in page and "Pauline Police" in page and "Re-open" not in page
    version = db.session.get(Action, action.id, populate_existing=True).version
    for path, browser, form in (
        (f"{own}/reopen", housing, {"note": "Again"}),
        (f"{own}/progress", housing, {"note": "Went"}),
        (address, police, an_action_form(scene, text="Visit")),
    ):
        refused = browser.post(path, {**form, "version": version})
        assert (refused.status_code, STRUCK_OUT in page_of(refused)) == (422, True), path

    # Taken back in it is open again, and asks again.
    assert coordinator.post(f"{address}/restore").status_code == 303
    assert [path for path, who in places.items() if "Visit both flats" not in page_of(who.get(path))] == []
    done = select(AuditRecord.action).where(AuditRecord.action.in_(("action.strike", "action.restore")))
    assert db.session.scalars(done.order_by(AuditRecord.seq)).all() == ["action.strike", "action.restore"]


def test_an_entry_is_reached_through_its_own_meeting_and_item_alone(scene, opened):
    police = opened(scene.police)
    first, second = scene.items
    police.post(f"{scene.live}/items/{first.id}/write/decision", {"text": "A warning letter"})
    entry = db.session.scalars(select(Entry)).one()
    assert police.get(f"{scene.live}/items/{second.id}/entries/{entry.id}").status_code == 404
    other = a_meeting(scene.group, cases=[])
    assert police.get(f"/meetings/{other.id}/live/items/{first.id}/action").status_code == 404


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"due-year": 2025}, "The due date must be today or in the future"),
        ({"due-day": 31, "due-month": 2}, "The due date must be a real date"),
        ({"due-day": "", "due-month": "", "due-year": ""}, "Enter the due date"),
        ({"due-month": ""}, "The due date must include a month"),
        ({"text": ""}, "Enter what will be done"),
        ({"text": "x" * 50_000}, "must be 10,000 characters or fewer"),
        ({"owner": ""}, "Choose the agency"),
        ({"owner": "999999"}, "Choose an agency of this partnership"),
        ({"owner": "<script>"}, "Choose one from the list"),
    ],
)
def test_an_action_that_cannot_be_is_sent_back_with_what_was_typed(scene, opened, changed, says):
    answer = opened(scene.police).post(
        f"{scene.live}/items/{scene.items[0].id}/action", an_action_form(scene, **changed)
    )
    assert answer.status_code == 422
    page = page_of(answer)
    assert "There is a problem" in page
    assert says in page
    assert changed.get("text") == "" or "Visit the flat" in page or "xxxxx" in page
    assert db.session.scalar(select(func.count()).select_from(Action)) == 0


def test_a_person_of_another_agency_cannot_be_the_owner(scene, opened):
    form = an_action_form(scene, person=scene.police.id)
    answer = opened(scene.police).post(f"{scene.live}/items/{scene.items[0].id}/action", form)
    assert "Choose a person of that agency" in page_of(answer)


def test_the_risk_agreed_is_the_cases_from_now_on(scene, opened):
    item = scene.items[0]
    assert fill_in(opened(scene.police), f"{scene.live}/items/{item.id}/risk", {"risk": "high"}).status_code == 303
    assert scene.items[0].risk_agreed == "high"
    assert db.session.get(Case, item.case_id).risk is Risk.HIGH


def test_every_write_takes_the_next_number_and_the_others_hear_of_it(scene, opened):
    police = opened(scene.police)
    item = scene.items[0]
    before = db.session.get(Meeting, scene.meeting.id).revision
    feed.join(scene.meeting.id, before)
    for number in range(3):
        police.post(f"{scene.live}/items/{item.id}/write/discussion", {"text": f"Line {number}"})
    revision, hints = feed.wait(scene.meeting.id, before, 0)
    feed.leave(scene.meeting.id)
    assert revision == before + 3 == db.session.get(Meeting, scene.meeting.id, populate_existing=True).revision
    assert hints == [Hint(before + number, "item", item.id) for number in (1, 2, 3)]


def test_a_write_that_fails_leaves_neither_row_nor_number(scene, opened):
    police = opened(scene.police)
    before = db.session.get(Meeting, scene.meeting.id).revision
    police.post(f"{scene.live}/items/{scene.items[0].id}/action", an_action_form(scene, **{"due-year": 2020}))
    assert db.session.get(Meeting, scene.meeting.id).revision == before


def test_an_action_is_saved_in_nineteen_queries(scene, opened, count_queries):
    police, path = opened(scene.police), f"{scene.live}/items/{scene.items[0].id}/action"
    police.post(path, an_action_form(scene))
    assert count_queries(police.post, path, an_action_form(scene)) <= 19
