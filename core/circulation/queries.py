"""Reads of circulations, copies and the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.circulation.models import CaughtMail, Circulation, Copy, Mail
from core.documents.record import LeftOut
from core.extensions import db
from core.meetings.models import Meeting
from core.minutes.record import MeetingRecord
from core.partnerships.belonging import sits
from core.partnerships.models import Group, GroupMember
from core.recording.models import Attendance


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be sent the minutes: with an account, in the attendance or the group."""

    user: User
    presence: str
    """As the attendance has it; empty for a member who is not in it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, what their copy would hold, and what it would lack and why."""

    candidate: Candidate
    part: MeetingRecord
    left_out: tuple[LeftOut, ...]
    withheld: tuple[tuple[int, int, str], ...]
    """Items not in their part that the chair may grant: (id, number, what it is about)."""
    refusal: str = ""
    """Why they may not be sent anything; empty when they may."""


def candidates_for(meeting: Meeting, *, on: date) -> Sequence[Candidate]:
    """Everybody in the attendance with an account, then the group's other members on that day; by name."""
    attendance = dict(
        db.session.execute(
            select(Attendance.user_id, Attendance.presence).where(
                Attendance.meeting_id == meeting.id, Attendance.user_id.is_not(None)
            )
        ).all()
    )
    members = select(GroupMember.user_id).where(GroupMember.group_id == meeting.group_id, sits(on))
    users = db.session.scalars(
        select(User)
        .where(User.id.in_({user_id for user_id in attendance if user_id is not None}) | User.id.in_(members))
        .order_by(User.name)
        .options(joinedload(User.agency), raiseload("*"))
    )
    return [Candidate(user, str(attendance.get(user.id, ""))) for user in users]


def circulations_of(meeting_id: int) -> Sequence[Circulation]:
    """What was sent about a meeting, newest first, each with its copies and readers."""
    return db.session.scalars(
        select(Circulation)
        .where(Circulation.meeting_id == meeting_id)
        .order_by(Circulation.id.desc())
        .options(
            joinedload(Circulation.agenda_version),
            joinedload(Circulation.minutes),
            selectinload(Circulation.copies).joinedload(Copy.user).joinedload(User.agency),
            raiseload("*"),
        )
    ).all()


def mails_of(meeting_id: int) -> Sequence[Mail]:
    """The mails about a meeting, newest first, each with its reader and copy."""
    return db.session.scalars(
        select(Mail)
        .where(Mail.meeting_id == meeting_id)
        .order_by(Mail.id.desc())
        .options(joinedload(Mail.user).joinedload(User.agency), joinedload(Mail.copy), raiseload("*"))
    ).all()


def mail_of(meeting_id: int, mail_id: int) -> Mail | None:
    """A mail about that meeting."""
    return db.session.scalars(select(Mail).where(Mail.id == mail_id, Mail.meeting_id == meeting_id)).first()


def copy_by_id(copy_id: int) -> Copy | None:
    """A reader's copy, with its circulation, meeting, group and minutes."""
    return db.session.scalars(
        select(Copy)
        .where(Copy.id == copy_id)
        .options(
            joinedload(Copy.circulation)
            .joinedload(Circulation.meeting)
            .joinedload(Meeting.group)
            .joinedload(Group.partnership),
            joinedload(Copy.circulation).joinedload(Circulation.minutes),
        )
    ).first()


CAUGHT_ON_A_PAGE = 20


def caught_mails(*, to: str = "", before: int | None = None) -> tuple[Sequence[CaughtMail], int | None]:
    """A page of the mails that the demonstration caught, the newest first, and where the next page begins.

    `to`: those to that address alone; `before`: those older than the mail with that id.
    """
    query = select(CaughtMail).order_by(CaughtMail.id.desc()).limit(CAUGHT_ON_A_PAGE + 1)
    if to:
        query = query.where(CaughtMail.to_address == to)
    if before is not None:
        query = query.where(CaughtMail.id < before)
    found = db.session.scalars(query).all()
    shown = found[:CAUGHT_ON_A_PAGE]
    return shown, shown[-1].id if len(found) > CAUGHT_ON_A_PAGE else None


def caught_recipients() -> Sequence[str]:
    """Whoever has been sent a mail that was caught, by address."""
    return db.session.scalars(select(CaughtMail.to_address).distinct().order_by(CaughtMail.to_address)).all()
