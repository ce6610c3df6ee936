"""The incident register."""

from datetime import date

from sqlalchemy import Float, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.database import Base


class Incident(Base):
    """A row of the incident register: police-recorded, depersonalised, drawn on by JAG agendas."""

    __tablename__ = "incident"
    __table_args__ = (
        # Also the index that an area's LSOAs are counted by: a second one would cost every import a sixth.
        UniqueConstraint("partnership_id", "lsoa_code", "month", "fingerprint"),
        Index("ix_incident_district", "partnership_id", "district_id", "month"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    month: Mapped[date]
    """First day of the month: the police publish no finer."""
    longitude: Mapped[float] = mapped_column(Float)
    latitude: Mapped[float] = mapped_column(Float)
    street: Mapped[str] = mapped_column(String(200))
    lsoa_code: Mapped[str] = mapped_column(String(12))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    fingerprint: Mapped[str] = mapped_column(String(32))
    """Of the row's place and its number among equal rows: an import run again changes nothing."""
