"""Hate incidents in the queue of the partnership's lead."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned, listed
from core.encryption import EncryptedText
from core.partnerships.models import Agency


class Strand(StrEnum):
    """What the hostility is perceived to be about: the five that are recorded nationally, and any other."""

    RACE = "race"
    RELIGION = "religion"
    DISABILITY = "disability"
    ORIENTATION = "sexual orientation"
    TRANSGENDER = "transgender identity"
    OTHER = "another"


class Perceiver(StrEnum):
    """Who perceives it so. Nobody is named, and no evidence is asked for [000 §8]."""

    VICTIM = "the victim"
    WITNESS = "a witness"
    OFFICER = "an officer of an agency"
    ANYBODY = "anybody else"
    NOT_SAID = "not said"


class HateReport(Versioned, Base):
    """An incident, or a case, that somebody perceives as hate: reported to the partnership's lead.

    It stays when the flag is taken off, with the reason.
    """

    __tablename__ = "hate_report"
    __table_args__ = (
        Index("ix_hate_report_queue", "partnership_id", "flagged_at"),
        Index("ix_hate_report_incident", "incident_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    incident_id: Mapped[int | None]
    """None where the case as a whole was flagged. No foreign key: what was reported stays when it is removed there."""
    happened_on: Mapped[date]
    """The day of the incident; of a case, the day on which it was flagged."""
    what = EncryptedText()
    """The incident as it was flagged; of a case nothing. The lead reads this, and no more of the case."""
    strands: Mapped[list[Any]] = mapped_column(JSON, default=list)
    perceived_by: Mapped[Perceiver] = mapped_column(listed(Perceiver))
    flagged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    flagged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """None of what was flagged before there was a queue."""
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    due_on: Mapped[date]
    """By when the lead looks at it."""
    acknowledged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    done = EncryptedText()
    """What was done about it."""
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    unflagged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    unflagged_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    unflagged_why = EncryptedText()

    case: Mapped[Case] = relationship()
    agency: Mapped[Agency | None] = relationship()
    flagged_by: Mapped[User | None] = relationship(foreign_keys=flagged_by_id)
    acknowledged_by: Mapped[User | None] = relationship(foreign_keys=acknowledged_by_id)
    done_by: Mapped[User | None] = relationship(foreign_keys=done_by_id)
    unflagged_by: Mapped[User | None] = relationship(foreign_keys=unflagged_by_id)

    @property
    def waits(self) -> bool:
        """Whether the lead has not looked at it yet."""
        return self.acknowledged_at is None and self.unflagged_at is None

    def overdue(self, on: date) -> bool:
        """Whether the lead should have looked at it before that day."""
        return self.waits and self.due_on < on


class HateLead(Versioned, Base):
    """Whom a partnership named to answer for hate incidents. Until it has, those who chair its steering groups do."""

    __tablename__ = "hate_lead"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    named_at: Mapped[datetime] = mapped_column(UTCDateTime)
    named_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    user: Mapped[User] = relationship(foreign_keys=user_id)
