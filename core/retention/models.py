"""Periods that were chosen, holds, monthly lists, and the register of what was erased."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned, listed
from core.partnerships.models import Agency
from core.people.models import Person
from core.retention.kinds import Kind

STANDS = text("ended_at IS NULL")


class RetentionPeriod(Versioned, Base):
    """How long a partnership keeps one kind of record, where it differs from the schedule's own period."""

    __tablename__ = "retention_period"
    __table_args__ = (UniqueConstraint("partnership_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    kind: Mapped[Kind] = mapped_column(listed(Kind))
    period: Mapped[int]
    """In the unit of the kind's rule."""


class LegalHold(Versioned, Base):
    """Nothing of this case, or of this person, is erased while it stands. Ended, never deleted."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index("ix_legal_hold_case", "case_id", sqlite_where=STANDS, postgresql_where=STANDS),
        Index("ix_legal_hold_person", "person_id", sqlite_where=STANDS, postgresql_where=STANDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    """For whom they worked then."""
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    ended_reason: Mapped[str] = mapped_column(Text, default="")

    case: Mapped[Case | None] = relationship()
    person: Mapped[Person | None] = relationship()
    agency: Mapped[Agency | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=by_id)
    ended_by: Mapped[User | None] = relationship(foreign_keys=ended_by_id)


class Decision(StrEnum):
    """What becomes of a line of a monthly list."""

    DUE = "to be erased"
    KEPT = "kept until a day"
    ERASED = "erased"


class RetentionList(Versioned, Base):
    """What was due to be erased in a partnership in a month. Two people approve it, for it cannot be taken back."""

    __tablename__ = "retention_list"
    __table_args__ = (UniqueConstraint("partnership_id", "month"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    month: Mapped[date]
    """Its first day."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the second of them approved it: from then on the worker erases."""
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When nothing of it was left to erase."""

    approvals: Mapped[list["RetentionApproval"]] = relationship(order_by="RetentionApproval.id")


class RetentionApproval(Base):
    """Somebody approved a monthly list as it stood."""

    __tablename__ = "retention_approval"
    __table_args__ = (UniqueConstraint("list_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("retention_list.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    user: Mapped[User] = relationship()


class RetentionEntry(Versioned, Base):
    """A record that was due. It says a reference and days, and names nobody."""

    __tablename__ = "retention_entry"
    __table_args__ = (
        UniqueConstraint("list_id", "kind", "record_id"),
        Index("ix_retention_entry_order", "list_id", "due_since", "id"),
        Index("ix_retention_entry_record", "kind", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("retention_list.id"))
    kind: Mapped[Kind] = mapped_column(listed(Kind))
    record_id: Mapped[int]
    reference: Mapped[str] = mapped_column(String(40))
    due_since: Mapped[date]
    decision: Mapped[Decision] = mapped_column(listed(Decision), default=Decision.DUE)
    keep_until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it is kept."""
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    of_list: Mapped[RetentionList] = relationship()
    decided_by: Mapped[User | None] = relationship()


class Erasure(Base):
    """That something was erased: numbers alone. The same line stands in the file of erasures, which outlives a restore
    (core.retention.register).
    """

    __tablename__ = "erasure"
    __table_args__ = (UniqueConstraint("uid"), Index("ix_erasure_record", "kind", "record_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36))
    kind: Mapped[Kind] = mapped_column(listed(Kind))
    record_id: Mapped[int]
    on: Mapped[date]
    """The day of it, as the pages have it; of one that was replayed, the day of the first time."""
    entry_id: Mapped[int | None]
    """The line of the monthly list: it has the approvals. No foreign key: a restored database may not have it."""
    replayed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was erased again after a restore."""


class Redaction(Base):
    """A frozen record of which a part was erased: its hash before, which its printed copies carry, and since."""

    __tablename__ = "redaction"
    __table_args__ = (Index("ix_redaction_was", "was_sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    table_name: Mapped[str] = mapped_column(String(63))
    record_id: Mapped[int]
    was_sha256: Mapped[str] = mapped_column(String(64))
    now_sha256: Mapped[str] = mapped_column(String(64))
    on: Mapped[date]
