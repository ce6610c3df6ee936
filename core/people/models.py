"""Persons named in cases."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, Versioned
from core.encryption import EncryptedText


class Person(Versioned, Base):
    """Somebody named in a case. Names are kept as they were written; `search_name` is for finding them."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("partnership_id", "ref"),
        Index("ix_person_partnership_search_name", "partnership_id", "search_name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    ref: Mapped[str] = mapped_column(String(40))
    given_name: Mapped[str] = mapped_column(String(200), default="")
    family_name: Mapped[str] = mapped_column(String(200), default="")
    known_as: Mapped[str] = mapped_column(String(200), default="")
    date_of_birth: Mapped[date | None]
    address: Mapped[str] = mapped_column(Text, default="")
    postcode: Mapped[str] = mapped_column(String(12), default="")
    support_needs: Mapped[str] = mapped_column(Text, default="")
    tenure: Mapped[str] = mapped_column(String(100), default="")
    search_name: Mapped[str] = mapped_column(String(650), default="")
    """Case-folded, accents off, family name first: core.people.names.search_name."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """The record of the same person that is kept; none of a record that stands by itself (core.people.merging)."""
    erased_on: Mapped[date | None]
    """When what was held of them was erased, with the last case that named them; number and reference are left."""

    @property
    def name(self) -> str:
        """As people say it: given name, family name."""
        return f"{self.given_name} {self.family_name}".strip() or self.known_as


class ProtectedAddress(Versioned, Base):
    """Where somebody is who must not be found. While there is one, `Person.address` and `Person.postcode` are empty:
    nothing that reads those can give it away.
    """

    __tablename__ = "protected_address"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), index=True)
    address = EncryptedText()
    postcode = EncryptedText()
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))

    person: Mapped[Person] = relationship()
    readers: Mapped[list["AddressReader"]] = relationship(cascade="all, delete-orphan")


class AddressReader(Base):
    """An agency that reads a protected address."""

    __tablename__ = "address_reader"

    person_id: Mapped[int] = mapped_column(ForeignKey("protected_address.person_id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
