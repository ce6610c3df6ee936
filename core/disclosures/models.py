"""Grounds of a partnership, disclosures that ended, and consents to the use of what was given in a complaint."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case, CaseIncident
from core.database import Base, UTCDateTime, Versioned, listed
from core.disclosures.grounds import OnGrounds
from core.disclosures.lists import Answer, How, Kind, Scope
from core.facts import PersonRole
from core.partnerships.models import Agency, Group
from core.recording.models import Entry


class PartnershipGrounds(OnGrounds, Versioned, Base):
    """On what a partnership discloses in one way, and what for: kept with each disclosure from then on."""

    __tablename__ = "partnership_grounds"

    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(listed(Kind), primary_key=True)


class EndedDisclosure(OnGrounds, Base):
    """A case was open to an agency, or heard by a group, and is not any more. What they read, they have read."""

    __tablename__ = "ended_disclosure"
    __table_args__ = (
        CheckConstraint("(agency_id IS NULL) <> (group_id IS NULL)", name="one_recipient"),
        Index("ix_ended_disclosure_case_id_since", "case_id", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("forum.id"))
    since: Mapped[date]
    ended_on: Mapped[date]

    agency: Mapped[Agency | None] = relationship()
    group: Mapped[Group | None] = relationship()


class ComplaintConsent(Versioned, Base):
    """What somebody who gave information in a complaint said to its use beyond it [Salford 15].

    About an incident, about what was shared at a meeting, or, with neither, about the case itself: it was opened from
    a complaint. The provider is named by their role alone.
    """

    __tablename__ = "complaint_consent"
    __table_args__ = (
        CheckConstraint("incident_id IS NULL OR entry_id IS NULL", name="about_one_thing"),
        Index("ix_complaint_consent_case_id", "case_id"),
        Index("ix_complaint_consent_incident_id", "incident_id", unique=True),
        Index("ix_complaint_consent_entry_id", "entry_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("case_incident.id", ondelete="CASCADE"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("entry.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    """The agency that took the complaint: what it was told stays its own."""
    provider: Mapped[PersonRole] = mapped_column(listed(PersonRole))
    answer: Mapped[Answer] = mapped_column(listed(Answer))
    scope: Mapped[Scope | None] = mapped_column(listed(Scope))
    not_to_subject: Mapped[bool] = mapped_column(default=False)
    limits: Mapped[str] = mapped_column(Text, default="")
    """Other limits, in words."""
    law: Mapped[str] = mapped_column(String(200), default="")
    """Where consent is not needed: one of core.disclosures.lists.LAWS."""
    how: Mapped[How | None] = mapped_column(listed(How))
    answered_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    withdrawn_note: Mapped[str] = mapped_column(Text, default="")
    shared_with: Mapped[str] = mapped_column(Text, default="")
    """With whom it was shared at the meeting until it was withdrawn: from then on the entry is its source's alone."""
    told_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When those who had read it were told of the withdrawal."""

    case: Mapped[Case] = relationship()
    incident: Mapped[CaseIncident | None] = relationship(back_populates="consent")
    entry: Mapped[Entry | None] = relationship()
    agency: Mapped[Agency] = relationship()
    recorded_by: Mapped[User] = relationship(foreign_keys=recorded_by_id)
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=withdrawn_by_id)
    agencies: Mapped[list["ConsentAgency"]] = relationship(cascade="all, delete-orphan")

    @property
    def is_of_case(self) -> bool:
        """Whether the case itself was opened from the complaint."""
        return self.incident_id is None and self.entry_id is None


class ConsentAgency(Base):
    """An agency that a consent "these agencies only" is for."""

    __tablename__ = "consent_agency"

    consent_id: Mapped[int] = mapped_column(ForeignKey("complaint_consent.id", ondelete="CASCADE"), primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True, index=True)

    agency: Mapped[Agency] = relationship()
