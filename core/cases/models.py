"""Cases, who is who in them, and who may open them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, Versioned, listed
from core.disclosures.grounds import OnGrounds
from core.facts import CaseKind, CaseStatus, PersonRole, Risk
from core.partnerships.models import Agency, Group
from core.people.models import Person

NARROWED_BY = ("risk", "restricted", "lead_agency_id")


class Case(Versioned, Base):
    """What agencies meet about. Its title is most often somebody's name, so it is shown only where the case is."""

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("partnership_id", "ref"),
        Index("ix_case_file_opened", "partnership_id", "opened_on", "id"),
        # Beyond what they are sorted by, what a list is narrowed by: what is not listed is not looked up.
        Index("ix_case_file_status", "partnership_id", "status", "opened_on", "id", *NARROWED_BY),
        Index("ix_case_file_category", "partnership_id", "category", "opened_on", "id", "status", *NARROWED_BY),
        Index("ix_case_file_lead", "lead_agency_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    ref: Mapped[str] = mapped_column(String(40))
    kind: Mapped[CaseKind] = mapped_column(listed(CaseKind))
    title: Mapped[str] = mapped_column(String(300))
    search_title: Mapped[str] = mapped_column(String(300), default="")
    category: Mapped[str] = mapped_column(String(100))
    """One of the Home Office typology [Charnwood 2.3]: core.cases.typology."""
    lead_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    closing_reason: Mapped[str] = mapped_column(String(100), default="")
    """One of core.cases.lists.CLOSING_REASONS, empty while the case is not closed."""
    outcome: Mapped[str] = mapped_column(Text, default="")
    """What was achieved, written when the case was closed."""
    status: Mapped[CaseStatus] = mapped_column(listed(CaseStatus), default=CaseStatus.OPEN)
    risk: Mapped[Risk] = mapped_column(listed(Risk), default=Risk.STANDARD)
    hate_incident: Mapped[bool] = mapped_column(default=False)
    restricted: Mapped[bool] = mapped_column(default=False)
    """Only the lead agency, agencies named, and those who lead a group that hears it."""
    summary: Mapped[str] = mapped_column(Text, default="")
    review_on: Mapped[date | None]
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased_on: Mapped[date | None]
    """When what it said was erased under the retention schedule; what statistics count by is left."""

    lead_agency: Mapped[Agency] = relationship()
    people: Mapped[list["CasePerson"]] = relationship(back_populates="case", cascade="all, delete-orphan")
    agencies: Mapped[list["CaseAgency"]] = relationship(back_populates="case", cascade="all, delete-orphan")
    groups: Mapped[list["CaseGroup"]] = relationship(back_populates="case", cascade="all, delete-orphan")


class CasePerson(Base):
    """Who somebody is in a case."""

    __tablename__ = "case_person"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[PersonRole] = mapped_column(listed(PersonRole))

    case: Mapped[Case] = relationship(back_populates="people")
    person: Mapped[Person] = relationship()


class CaseAgency(OnGrounds, Base):
    """An agency that the case was opened to, and why: a disclosure with its lawful basis."""

    __tablename__ = "case_agency"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True, index=True)
    purpose: Mapped[str] = mapped_column(Text, default="")
    """What the agency needs it for."""
    since: Mapped[date]

    case: Mapped[Case] = relationship(back_populates="agencies")
    agency: Mapped[Agency] = relationship()


class CaseGroup(OnGrounds, Base):
    """A group that hears the case: its members may open it unless it is restricted."""

    __tablename__ = "case_group"

    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), primary_key=True, index=True)
    since: Mapped[date]

    case: Mapped[Case] = relationship(back_populates="groups")
    group: Mapped[Group] = relationship()


class CaseEvent(Base):
    """A line of a case's timeline, written by the operation that made it happen. Its `text` names nobody."""

    __tablename__ = "case_event"
    __table_args__ = (Index("ix_case_event_case_id_at", "case_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    kind: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    """The reason, as somebody wrote it: shown where the case is."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    link: Mapped[str] = mapped_column(String(200), default="")
    """What it is about, as `meeting:12`, `action:7`, `referral:3`; empty for the case itself."""

    agency: Mapped[Agency | None] = relationship()


class CaseIncident(Versioned, Base):
    """Something that happened in a case, as reported to an agency."""

    __tablename__ = "case_incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    happened_on: Mapped[date]
    what: Mapped[str] = mapped_column(Text)
    reported_to_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    hate: Mapped[bool] = mapped_column(default=False)
    """Perceived as a hate incident by the victim or anyone else [000 §8]; no evidence is asked for."""
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was taken out of its case. The row stays, without words: what its provider said to its use still holds of
    what the history, the queue of hate incidents and the trail keep."""

    case: Mapped[Case] = relationship()
    reported_to: Mapped[Agency] = relationship()
    consent: Mapped[Any] = relationship(
        "ComplaintConsent",
        back_populates="incident",
        uselist=False,
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    """Where it was told in a complaint: what its provider said to its use (core.disclosures)."""


OPEN_CASES = text("status <> 'closed'")
TO_ERASE = text("status = 'closed' AND erased_on IS NULL")
Index(
    "ix_case_file_to_erase",
    Case.partnership_id,
    Case.closed_on,
    Case.id,
    sqlite_where=TO_ERASE,
    postgresql_where=TO_ERASE,
)
"""Finds what is due to be erased without looking at what is not."""
Index("ix_case_file_open", Case.partnership_id, Case.id, sqlite_where=OPEN_CASES, postgresql_where=OPEN_CASES)
