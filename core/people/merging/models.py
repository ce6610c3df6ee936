"""What a merge of two records did, so that it can be told and undone."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, listed
from core.encryption import EncryptedJSON
from core.people.models import Person


class Done(StrEnum):
    """What a merge did with a row that spoke of the record that is gone."""

    REPOINTED = "repointed"
    CHANGED = "changed"
    """A value of a row that is kept."""
    TAKEN_OUT = "taken out"
    """Deleted, for it would have been there twice."""
    PUT_IN = "put in"
    STAYS = "stays"
    """With the record that is gone: the kept one has its own, and neither can be without the other."""


class PersonMerge(Base):
    """Two records of one person, put together: from then on the one that is gone leads to the one that is kept."""

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    undone_reason: Mapped[str] = mapped_column(Text, default="")

    kept: Mapped[Person] = relationship(foreign_keys=[kept_id])
    gone: Mapped[Person] = relationship(foreign_keys=[gone_id])
    rows: Mapped[list["MergedRow"]] = relationship(order_by="MergedRow.id", cascade="all, delete-orphan")


class MergedRow(Base):
    """A row of any table, a plugin's too, and what the merge did with it, in the order in which it was done."""

    __tablename__ = "person_merge_row"
    __table_args__ = (Index("ix_person_merge_row_found", "table_name", "row_key", "merge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    merge_id: Mapped[int] = mapped_column(ForeignKey("person_merge.id"), index=True)
    table_name: Mapped[str] = mapped_column(String(63))
    column_name: Mapped[str] = mapped_column(String(63), default="")
    """Of a row that was repointed or changed."""
    row_key: Mapped[str] = mapped_column(String(200))
    """Its primary key as it stands in JSON: `[12]`."""
    done: Mapped[Done] = mapped_column(listed(Done))
    content = EncryptedJSON()
    """Of a row that was taken out: all of it, as it lay in the database. Of a value: what it was before, and after."""
