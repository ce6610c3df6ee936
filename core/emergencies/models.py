"""Who asked to open which case in an emergency, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned
from core.disclosures.grounds import OnGrounds
from core.partnerships.models import Agency


class EmergencyState(StrEnum):
    """Where it stands at a moment."""

    WAITING = "waiting for an answer"
    OPEN = "open to them"
    DECLINED = "declined"
    UNANSWERED = "not answered"
    ENDED = "ended early"
    OVER = "over"


class Emergency(OnGrounds, Versioned, Base):
    """One person's request to open one case, by its reference; the four hours of it, where it was granted.

    It is kept whether or not there is such a case: what is answered does not depend on it.
    """

    __tablename__ = "emergency"
    __table_args__ = (
        Index("ix_emergency_partnership", "partnership_id", "asked_at"),
        Index("ix_emergency_asked_by", "asked_by_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    reference: Mapped[str] = mapped_column(String(40))
    """As it was typed."""
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """For whom they worked then."""
    answer_by: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Where it was granted: from then on the case is closed again. Empty where it was declined."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    noted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who of those who chair has looked at it since."""

    case: Mapped[Case | None] = relationship()
    agency: Mapped[Agency] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=asked_by_id)
    decided_by: Mapped[User | None] = relationship(foreign_keys=decided_by_id)
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)
    noted_by: Mapped[User | None] = relationship(foreign_keys=noted_by_id)

    def state(self, at: datetime) -> EmergencyState:
        """Where it stands at that moment."""
        if self.decided_at is None:
            return EmergencyState.WAITING if at < self.answer_by else EmergencyState.UNANSWERED
        if self.ends_at is None:
            return EmergencyState.DECLINED
        if self.ended_at is not None:
            return EmergencyState.ENDED
        return EmergencyState.OPEN if at < self.ends_at else EmergencyState.OVER
