"""What the import remembers."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class ImportedRow(Base):
    """A row of the books that was taken: tells an unchanged row, a changed row and an edited record apart."""

    __tablename__ = "imported_row"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(20), primary_key=True)
    """agencies, people, groups, users, cases, case_people or actions."""
    key: Mapped[str] = mapped_column(String(254), primary_key=True)
    record_id: Mapped[int]
    """The record that it became."""
    fingerprint: Mapped[str] = mapped_column(String(32))
    """Of the row as it was read."""
