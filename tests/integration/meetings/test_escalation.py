"""A case carried forward too often goes to the steering group, when the meeting is closed."""

from datetime import time

import pytest
from sqlalchemy import select

from core.cases.models import CaseEvent
from core.circulation.models import Mail
from core.clock import at_local, utc_now
from core.extensions import db
from core.facts import CaseStatus, GroupKind, GroupRole, ItemOutcome, MailKind, MeetingStatus, NominationStatus
from core.meetings.models import Nomination
from core.reminders.operations import make_digests
from core.working_days import add_working_days
from tests.builders import a_group, a_meeting, a_user, today
from tests.integration.meetings.table import Table, a_meeting_in, a_table, at_ten, in_working_days


class Scene:
    """A meeting in session that has carried a case forward, twice before unless said; and the steering group."""

    def __init__(self, *, before: int = 2, steering_in: int | None = 20) -> None:
        self.table: Table = a_table()
        self.meeting = a_meeting(
            self.table.group, starts_at=utc_now(), status=MeetingStatus.IN_SESSION, cases=[self.table.case]
        )
        self.meeting.chair_id, self.meeting.opened_at = self.table.chair.id, utc_now()
        (self.item,) = self.meeting.items
        self.item.outcome, self.item.outcome_reason = ItemOutcome.CARRIED_FORWARD, "The doctor did not come."
        self.item.times_carried = before
        self.steering = a_group(self.table.partnership, kind=GroupKind.STEERING)
        self.steering_chair = a_user(self.table.landlord, "Ines Marchbank", group=self.steering, role=GroupRole.CHAIR)
        if steering_in is not None:
            self.to = a_meeting(self.steering, starts_at=at_ten(in_working_days(steering_in)))
        db.session.flush()

    def close(self, visitor) -> None:
        """The chair closes the meeting."""
        chair = visitor(self.table.chair)
        chair.post(f"/meetings/{self.meeting.id}/live/accept")
        assert chair.post(f"/meetings/{self.meeting.id}/live/close").status_code == 303
        db.session.expire_all()


def nominations() -> list[Nomination]:
    return list(db.session.scalars(select(Nomination)))


def events() -> list[str]:
    return list(db.session.scalars(select(CaseEvent.text)))


def test_the_third_carry_forward_nominates_the_case_for_the_steering_groups_next_meeting(app, visitor):
    scene = Scene()
    a_meeting(scene.steering, starts_at=at_ten(in_working_days(60)))
    scene.close(visitor)
    (nomination,) = nominations()
    assert nomination.meeting_id == scene.to.id
    assert nomination.case_id == scene.table.case.id
    assert nomination.agency_id == scene.table.police.id, "in the name of the lead agency"
    assert nomination.status is NominationStatus.PROPOSED, "the steering group's chair decides"
    assert nomination.reason == (
        f"Carried forward 3 times by the {scene.table.group.name}, last at {scene.meeting.ref}: "
        "The doctor did not come."
    )
    assert nomination.late_reason == ""
    assert f"Carried forward 3 times: nominated for the steering group’s meeting {scene.to.ref}" in events()


def test_the_steering_groups_chair_is_told_and_can_put_it_on_the_agenda(app, visitor):
    scene = Scene()
    scene.close(visitor)
    chair = visitor(scene.steering_chair)
    assert "1 nomination for" in chair.get("/").text
    (nomination,) = nominations()
    path = f"/meetings/{scene.to.id}/nominations/{nomination.id}"
    assert "Carried forward 3 times" in chair.get(path).text
    assert chair.post(f"{path}/accept", {"version": nomination.version, "minutes": "15"}).status_code == 303
    db.session.expire_all()
    assert [item.case_id for item in scene.to.items] == [scene.table.case.id]


def test_the_steering_group_is_told_by_mail_on_the_next_working_morning_and_reads_no_name(app, visitor):
    scene = Scene()
    coordinator = a_user(scene.table.landlord, "Stella Steering", group=scene.steering, role=GroupRole.COORDINATOR)
    scene.close(visitor)
    assert "1 nomination for" in visitor(coordinator).get("/").text
    morning = at_local(add_working_days(today(), 1), time(8))
    make_digests(now=morning, hour=time(7, 30))
    db.session.expire_all()
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.REMINDER)).all()
    told = {mail.user.name: mail.body for mail in mails}
    for name in (coordinator.name, scene.steering_chair.name):
        assert f"1 nomination, {scene.steering.name}, {scene.to.ref}: " in told[name]
    assert not [body for body in told.values() if "Brennand" in body or "doctor" in body]


@pytest.mark.parametrize(
    ("before", "outcome"),
    [(1, ItemOutcome.CARRIED_FORWARD), (2, ItemOutcome.HEARD), (2, ItemOutcome.NOT_HEARD)],
)
def test_a_second_carry_forward_or_another_outcome_does_not(app, visitor, before, outcome):
    scene = Scene(before=before)
    scene.item.outcome = outcome
    scene.close(visitor)
    assert nominations() == []


def test_a_groups_own_terms_say_how_often(app, visitor):
    scene = Scene(before=1)
    scene.table.group.clocks = {"escalation": 2}
    scene.close(visitor)
    assert len(nominations()) == 1


def test_without_a_steering_meeting_the_timeline_says_so_and_the_next_carry_forward_tries_again(app, visitor):
    scene = Scene(steering_in=None)
    scene.close(visitor)
    assert nominations() == []
    assert "Carried forward 3 times: this goes to the steering group, which has no meeting in the diary" in events()
    scene.to = a_meeting(scene.steering, starts_at=at_ten(in_working_days(20)))
    scene.item.times_carried, scene.meeting.status = 3, MeetingStatus.IN_SESSION
    db.session.flush()
    scene.close(visitor)
    assert [each.meeting_id for each in nominations()] == [scene.to.id]


STRANDED = "Waiting for a steering group"


def test_without_a_steering_meeting_its_leaders_are_told_until_the_case_is_nominated(app, visitor):
    scene = Scene(steering_in=None)
    coordinator = a_user(scene.table.landlord, "Stella Steering", group=scene.steering, role=GroupRole.COORDINATOR)
    scene.close(visitor)
    for user in (scene.steering_chair, coordinator):
        page = visitor(user).get("/").text
        assert f"{scene.table.case.ref}: carried forward 3 times" in page
        assert f"/meetings/groups/{scene.steering.id}/new" in page
        assert "Brennand" not in page and "doctor" not in page
    assert STRANDED not in visitor(scene.table.chair).get("/").text, "the steering group is to see to it"
    make_digests(now=at_local(add_working_days(today(), 1), time(8)), hour=time(7, 30))
    db.session.expire_all()
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.REMINDER)).all()
    told = {mail.user.name: mail.body for mail in mails}
    assert f"{scene.table.case.ref}, carried forward 3 times, {scene.table.group.name}" in told[coordinator.name]
    to = a_meeting(scene.steering, starts_at=at_ten(in_working_days(20)))
    assert STRANDED in visitor(coordinator).get("/").text, "a meeting alone does not bring the case to it"
    nomination = Nomination(
        meeting_id=to.id,
        case_id=scene.table.case.id,
        agency_id=scene.table.police.id,
        made_by_id=coordinator.id,
        made_at=utc_now(),
        reason="It is stuck",
    )
    db.session.add(nomination)
    db.session.commit()
    assert STRANDED not in visitor(coordinator).get("/").text
    to.status = MeetingStatus.CANCELLED
    db.session.commit()
    assert STRANDED in visitor(coordinator).get("/").text


def test_where_there_is_no_steering_group_those_who_lead_the_group_are_told(app, visitor):
    scene = Scene(steering_in=None)
    scene.steering.closed_on = today()
    scene.close(visitor)
    page = visitor(scene.table.chair).get("/").text
    assert f"{scene.table.case.ref}: carried forward 3 times" in page and "has no steering group" in page
    assert STRANDED not in visitor(scene.table.officer).get("/").text
    scene.table.case.status = CaseStatus.CLOSED
    db.session.commit()
    assert STRANDED not in visitor(scene.table.chair).get("/").text


def test_a_case_that_its_group_did_not_carry_too_often_is_not_told_of(app, visitor):
    scene = Scene(before=1, steering_in=None)
    scene.close(visitor)
    assert STRANDED not in visitor(scene.steering_chair).get("/").text


def test_what_the_steering_group_has_before_it_is_not_nominated_twice(app, visitor):
    scene = Scene()
    scene.close(visitor)
    scene.meeting.status = MeetingStatus.IN_SESSION
    scene.item.times_carried = 3
    db.session.flush()
    scene.close(visitor)
    assert len(nominations()) == 1


def test_a_steering_group_that_was_closed_is_no_place_to_go_to(app, visitor):
    scene = Scene()
    scene.steering.closed_on = in_working_days(-1)
    scene.close(visitor)
    assert nominations() == []


def test_a_closed_case_and_the_steering_groups_own_cases_go_nowhere(app, visitor):
    scene = Scene()
    scene.table.case.status = CaseStatus.CLOSED
    scene.close(visitor)
    assert nominations() == []
    own = Scene()
    own.table.group.kind = GroupKind.STEERING
    own.close(visitor)
    assert nominations() == []


def test_after_the_cut_off_it_is_urgent_and_says_why(app, visitor):
    scene = Scene(steering_in=5)
    scene.close(visitor)
    assert nominations()[0].late_reason == "It was carried forward once too often after nominations had closed"


def test_only_the_case_carried_too_often_goes(app, visitor):
    scene = Scene()
    another = a_meeting_in(scene.table, 30, cases=[scene.table.case])
    another.items[0].outcome, another.items[0].times_carried = ItemOutcome.CARRIED_FORWARD, 5
    scene.item.times_carried = 0
    scene.close(visitor)
    assert nominations() == [], "items of other meetings do not count"
