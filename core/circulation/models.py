"""Who was sent what: circulations, each reader's copy, and the outbox."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.database import Base, UTCDateTime, listed
from core.disclosures.grounds import OnGrounds
from core.documents.models import Document
from core.facts import CirculationKind, MailKind, MailState
from core.meetings.models import AgendaVersion, Meeting
from core.minutes.models import Minutes


class Circulation(OnGrounds, Base):
    """One sending-out: of an agenda version, of the actions agreed, of approved minutes or of a part of them."""

    __tablename__ = "circulation"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    kind: Mapped[CirculationKind] = mapped_column(listed(CirculationKind), default=CirculationKind.MINUTES)
    agenda_version_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_version.id"))
    minutes_id: Mapped[int | None] = mapped_column(ForeignKey("minutes.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    audit_seq: Mapped[int]
    audit_hash: Mapped[str] = mapped_column(String(64))

    meeting: Mapped[Meeting] = relationship()
    agenda_version: Mapped[AgendaVersion | None] = relationship()
    minutes: Mapped[Minutes | None] = relationship()
    copies: Mapped[list["Copy"]] = relationship(back_populates="circulation", order_by="Copy.id")


class Copy(Base):
    """One reader's own document of a circulation: made as its mail goes, or opened before that, and kept."""

    __tablename__ = "copy"
    __table_args__ = (UniqueConstraint("circulation_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    circulation_id: Mapped[int] = mapped_column(ForeignKey("circulation.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    granted_items: Mapped[str] = mapped_column(Text, default="")
    """Ids of items that the chair granted though not attended, with commas; of actions: of those it told of."""
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    part_sha256: Mapped[str] = mapped_column(String(64), default="")
    """Of the part of the record that the document holds: it is made anew when the reader's rights have changed."""
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    times_opened: Mapped[int] = mapped_column(default=0)
    password: Mapped[str] = mapped_column(String(60), default="")
    """Of the encrypted file attached to its mail, shown to its reader once they have signed in; empty without one."""

    circulation: Mapped[Circulation] = relationship(back_populates="copies")
    user: Mapped[User] = relationship()
    document: Mapped[Document | None] = relationship()


class Mail(Base):
    """A row of the outbox, written in the transaction that caused it. Holds a reference and a link, no name of a
    case's people."""

    __tablename__ = "mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnership.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    copy_id: Mapped[int | None] = mapped_column(ForeignKey("copy.id"), index=True)
    kind: Mapped[MailKind] = mapped_column(listed(MailKind))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text, default="")
    """The same words as HTML; empty for a mail in plain text alone."""
    attaches: Mapped[bool] = mapped_column(default=False)
    """Whether its reader's copy goes with it, encrypted."""
    once_key: Mapped[str | None] = mapped_column(String(120), index=True, unique=True)
    """What it is about, where it must not be told twice: "digest:u_7:2026-03-03"."""
    calendar: Mapped[str] = mapped_column(Text, default="")
    """An iCalendar part, where the mail invites."""
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    """The same on every try, so that a mail accepted twice is seen as one."""
    state: Mapped[MailState] = mapped_column(listed(MailState), default=MailState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    next_attempt_at: Mapped[datetime] = mapped_column(UTCDateTime)
    leased_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failure: Mapped[str] = mapped_column(Text, default="")
    """The last failure in plain words."""

    user: Mapped[User] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    copy: Mapped[Copy | None] = relationship()


class CaughtMail(Base):
    """A mail that the demonstration's own mail server took in, to be shown on a page."""

    __tablename__ = "caught_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text, default="")
    """Shown as it is written: nobody's browser is given it to lay out."""
    files: Mapped[str] = mapped_column(Text, default="")
    """Names of what came with it, with commas."""


UNSENT = text("mail.state IN ('waiting', 'sending')")
UNSENT_MAIL = text("state IN ('waiting', 'sending')")
Index("ix_mail_unsent", Mail.next_attempt_at, sqlite_where=UNSENT_MAIL, postgresql_where=UNSENT_MAIL)

UNFINISHED = text("mail.state IN ('waiting', 'sending', 'failed')")
"""In a query, written out, like UNSENT: SQLite uses a partial index only where its condition stands as a literal."""

UNFINISHED_MAIL = text("state IN ('waiting', 'sending', 'failed')")
Index("ix_mail_unfinished", Mail.created_at, Mail.id, sqlite_where=UNFINISHED_MAIL, postgresql_where=UNFINISHED_MAIL)


class Worker(Base):
    """A worker process, and when it was last seen at work."""

    __tablename__ = "worker"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    """Host and process id."""
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    stopped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
