"""The room's screen shows what the least privileged person present may see."""

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord, AuditSubject
from core.clock import utc_now
from core.extensions import db
from core.facts import Presence
from core.meetings.models import Meeting
from core.partnerships.models import Signature
from core.recording.models import Attendance, ItemAttendance
from tests.builders import a_user, an_agency
from tests.integration.recording.test_the_room import an_action_form, page_of

NAME = "Martin Ashdown"
SAID = ("Evict nobody", "Visit the flat")


def write(scene, browser):
    item = scene.items[0]
    browser.post(f"{scene.live}/items/{item.id}/write/decision", {"text": SAID[0]})
    browser.post(f"{scene.live}/items/{item.id}/action", an_action_form(scene))


def line_of(user) -> Attendance:
    return db.session.scalars(select(Attendance).where(Attendance.user_id == user.id)).one()


def a_guest(scene, visitor, opened):
    opened(scene.chair).post(f"{scene.live}/attendance/guest", {"name": "Greta Guest", "agency_name": "Charity"})


def somebody_who_has_not_accepted(scene, visitor, opened):
    line_of(scene.housing).presence = Presence.PRESENT


def an_agency_that_never_signed(scene, visitor, opened):
    line = line_of(scene.unsigned)
    line.presence, line.accepted_at = Presence.PRESENT, utc_now()


def a_signature_that_lapsed(scene, visitor, opened):
    opened(scene.housing)
    signature = db.session.scalars(select(Signature).where(Signature.agency_id == scene.housing.agency_id)).one()
    signature.expires_on = signature.signed_on


def an_interest_declared(scene, visitor, opened):
    opened(scene.housing).post(f"{scene.live}/items/{scene.items[0].id}/conflict", {"reason": ""})


def somebody_who_came_after_it(scene, visitor, opened):
    opened(scene.housing)
    db.session.add(ItemAttendance(item_id=scene.items[0].id, attendance_id=line_of(scene.housing).id, there=False))


def a_member_no_more(scene, visitor, opened):
    """Of an agency that has no part in the case; their line is still in the attendance."""
    outsider = a_user(an_agency(scene.partnership, "Elsewhere"))
    db.session.add(
        Attendance(
            meeting_id=scene.meeting.id,
            user_id=outsider.id,
            name=outsider.name,
            agency_id=outsider.agency_id,
            agency_name="Elsewhere",
            presence=Presence.PRESENT,
            accepted_at=utc_now(),
        )
    )


def a_restricted_case(scene, visitor, opened):
    """Open to the one person who is there: it is not for a screen all the same."""
    line_of(scene.observer).presence = Presence.LEFT
    case = scene.items[0].case
    case.restricted = True
    db.session.commit()
    assert visitor(scene.chair).get(f"/cases/{case.id}").status_code == 200


@pytest.mark.parametrize(
    "somebody",
    [
        a_guest,
        somebody_who_has_not_accepted,
        an_agency_that_never_signed,
        a_signature_that_lapsed,
        an_interest_declared,
        somebody_who_came_after_it,
        a_member_no_more,
        a_restricted_case,
    ],
)
def test_one_person_who_may_not_see_it_keeps_it_off_the_screen(scene, opened, visitor, somebody):
    chair = opened(scene.chair)
    opened(scene.observer)
    write(scene, chair)
    before = page_of(chair.get(f"{scene.live}/screen"))
    assert all(text in before for text in (NAME, *SAID))
    somebody(scene, visitor, opened)
    db.session.commit()
    for headers in ({}, {"HX-Request": "true"}):
        answer = chair.get(f"{scene.live}/screen", headers=headers)
        assert answer.status_code == 200
        page = page_of(answer)
        assert scene.items[0].case.ref in page
        assert not any(text in page for text in ("Ashdown", *SAID))
        assert "Council presents" not in page


def test_whoever_has_left_decides_no_more(scene, opened, visitor):
    chair = opened(scene.chair)
    an_interest_declared(scene, visitor, opened)
    assert NAME not in page_of(chair.get(f"{scene.live}/screen"))
    line = line_of(scene.housing)
    form = {"version": str(line.version), "presence": "left"}
    assert chair.post(f"{scene.live}/attendance/{line.id}/presence", form).status_code == 303
    assert NAME in page_of(chair.get(f"{scene.live}/screen"))


def test_what_is_for_some_agencies_is_not_on_the_screen_and_what_is_disclosed_is_noted(scene, opened):
    chair, _ = opened(scene.chair), opened(scene.police)
    item = scene.items[0]
    form = {"text": "Only for you", "source": scene.chair.agency_id, "visibility": "chair and coordinator"}
    chair.post(f"{scene.live}/items/{item.id}/write/information", form)
    page = page_of(chair.get(f"{scene.live}/screen"))
    assert "Only for you" not in page
    assert "Cheryl Chair" not in page  # nobody's own header
    assert "<form" not in page
    noted = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "meeting.project").order_by(AuditRecord.seq)
    ).all()
    subjects = db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == noted[-1].seq)).all()
    assert len(subjects) == 1


def test_those_who_run_the_meeting_show_it_while_it_is_in_session(scene, opened, visitor, count_queries):
    assert visitor(scene.coordinator).get(f"{scene.live}/screen").status_code == 403  # nothing accepted
    coordinator = opened(scene.coordinator)
    assert coordinator.get(f"{scene.live}/screen").status_code == 200
    assert opened(scene.police).get(f"{scene.live}/screen").status_code == 403
    few = count_queries(coordinator.get, f"{scene.live}/screen")
    for number in range(5):
        opened(a_user(an_agency(scene.partnership, f"Agency {number}"), group=scene.group))
    assert count_queries(coordinator.get, f"{scene.live}/screen") == few
    coordinator.post(f"{scene.live}/close")
    assert db.session.get(Meeting, scene.meeting.id).closed_at is not None
    assert coordinator.get(f"{scene.live}/screen").status_code == 403
