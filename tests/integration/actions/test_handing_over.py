"""An agency that left: who gets its open actions, what is told of it, and that it is done once."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.actions.handover import hand_over_what_is_left
from core.actions.models import Action, ActionUpdate
from core.actions.standings import standings_at
from core.audit.models import AuditRecord
from core.cases.models import Case
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import ActionStatus, AdminRole, GroupRole
from core.meetings.models import Meeting
from core.minutes.build import build
from core.partnerships.models import Agency, Group, Partnership, PartnershipAgency
from core.recording.models import Recusal
from tests.builders import (
    a_case,
    a_group,
    a_meeting,
    a_member,
    a_partnership,
    a_user,
    an_action,
    an_agency,
    an_item,
    today,
)

LEFT = today() - timedelta(days=1)


@dataclass
class Scene:
    """A group that two people lead, and an agency of it with an open action and one that is done."""

    partnership: Partnership
    council: Agency
    police: Agency
    homes: Agency
    membership: PartnershipAgency
    group: Group
    case: Case
    coordinator: User
    chair: User
    admin: User
    theirs: User
    action: Action
    done: Action

    def leaves(self, on=LEFT):
        """The agency leaves, without anything done about it yet."""
        self.membership.left_on = on
        db.session.flush()

    def sweep(self) -> int:
        """What the worker does every minute."""
        handed = hand_over_what_is_left(now=utc_now(), on=today())
        db.session.commit()
        return handed


@pytest.fixture
def scene(app):
    partnership = a_partnership()
    council, police, homes = (an_agency(partnership, name) for name in ("Council", "Police", "Homes"))
    group = a_group(partnership)
    case = a_case(partnership, council, group=group, title="Martin Ashdown")
    theirs = a_user(homes, "Harriet Homes", group=group)
    action = an_action(case, group, homes, text="Change the locks")
    action.owner_user_id = theirs.id
    done = an_action(case, group, homes, text="Ring the school")
    done.status, done.settled_at = ActionStatus.DONE, utc_now()
    return Scene(
        partnership=partnership,
        council=council,
        police=police,
        homes=homes,
        membership=db.session.scalars(select(PartnershipAgency).where(PartnershipAgency.agency_id == homes.id)).one(),
        group=group,
        case=case,
        coordinator=a_user(council, "Cora Coordinator", group=group, role=GroupRole.COORDINATOR),
        chair=a_user(police, "Cheryl Chair", group=group, role=GroupRole.CHAIR),
        admin=a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership),
        theirs=theirs,
        action=action,
        done=done,
    )


def leave(browser, scene, day):
    boxes = {"left_on-day": day.day, "left_on-month": day.month, "left_on-year": day.year}
    version = scene.membership.version + scene.homes.version
    return browser.post(f"/partnership/agencies/{scene.homes.id}/leave", {"version": str(version), **boxes})


def owner_of(action) -> tuple[int, int | None]:
    db.session.refresh(action)
    return action.owner_agency_id, action.owner_user_id


def mails_to(user) -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.user_id == user.id)))


def test_recording_that_it_left_hands_its_open_actions_to_the_coordinator(scene, visitor):
    browser = visitor(scene.admin)
    assert "1 open action was handed over" in browser.get(leave(browser, scene, today()).location).text
    assert owner_of(scene.action) == (scene.council.id, scene.coordinator.id)
    assert owner_of(scene.done) == (scene.homes.id, None), "what it settled stays its own"
    line = db.session.scalars(select(ActionUpdate).where(ActionUpdate.action_id == scene.action.id)).one()
    assert (line.kind, line.user_id) == ("handed over", scene.admin.id)
    assert line.note.startswith("Homes left the partnership on ")
    page = visitor(scene.coordinator).get(f"/actions/{scene.action.id}").text
    assert "Harriet Homes, Homes" in page and "Cora Coordinator, Council" in page
    verbs = db.session.scalars(
        select(AuditRecord.action).where(AuditRecord.object == f"action:{scene.action.id}").order_by(AuditRecord.seq)
    )
    assert "action.handed_over" in set(verbs)


def test_the_coordinator_is_told_once_and_nothing_of_the_action(scene):
    an_action(scene.case, scene.group, scene.homes, text="Mend the gate of Martin Ashdown")
    scene.leaves()
    assert scene.sweep() == 2
    (mail,) = mails_to(scene.coordinator)
    assert "2 actions handed over to you" in mail.subject
    assert "Ashdown" not in mail.body + mail.body_html and "gate" not in mail.body
    assert f"handed={scene.homes.id}" in mail.body
    given = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "action.give").order_by(AuditRecord.seq)
    ).all()
    assert {json.loads(each.body)["recipient"] for each in given} == {f"ag_{scene.council.id}"}
    assert {each.actor for each in given} == {"u_0"}, "by the software itself"


def test_it_is_done_once(scene):
    scene.leaves()
    assert [scene.sweep(), scene.sweep()] == [1, 0]
    assert len(mails_to(scene.coordinator)) == 1
    assert len(db.session.scalars(select(ActionUpdate)).all()) == 1


def test_a_day_that_lies_ahead_takes_effect_when_it_comes(scene, visitor):
    assert leave(visitor(scene.admin), scene, today() + timedelta(days=3)).status_code == 303
    assert scene.sweep() == 0
    assert owner_of(scene.action) == (scene.homes.id, scene.theirs.id)
    assert hand_over_what_is_left(now=utc_now(), on=today() + timedelta(days=3)) == 1


def test_without_a_coordinator_the_chair_gets_them(scene):
    scene.coordinator.retired_at = utc_now()
    scene.leaves()
    assert scene.sweep() == 1
    assert owner_of(scene.action) == (scene.police.id, scene.chair.id)


def test_who_declared_an_interest_in_the_case_does_not_get_its_action(scene):
    item = an_item(a_meeting(scene.group), scene.case)
    db.session.add(Recusal(item_id=item.id, case_id=scene.case.id, user_id=scene.coordinator.id, declared_at=utc_now()))
    scene.leaves()
    assert scene.sweep() == 1
    assert owner_of(scene.action) == (scene.police.id, scene.chair.id)


def test_a_coordinator_of_the_agency_that_leaves_or_of_one_that_has_not_signed_takes_nothing(scene):
    own = a_group(scene.partnership, "Panel")
    a_member(own, scene.theirs, GroupRole.COORDINATOR)
    unsigned = a_user(an_agency(scene.partnership, "Newcomers", signed_on=None), group=own, role=GroupRole.CHAIR)
    action = an_action(scene.case, own, scene.homes)
    scene.leaves()
    assert scene.sweep() == 1
    assert owner_of(action)[0] == scene.homes.id
    assert not mails_to(unsigned)


def test_what_nobody_can_take_stays_and_the_administrator_is_told_until_somebody_can(scene, visitor):
    empty = a_group(scene.partnership, "Empty Panel")
    action = an_action(scene.case, empty, scene.homes)
    browser = visitor(scene.admin)
    before = browser.get(f"/partnership/agencies/{scene.homes.id}/leave").text
    assert "2 actions" in before and "Nobody: it stays with the agency" in before
    assert "Cora Coordinator, Council" in before
    leave(browser, scene, today())
    page = browser.get(f"/partnership/agencies/{scene.homes.id}").text
    assert "Empty Panel" in page and "has no coordinator or chair" in page
    assert "has no coordinator" not in visitor(scene.chair).get(f"/partnership/agencies/{scene.homes.id}").text
    a_member(empty, scene.chair, GroupRole.CHAIR)
    assert scene.sweep() == 1
    assert owner_of(action) == (scene.police.id, scene.chair.id)
    assert "has no coordinator" not in browser.get(f"/partnership/agencies/{scene.homes.id}").text


def test_what_is_opened_again_after_it_left_is_handed_over_too(scene, visitor):
    scene.leaves()
    scene.sweep()
    again = {"version": str(scene.done.version), "note": "It was not so"}
    assert visitor(scene.chair).post(f"/actions/{scene.done.id}/reopen", again).status_code == 303
    assert scene.sweep() == 1
    assert owner_of(scene.done) == (scene.council.id, scene.coordinator.id)


def test_an_action_of_another_partnership_stays_where_it_is(scene):
    other = a_partnership("Southbridge")
    db.session.add(PartnershipAgency(partnership_id=other.id, agency_id=scene.homes.id))
    group = a_group(other)
    a_user(an_agency(other), group=group, role=GroupRole.COORDINATOR)
    action = an_action(a_case(other, scene.homes, group=group), group, scene.homes)
    scene.leaves()
    assert scene.sweep() == 1
    assert owner_of(action)[0] == scene.homes.id


def test_the_log_finds_what_came_from_the_agency_until_it_is_passed_on(scene, visitor):
    scene.leaves()
    scene.sweep()
    browser = visitor(scene.coordinator)
    page = browser.get(f"/actions?whose=mine&handed={scene.homes.id}").text
    assert "Change the locks" in page and "Handed over from Homes" in page
    assert "Change the locks" not in browser.get("/actions?whose=mine&state=done").text
    to_police = {
        "version": str(scene.action.version),
        "owner": scene.police.id,
        "person": "",
        "note": "They hold the keys",
    }
    assert browser.post(f"/actions/{scene.action.id}/owner", to_police).status_code == 303
    assert "Handed over from Homes" not in browser.get("/actions?whose=all&state=any").text
    assert "Change the locks" in browser.get(f"/actions?whose=all&handed={scene.homes.id}").text


def test_old_minutes_say_whose_the_action_was(scene):
    meeting: Meeting = a_meeting(scene.group, starts_at=utc_now() - timedelta(days=20))
    item = an_item(meeting, scene.case)
    action = an_action(scene.case, scene.group, scene.homes, text="Fit a bolt", item=item)
    closed = meeting.closed_at = utc_now() - timedelta(days=19)
    before = standings_at([action], closed)
    record = build(meeting.id)
    scene.leaves()
    scene.sweep()
    assert owner_of(action)[0] == scene.council.id
    assert standings_at([action], closed) == before
    assert build(meeting.id) == record


def test_reminders_have_nobody_left_to_go_to(scene):
    """What is open is never with an agency that left, where somebody can take it."""
    scene.leaves()
    scene.sweep()
    left = select(Action).where(Action.owner_agency_id == scene.homes.id, Action.status == ActionStatus.OPEN)
    assert not db.session.scalars(left).all()


def test_many_actions_cost_the_agencys_page_no_more_queries(scene, visitor, count_queries):
    browser = visitor(scene.admin)
    address = f"/partnership/agencies/{scene.homes.id}/leave"
    browser.get(address)
    few = count_queries(browser.get, address)
    for _ in range(20):
        an_action(scene.case, scene.group, scene.homes)
    db.session.commit()
    assert count_queries(browser.get, address) == few


def test_the_home_page_tells_the_coordinator_what_came_and_the_administrator_what_nobody_can_take(scene, visitor):
    an_action(scene.case, a_group(scene.partnership, "Empty Panel"), scene.homes)
    scene.leaves()
    scene.sweep()
    page = visitor(scene.coordinator).get("/").text
    assert "1 handed over to you" in page and f"handed={scene.homes.id}" in page
    assert "handed over" not in visitor(scene.chair).get("/").text
    told = visitor(scene.admin).get("/").text
    assert "1 action is still with it" in told
    assert "still with it" not in page
