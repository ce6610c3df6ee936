"""The audit chain's rows."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base, UTCDateTime

BigId = BigInteger().with_variant(Integer, "sqlite")


class AuditRecord(Base):
    """One link of the chain. `body` is the canonical JSON of all but `hash`; the other columns are for finding it."""

    __tablename__ = "audit_record"
    __table_args__ = (
        Index("ix_audit_record_actor", "actor", "seq"),
        Index("ix_audit_record_object", "object", "seq"),
    )

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    actor: Mapped[str] = mapped_column(String(40))
    category: Mapped[str] = mapped_column(String(20), index=True)
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class AuditSubject(Base):
    """Whom a record is about: answers "who saw what of this person"."""

    __tablename__ = "audit_subject"

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)


class AuditHead(Base):
    """The chain's end, one row, locked last in every transaction that appends."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))


class AuditAnchor(Base):
    """The head as it was printed in a document and kept with a circulation."""

    __tablename__ = "audit_anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime] = mapped_column(UTCDateTime)
    object: Mapped[str] = mapped_column(String(80))
