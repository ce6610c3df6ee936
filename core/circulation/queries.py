"""Reads of circulations, copies and the outbox."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.circulation.models import CaughtMail, Circulation, Copy
from core.extensions import db
from core.meetings.models import AgendaVersion, Meeting
from core.partnerships.models import Group


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


# Asked for at every opening, twice: it is put together once.
_COPY = (
    select(Copy)
    .where(Copy.id == bindparam("copy"))
    .options(
        joinedload(Copy.circulation)
        .joinedload(Circulation.meeting)
        .joinedload(Meeting.group)
        .joinedload(Group.partnership),
        joinedload(Copy.circulation).joinedload(Circulation.minutes),
        joinedload(Copy.circulation).joinedload(Circulation.agenda_version).joinedload(AgendaVersion.meeting),
        joinedload(Copy.user).joinedload(User.agency),
    )
)


def copy_by_id(copy_id: int) -> Copy | None:
    """A reader's copy, with its circulation, meeting, group, and the minutes or the agenda that it is of."""
    return db.session.scalars(_COPY, {"copy": copy_id}).first()


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
