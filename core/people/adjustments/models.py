"""Reasonable adjustments that somebody asked for."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, Versioned, listed
from core.partnerships.models import Agency
from core.people.models import Person


class AdjustmentKind(StrEnum):
    """What is adjusted [004 §10, 11]."""

    INTERPRETER = "interpreter"
    BSL = "British Sign Language"
    LARGE_PRINT = "large print"
    EASY_READ = "easy read"
    READ_OUT = "letters read out"
    STEP_FREE = "step-free place"
    COMPANION = "a carer or advocate present"
    CONTACT = "contact in a certain way or at times"
    OTHER = "something else"


class AskedBy(StrEnum):
    """Who asked for it."""

    THEMSELVES = "they themselves"
    SOMEBODY_CLOSE = "a parent, carer or advocate"
    AGENCY = "an agency that works with them"
    UNKNOWN = "not recorded"


class Adjustment(Versioned, Base):
    """One thing that everybody who deals with somebody has to see to, until it has ended."""

    __tablename__ = "adjustment"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[AdjustmentKind] = mapped_column(listed(AdjustmentKind))
    detail: Mapped[str] = mapped_column(Text, default="")
    """The language of an interpreter, the way or the time, or the other thing in words."""
    asked_by: Mapped[AskedBy] = mapped_column(listed(AskedBy))
    since: Mapped[date]
    ended_on: Mapped[date | None]
    """The last day on which it was needed."""
    ended_why: Mapped[str] = mapped_column(String(500), default="")
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """None of what was read from books that were imported."""
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))

    person: Mapped[Person] = relationship()
    agency: Mapped[Agency | None] = relationship()

    @property
    def words(self) -> str:
        """As everybody reads it."""
        return in_words(self.kind, self.detail)


def in_words(kind: AdjustmentKind, detail: str) -> str:
    """One thing that somebody needs: "Interpreter: Urdu"."""
    if kind is AdjustmentKind.OTHER:
        return detail
    name = kind.value[0].upper() + kind.value[1:]
    return f"{name}: {detail}" if detail else name
