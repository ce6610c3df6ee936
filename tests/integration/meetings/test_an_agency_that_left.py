"""An agency leaves: its people's calendars lose what is to come, once, and nobody invites them until it is back."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.circulation.models import Mail
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import AdminRole, GroupRole, MailKind, MailState
from core.meetings.diary import notices
from core.meetings.diary.departing import take_out_what_is_left
from core.meetings.models import Meeting
from core.partnerships.models import Agency, Group, Partnership, PartnershipAgency
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency, today


@dataclass
class Diary:
    """Two meetings to come and one that was, to which everybody was invited."""

    partnership: Partnership
    homes: Agency
    group: Group
    admin: User
    officer: User
    landlady: User
    ahead: list[Meeting]
    past: Meeting

    @property
    def membership(self) -> PartnershipAgency:
        found = select(PartnershipAgency).where(PartnershipAgency.agency_id == self.homes.id)
        return db.session.scalars(found).one()

    def told(self, user: User, kind: MailKind = MailKind.CANCELLATION) -> list[Mail]:
        db.session.expire_all()
        which = select(Mail).where(Mail.user_id == user.id, Mail.kind == kind)
        return list(db.session.scalars(which.order_by(Mail.id)))

    def sweep(self) -> int:
        found = take_out_what_is_left(now=utc_now(), on=today())
        db.session.commit()
        return found


@pytest.fixture
def diary(app):
    partnership = a_partnership()
    council, homes = (an_agency(partnership, name) for name in ("Council", "Homes"))
    group = a_group(partnership)
    made = Diary(
        partnership=partnership,
        homes=homes,
        group=group,
        admin=a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership),
        officer=a_user(council, "Olive Officer", group=group, role=GroupRole.CHAIR),
        landlady=a_user(homes, "Lena Landlady", group=group),
        ahead=[a_meeting(group, starts_at=utc_now() + timedelta(days=number)) for number in (9, 40)],
        past=a_meeting(group, starts_at=utc_now() - timedelta(days=9)),
    )
    for meeting in (*made.ahead, made.past):
        notices.invite(meeting, now=utc_now())
    db.session.commit()
    return made


def leave(browser, diary, day):
    boxes = {f"left_on-{box}": str(getattr(day, box)) for box in ("day", "month", "year")}
    version = str(diary.membership.version + diary.homes.version)
    return browser.post(f"/partnership/agencies/{diary.homes.id}/leave", {"version": version, **boxes})


def test_what_is_to_come_is_taken_out_of_its_peoples_calendars_once(diary, visitor):
    browser = visitor(diary.admin)
    assert "Lena Landlady" in browser.get(f"/partnership/groups/{diary.group.id}").text
    assert leave(browser, diary, today()).status_code == 303
    mails = diary.told(diary.landlady)
    assert [mail.meeting_id for mail in mails] == [meeting.id for meeting in diary.ahead]
    for mail, meeting in zip(mails, diary.ahead, strict=True):
        assert "METHOD:CANCEL" in mail.calendar and f"SEQUENCE:{meeting.sequence}" in mail.calendar
        assert f"Your agency has left the {diary.partnership.name}" in mail.body
        assert "Lena" not in mail.subject + mail.body
    assert diary.told(diary.officer) == []
    assert (diary.sweep(), len(diary.told(diary.landlady))) == (0, 2)
    page = browser.get(f"/partnership/groups/{diary.group.id}").text
    assert page.count(">Left<") + page.count("Left\n") == 1


def test_a_day_that_lies_ahead_is_the_sweeps(diary, visitor):
    tomorrow = local_date(utc_now()) + timedelta(days=1)
    assert leave(visitor(diary.admin), diary, tomorrow).status_code == 303
    assert (diary.sweep(), diary.told(diary.landlady)) == (0, [])
    assert take_out_what_is_left(now=utc_now(), on=tomorrow) == 2
    db.session.commit()
    assert {mail.state for mail in diary.told(diary.landlady)} == {MailState.WAITING}


def test_nobody_of_it_is_invited_to_a_new_meeting_and_all_are_again_once_it_is_back(diary, visitor):
    browser = visitor(diary.admin)
    leave(browser, diary, today())
    new = a_meeting(diary.group, starts_at=utc_now() + timedelta(days=70))
    notices.invite(new, now=utc_now())
    db.session.commit()
    asked = len(diary.told(diary.landlady, MailKind.INVITATION))
    assert new.id not in {mail.meeting_id for mail in diary.told(diary.landlady, MailKind.INVITATION)}
    assert new.id in {mail.meeting_id for mail in diary.told(diary.officer, MailKind.INVITATION)}
    assert browser.post(f"/partnership/agencies/{diary.homes.id}/return").status_code == 303
    again = diary.told(diary.landlady, MailKind.INVITATION)[asked:]
    assert [mail.meeting_id for mail in again] == [*(meeting.id for meeting in diary.ahead), new.id]
    assert diary.sweep() == 0
