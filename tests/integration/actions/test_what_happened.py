"""What happened to an action: who, when, from what to what, why; and who is told of a new owner."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.actions import operations
from core.actions.history import history_of
from core.actions.models import Action
from core.circulation.actions_out.queries import last_told
from core.circulation.models import Mail
from core.clock import utc_now
from core.dates import in_words
from core.extensions import db
from core.facts import ActionStatus, GroupRole, MailState, NotDoneReason
from core.partnerships.models import Agency, Group
from core.policy.cases import RECUSED
from core.recording.models import Recusal
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_user, an_action, an_agency, an_item


@dataclass
class Scene:
    """An action of the police, and those who work on it."""

    police: Agency
    homes: Agency
    chair: User
    officer: User
    colleague: User
    housing: User
    observer: User
    group: Group
    action: Action


@pytest.fixture
def scene(app):
    partnership = a_partnership()
    council, police, homes = (an_agency(partnership, name) for name in ("Council", "Police", "Homes"))
    group = a_group(partnership)
    case = a_case(partnership, council, group=group, title="Martin Ashdown")
    return Scene(
        police=police,
        homes=homes,
        chair=a_user(council, "Cheryl Chair", group=group, role=GroupRole.CHAIR),
        officer=a_user(police, "Pauline Police", group=group),
        colleague=a_user(police, "Peter Police", group=group),
        housing=a_user(homes, "Harriet Homes", group=group),
        observer=a_user(homes, "Oscar Observer", group=group, role=GroupRole.OBSERVER),
        group=group,
        action=an_action(case, group, police, text="Serve a warning on Martin"),
    )


def step(browser, scene, name, **form):
    answer = browser.post(f"/actions/{scene.action.id}/{name}", {"version": str(scene.action.version), **form})
    assert answer.status_code == 303, answer.text
    db.session.refresh(scene.action)


def boxes(name, day):
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def test_each_step_says_who_when_what_from_what_to_what_and_why(scene, visitor):
    chair, officer, was = visitor(scene.chair), visitor(scene.officer), scene.action.due_on
    later = was + timedelta(days=7)
    step(officer, scene, "progress", note="Rang him")
    step(officer, scene, "due", note="He is away", **boxes("due", later))
    step(chair, scene, "owner", owner=scene.homes.id, person=scene.housing.id, note="They know him")
    step(chair, scene, "complete", outcome="Served")
    step(chair, scene, "reopen", note="It was sent to an old address")
    step(chair, scene, "not-done", reason=NotDoneReason.NOT_DONE_BY_AGENCY.value, note="Nobody came")
    lines = history_of(scene.action)
    told = [(line.kind, [(each.what, each.before, each.after) for each in line.changes], line.note) for line in lines]
    assert told == [
        ("not done", [("Status", "Open", "Not done (not done by the agency)")], "Nobody came"),
        ("re-opened", [("Status", "Done", "Open")], "It was sent to an old address"),
        ("completed", [("Status", "Open", "Done")], "Served"),
        ("reassigned", [("Owner", "Police", "Harriet Homes, Homes")], "They know him"),
        ("due date changed", [("Due", in_words(was), in_words(later))], "He is away"),
        ("updated", [], "Rang him"),
    ]
    assert {line.by for line in lines} == {"Cheryl Chair, Council", "Pauline Police, Police"}
    page = officer.get(f"/actions/{scene.action.id}").text
    for words in ("Harriet Homes, Homes", in_words(was), "He is away", "by Pauline Police, Police"):
        assert words in page


def test_a_longer_history_costs_no_more_queries(scene, visitor, count_queries):
    browser = visitor(scene.officer)
    step(browser, scene, "progress", note="Rang him")
    few = count_queries(history_of, scene.action)
    for _ in range(5):
        step(browser, scene, "progress", note="Rang him again")
    assert count_queries(history_of, scene.action) == few


def test_the_same_due_date_is_no_change(scene, visitor):
    form = {"version": "1", "note": "Why not", **boxes("due", scene.action.due_on)}
    answer = visitor(scene.officer).post(f"/actions/{scene.action.id}/due", form)
    assert answer.status_code == 422
    assert answer.text.count(operations.SAME_DAY) == 2


@pytest.mark.parametrize(("name", "status"), [("officer", 303), ("chair", 303), ("housing", 403)])
def test_who_may_open_a_settled_action_again(scene, visitor, name, status):
    scene.action.status, scene.action.settled_at = ActionStatus.DONE, utc_now()
    db.session.flush()
    form, browser = {"version": str(scene.action.version), "note": "Not so"}, visitor(getattr(scene, name))
    page = browser.get(f"/actions/{scene.action.id}").text
    assert f"Police, and the chair, deputy chair and coordinator of {scene.group.name}, may re-open it" in page
    assert ("Re-open the action" in page) == (status == 303)
    assert browser.post(f"/actions/{scene.action.id}/reopen", form).status_code == status


def test_an_action_is_not_opened_again_without_a_reason(scene, visitor):
    scene.action.status, scene.action.settled_at = ActionStatus.DONE, utc_now()
    db.session.flush()
    form = {"version": str(scene.action.version), "note": " "}
    answer = visitor(scene.officer).post(f"/actions/{scene.action.id}/reopen", form)
    assert answer.status_code == 422
    assert "Enter why it is open again" in answer.text


def told() -> dict[str, Mail]:
    return {mail.user.name: mail for mail in db.session.scalars(select(Mail))}


def test_the_new_owner_is_told_in_a_mail_that_names_nobody_and_says_nothing_of_it(scene, visitor):
    step(visitor(scene.chair), scene, "owner", owner=scene.homes.id, person=scene.housing.id, note="They know Martin")
    ((name, mail),) = told().items()
    assert name == "Harriet Homes"
    assert scene.action.ref in mail.subject and mail.subject.startswith("OFFICIAL-SENSITIVE")
    assert f"/actions/{scene.action.id}" in mail.body
    for word in ("Martin", "Ashdown", "warning", "They know"):
        assert word not in mail.subject + mail.body + mail.body_html


@pytest.mark.parametrize("agreed_at_a_meeting", [True, False])
def test_the_mail_stands_under_a_meeting_where_the_coordinator_sees_that_it_failed(scene, visitor, agreed_at_a_meeting):
    last, ahead = a_meeting(scene.group, starts_at=utc_now() - timedelta(days=9)), a_meeting(scene.group)
    a_meeting(scene.group, starts_at=ahead.starts_at + timedelta(days=30))
    scene.action.meeting_id = last.id if agreed_at_a_meeting else None
    coordinator = a_user(scene.police, group=scene.group, role=GroupRole.COORDINATOR)
    step(visitor(scene.chair), scene, "owner", owner=scene.homes.id, person=scene.housing.id, note="They know it")
    mail = told()["Harriet Homes"]
    assert mail.meeting_id == (last.id if agreed_at_a_meeting else ahead.id)
    assert last_told(mail.meeting_id) == {}, "not of what was agreed there, which is sent out to all at once"
    mail.state, mail.failure = MailState.FAILED, "The mail server refused the address for good (code 550)."
    db.session.flush()
    assert "code 550" in visitor(coordinator).get("/mail").text
    assert "code 550" in visitor(coordinator).get(f"/meetings/{mail.meeting_id}/sent").text


def test_an_agency_is_told_by_those_of_its_people_who_work_in_the_group(scene, visitor):
    step(visitor(scene.chair), scene, "owner", owner=scene.homes.id, person="", note="They hold the keys")
    assert set(told()) == {"Harriet Homes"}, "an observer does not act for the agency"
    assert "your agency" in told()["Harriet Homes"].body


def declare_interest(user, item) -> None:
    interest = {"item_id": item.id, "case_id": item.case_id, "user_id": user.id}
    db.session.add(Recusal(**interest, declared_at=utc_now()))
    db.session.flush()


@pytest.mark.parametrize("about", ["case", "item"])
def test_who_declared_an_interest_is_neither_given_the_action_nor_told_of_it(scene, visitor, about):
    """In its case, or where that is a place or a heading in the item that agreed it; until they take it back."""
    item = an_item(a_meeting(scene.group), scene.action.case if about == "case" else None)
    if about == "item":
        scene.action.case_id, scene.action.item_id = None, item.id
    declare_interest(scene.housing, item)
    opened = visitor(scene.housing).get(f"/actions/{scene.action.id}")
    assert (opened.status_code, RECUSED in opened.text) == (403, True)
    colleague = a_user(scene.homes, "Hal Homes", group=scene.group)
    chair, address = visitor(scene.chair), f"/actions/{scene.action.id}/owner"
    form = {"version": str(scene.action.version), "owner": scene.homes.id, "note": "They hold the keys"}
    refused = chair.post(address, form | {"person": scene.housing.id})
    assert refused.status_code == 422
    assert operations.CLOSED_TO_THEM in refused.text and "They hold the keys" in refused.text
    assert not told()
    assert chair.post(address, form | {"person": ""}).status_code == 303
    assert set(told()) == {colleague.name}

    db.session.query(Recusal).one().lifted_at = utc_now()
    form["version"] = str(scene.action.version)
    assert chair.post(address, form | {"person": scene.housing.id}).status_code == 303


def test_nobody_is_told_of_what_they_did_themselves(scene, visitor):
    step(visitor(scene.officer), scene, "owner", owner=scene.police.id, person=scene.officer.id, note="Mine")
    assert not told()
