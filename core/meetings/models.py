"""Series, meetings, agendas, nominations, research and circulated agenda versions."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned, listed
from core.disclosures.grounds import OnGrounds
from core.facts import ItemKind, ItemOutcome, MeetingStatus, NominationStatus
from core.partnerships.models import Agency, Group


class Series(Versioned, Base):
    """A group's rule for meeting. `rule` is core.meetings.schedule's Rule as JSON."""

    __tablename__ = "series"

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON)
    starts: Mapped[time]
    length_minutes: Mapped[int]
    venue: Mapped[str] = mapped_column(String(200), default="")
    online_link: Mapped[str] = mapped_column(String(500), default="")
    ended_on: Mapped[date | None]

    group: Mapped[Group] = relationship()


class Meeting(Versioned, Base):
    """One meeting of a group. `revision` numbers every write during it: live feed, ETag and PDF cache in one."""

    __tablename__ = "meeting"
    __table_args__ = (
        Index("ix_meeting_group_id_starts_at", "group_id", "starts_at"),
        UniqueConstraint("series_id", "series_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    series_day: Mapped[date | None]
    """The rule's own day that it was made for: made again from its series, there is no second one."""
    ref: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200), default="")
    """For a one-off meeting; else empty, and the group's name serves. Never a person's name."""
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    venue: Mapped[str] = mapped_column(String(200), default="")
    online_link: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[MeetingStatus] = mapped_column(listed(MeetingStatus), default=MeetingStatus.SCHEDULED)
    sequence: Mapped[int] = mapped_column(default=0)
    """Of the calendar entry: raised when the meeting is moved or cancelled."""
    cancelled_reason: Mapped[str] = mapped_column(Text, default="")
    chair_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who takes the chair at this meeting, once it is opened."""
    acting_chair_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Whom the chair was handed to for the item that is being heard."""
    minute_taker_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    current_item_id: Mapped[int | None]
    """The agenda item that is being heard. No foreign key: the two tables would hold on to each other."""
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when it is paused, though it is in session: its clocks stand still."""
    adjourned_to_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    """The meeting at which it goes on, if it was adjourned to another day."""
    frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its minutes were approved: from then on nothing of its record changes."""
    revision: Mapped[int] = mapped_column(default=0)

    group: Mapped[Group] = relationship()
    chair: Mapped[User | None] = relationship(foreign_keys=chair_id)
    minute_taker: Mapped[User | None] = relationship(foreign_keys=minute_taker_id)
    acting_chair: Mapped[User | None] = relationship(foreign_keys=acting_chair_id)
    adjourned_to: Mapped["Meeting | None"] = relationship(foreign_keys=adjourned_to_id, remote_side=id)
    items: Mapped[list["AgendaItem"]] = relationship(
        back_populates="meeting", foreign_keys="AgendaItem.meeting_id", order_by="AgendaItem.position"
    )


class AgendaItem(Versioned, Base):
    """A line of the agenda and, once heard, the head of its record."""

    __tablename__ = "agenda_item"
    __table_args__ = (
        Index("ix_agenda_item_meeting_id_position", "meeting_id", "position"),
        Index("ix_agenda_item_case_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    position: Mapped[int]
    """From 1, without gaps among the items not taken off."""
    kind: Mapped[ItemKind] = mapped_column(listed(ItemKind))
    heading: Mapped[str] = mapped_column(String(300), default="")
    """For standing items and locations (a street); a case item takes the case's title."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    nomination_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"))
    presenter_agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    minutes_allotted: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is on the agenda. Free text about people: shown only where the case is."""
    urgent: Mapped[bool] = mapped_column(default=False)
    times_carried: Mapped[int] = mapped_column(default=0)
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    outcome: Mapped[ItemOutcome] = mapped_column(listed(ItemOutcome), default=ItemOutcome.PENDING)
    outcome_reason: Mapped[str] = mapped_column(Text, default="")
    risk_agreed: Mapped[str] = mapped_column(String(40), default="")
    """The level of risk agreed at this item, empty until it was."""
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    seconds_spent: Mapped[int] = mapped_column(default=0)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    taken_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    taken_off_reason: Mapped[str] = mapped_column(Text, default="")

    meeting: Mapped[Meeting] = relationship(back_populates="items", foreign_keys=meeting_id)
    case: Mapped[Case | None] = relationship()
    presenter_agency: Mapped[Agency | None] = relationship()
    nomination: Mapped["Nomination | None"] = relationship(foreign_keys=nomination_id)


class Nomination(Versioned, Base):
    """An agency asks for a case to be heard."""

    __tablename__ = "nomination"
    __table_args__ = (UniqueConstraint("meeting_id", "case_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(Text)
    asks: Mapped[str] = mapped_column(Text, default="")
    """What it asks of the others."""
    late_reason: Mapped[str] = mapped_column(Text, default="")
    """Why it came after the cut-off; not empty means urgent, and not researched."""
    status: Mapped[NominationStatus] = mapped_column(listed(NominationStatus), default=NominationStatus.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decision_reason: Mapped[str] = mapped_column(Text, default="")
    sent_on_to_id: Mapped[int | None] = mapped_column(ForeignKey("nomination.id"))

    meeting: Mapped[Meeting] = relationship()
    case: Mapped[Case] = relationship()
    agency: Mapped[Agency] = relationship()


class Research(OnGrounds, Versioned, Base):
    """What an agency is asked about an item's people before the meeting, and its return."""

    __tablename__ = "research"
    __table_args__ = (
        UniqueConstraint("item_id", "agency_id"),
        Index("ix_research_agency_waiting", "agency_id", "answered_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_item.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_on: Mapped[date]
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    nothing_held: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text, default="")

    item: Mapped[AgendaItem] = relationship()
    agency: Mapped[Agency] = relationship()


class AgendaVersion(Base):
    """An agenda as circulated: frozen and numbered. A later change makes the next version."""

    __tablename__ = "agenda_version"
    __table_args__ = (UniqueConstraint("meeting_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    number: Mapped[int]
    record: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    record_sha256: Mapped[str] = mapped_column(String(64))
    circulated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    circulated_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    audit_seq: Mapped[int]
    audit_hash: Mapped[str] = mapped_column(String(64))

    meeting: Mapped[Meeting] = relationship()
