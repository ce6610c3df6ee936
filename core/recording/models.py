"""What happens in the room: attendance, entries and recusals."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.database import Base, UTCDateTime, Versioned, listed
from core.facts import BreakKind, EntryKind, Presence, Visibility
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency


class Attendance(Versioned, Base):
    """Somebody's line in a meeting's attendance. A guest has no account and sees nothing."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    agency_name: Mapped[str] = mapped_column(String(200))
    presence: Mapped[Presence] = mapped_column(listed(Presence), default=Presence.EXPECTED)
    deputy_for: Mapped[str] = mapped_column(String(200), default="")
    information_sent: Mapped[bool] = mapped_column(default=False)
    """With apologies: whether their information came."""
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When they accepted the confidentiality statement in person."""
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    meeting: Mapped[Meeting] = relationship()
    user: Mapped[User | None] = relationship()


class Absence(Base):
    """Somebody left the meeting and came back: the hours between."""

    __tablename__ = "attendance_absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id"), index=True)
    left_at: Mapped[datetime] = mapped_column(UTCDateTime)
    back_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Break(Base):
    """A time in which the meeting stood still: paused, or closed until it was opened again."""

    __tablename__ = "meeting_break"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    kind: Mapped[BreakKind] = mapped_column(listed(BreakKind))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))


class ItemChair(Base):
    """A time in which somebody was in the chair for an item for which the chair was handed over, or back."""

    __tablename__ = "item_chair"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    from_start: Mapped[bool]
    """From when the item was first taken up, not in the middle of it."""

    user: Mapped[User] = relationship()


class ChairHandedOver(Base):
    """The chair of the meeting was handed over for the rest of it."""

    __tablename__ = "chair_handed_over"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    was: Mapped[User] = relationship(foreign_keys=from_id)


class ItemAttendance(Base):
    """Whether somebody attended an item. Decides who receives that part of the minutes.

    Without a line nothing was noted of them yet. One that says they were not there was set by hand, and stays.
    """

    __tablename__ = "item_attendance"

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"), primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id"), primary_key=True, index=True)
    there: Mapped[bool] = mapped_column(default=True)

    attendance: Mapped[Attendance] = relationship()


class Recusal(Base):
    """A declared conflict of interest: closes case or place to that person, on screen, in minutes and in research."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("item_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    declared_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    item: Mapped[AgendaItem] = relationship()
    user: Mapped[User] = relationship()


class Entry(Versioned, Base):
    """Something written under an item: information shared, discussion or a decision."""

    __tablename__ = "entry"
    __table_args__ = (Index("ix_entry_meeting_id_item_id", "meeting_id", "item_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    kind: Mapped[EntryKind] = mapped_column(listed(EntryKind))
    text: Mapped[str] = mapped_column(Text)
    source_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    visibility: Mapped[Visibility] = mapped_column(listed(Visibility), default=Visibility.EVERYONE)
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    limits: Mapped[str] = mapped_column(String(400), default="")
    """Of what was given in a complaint: what its use is limited to, as it stands beside it (core.disclosures)."""
    withdrawn_on: Mapped[date | None]
    """When whoever gave it in a complaint withdrew their consent: from then on it is its source's alone."""
    struck_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    struck_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    item: Mapped[AgendaItem] = relationship()
    source_agency: Mapped[Agency | None] = relationship()
    author: Mapped[User] = relationship(foreign_keys=author_id)
    struck_by: Mapped[User | None] = relationship(foreign_keys=struck_by_id)
    named_agencies: Mapped[list["EntryAgency"]] = relationship(cascade="all, delete-orphan")


class EntryAgency(Base):
    """An agency that an entry of visibility "named agencies" is for."""

    __tablename__ = "entry_agency"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
