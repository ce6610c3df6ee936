"""Minutes on their way to approval."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, Versioned, listed
from core.documents.models import Document
from core.facts import MinutesStatus
from core.meetings.models import Meeting


class Minutes(Versioned, Base):
    """A meeting's minutes. Composed from the record; frozen when the chair approves."""

    __tablename__ = "minutes"
    __table_args__ = (UniqueConstraint("meeting_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    status: Mapped[MinutesStatus] = mapped_column(listed(MinutesStatus), default=MinutesStatus.DRAFT)
    composed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    composed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    record: Mapped[dict[str, Any] | None] = mapped_column(JSON, deferred=True)
    """The whole MeetingRecord, frozen at approval."""
    record_sha256: Mapped[str] = mapped_column(String(64), default="")
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The full copy, for chair and coordinator."""
    audit_seq: Mapped[int | None]
    audit_hash: Mapped[str] = mapped_column(String(64), default="")

    meeting: Mapped[Meeting] = relationship()
    document: Mapped[Document | None] = relationship()
    steps: Mapped[list["MinutesStep"]] = relationship(order_by="MinutesStep.id")


class MinutesStep(Base):
    """A step of the minutes' way: composed, submitted, sent back with comments, approved."""

    __tablename__ = "minutes_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    minutes_id: Mapped[int] = mapped_column(ForeignKey("minutes.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    status: Mapped[MinutesStatus] = mapped_column(listed(MinutesStatus))
    comment: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int]
    """The meeting's number at that moment: a higher one now means that its record was mended since."""
