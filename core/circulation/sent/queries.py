"""Reads of what was sent about a meeting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from core.accounts.models import User
from core.circulation.models import Circulation, Copy, Mail
from core.extensions import db
from core.facts import MailKind, MailState
from core.meetings.models import Meeting
from core.partnerships.models import Group

OPENED = "opened"
UNDER_WAY = (MailState.WAITING, MailState.SENDING)


@dataclass(frozen=True, slots=True)
class Recipient:
    """How a circulation stands with one of those whom it went to."""

    copy: Copy
    mail: Mail | None
    """The last that brought it; None for a copy that was handed over otherwise."""
    chased: Sequence[datetime]
    """When they were reminded to open it, the first time first."""

    @property
    def state(self) -> str:
        """In one word: opened, or how its mail stands."""
        if self.copy.opened_at is not None:
            return OPENED
        return self.mail.state if self.mail is not None else MailState.SENT

    @property
    def failed(self) -> bool:
        """Whether its mail did not arrive, and waits for somebody to do something."""
        return self.mail is not None and self.mail.state in (MailState.FAILED, MailState.WITHDRAWN)

    def unopened_since(self, moment: datetime) -> bool:
        """Whether it went before that moment and has not been opened."""
        sent_at = self.mail.sent_at if self.mail is not None else None
        return self.copy.opened_at is None and sent_at is not None and sent_at <= moment


@dataclass(frozen=True, slots=True)
class Sent:
    """A circulation with all whom it went to, by name."""

    circulation: Circulation
    recipients: Sequence[Recipient]

    @property
    def title(self) -> str:
        """What it is: "Agenda, version 2"."""
        version = self.circulation.agenda_version
        return f"{self.circulation.kind.capitalize()}{f', version {version.number}' if version is not None else ''}"

    @property
    def counts(self) -> Mapping[str, int]:
        """How many stand how: state -> number, the states in the order in which they come."""
        order = (OPENED, *(MailState.SENT, MailState.WAITING, MailState.SENDING, MailState.FAILED, MailState.WITHDRAWN))
        states = [str(recipient.state) for recipient in self.recipients]
        return {str(state): states.count(state) for state in order if state in states}

    @property
    def unopened(self) -> int:
        """How many it reached who have not opened it."""
        return sum(recipient.state == MailState.SENT for recipient in self.recipients)


def sent_about(meeting_id: int) -> Sequence[Sent]:
    """Every circulation about the meeting, the newest first. The same number of queries for two readers and sixty."""
    circulations = db.session.scalars(
        select(Circulation)
        .where(Circulation.meeting_id == meeting_id)
        .order_by(Circulation.id.desc())
        .options(
            joinedload(Circulation.agenda_version),
            selectinload(Circulation.copies).joinedload(Copy.user).joinedload(User.agency),
            raiseload("*"),
        )
    ).all()
    of_copy: dict[int, list[Mail]] = {}
    for mail in db.session.scalars(
        select(Mail)
        .where(Mail.meeting_id == meeting_id, Mail.copy_id.is_not(None))
        .order_by(Mail.id)
        .options(raiseload("*"))
    ):
        of_copy.setdefault(mail.copy_id or 0, []).append(mail)
    return [
        Sent(circulation, [_recipient(copy, of_copy.get(copy.id, ())) for copy in _by_name(circulation.copies)])
        for circulation in circulations
    ]


def other_mails_of(meeting_id: int) -> Sequence[Mail]:
    """The mails about a meeting that are of no circulation, the newest first, each with its reader."""
    return db.session.scalars(
        select(Mail)
        .where(Mail.meeting_id == meeting_id, Mail.copy_id.is_(None))
        .order_by(Mail.id.desc())
        .options(joinedload(Mail.user).joinedload(User.agency), raiseload("*"))
    ).all()


def failed_mails_of(meeting_id: int) -> Sequence[Mail]:
    """Those about a meeting that failed."""
    return db.session.scalars(
        select(Mail)
        .where(Mail.meeting_id == meeting_id, Mail.state == MailState.FAILED)
        .order_by(Mail.id)
        .options(raiseload("*"))
    ).all()


def mail_of(meeting_id: int, mail_id: int) -> Mail | None:
    """A mail about that meeting."""
    return db.session.scalars(select(Mail).where(Mail.id == mail_id, Mail.meeting_id == meeting_id)).first()


def copy_of(meeting_id: int, copy_id: int) -> Copy | None:
    """A copy of a circulation about that meeting, with what it is sent again by."""
    return db.session.scalars(
        select(Copy)
        .join(Circulation, Circulation.id == Copy.circulation_id)
        .where(Copy.id == copy_id, Circulation.meeting_id == meeting_id)
        .options(
            joinedload(Copy.user),
            joinedload(Copy.circulation)
            .joinedload(Circulation.meeting)
            .joinedload(Meeting.group)
            .joinedload(Group.partnership),
        )
    ).first()


def _recipient(copy: Copy, mails: Sequence[Mail]) -> Recipient:
    brought = [mail for mail in mails if mail.kind is not MailKind.CHASE]
    chased = [mail.created_at for mail in mails if mail.kind is MailKind.CHASE]
    return Recipient(copy, brought[-1] if brought else None, chased)


def _by_name(copies: Sequence[Copy]) -> list[Copy]:
    return sorted(copies, key=lambda copy: (copy.user.name.casefold(), copy.id))
