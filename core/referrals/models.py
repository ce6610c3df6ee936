"""A referral's life on a pathway. What the pathway's plugin said is frozen here: the plugin may be gone later."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned, listed
from core.disclosures.grounds import OnGrounds
from core.encryption import EncryptedJSON
from core.facts import Step
from core.partnerships.models import Agency, Provider
from core.people.models import Person


class Referral(OnGrounds, Versioned, Base):
    """A person referred to a provider of a pathway."""

    __tablename__ = "referral"
    __table_args__ = (
        UniqueConstraint("partnership_id", "ref"),
        Index("ix_referral_provider_stage", "provider_id", "closed_at", "stage"),
        Index("ix_referral_referrer", "referrer_agency_id", "closed_at"),
        Index("ix_referral_case_id", "case_id"),
        Index("ix_referral_item_id", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    ref: Mapped[str] = mapped_column(String(40))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    pathway_key: Mapped[str] = mapped_column(String(60))
    pathway_title: Mapped[str] = mapped_column(String(200))
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"))
    referrer_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    referrer_user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    stage: Mapped[str] = mapped_column(String(60))
    stage_title: Mapped[str] = mapped_column(String(200))
    stage_since: Mapped[date]
    stage_due: Mapped[date | None]
    """When the stage's clock runs out; none where it has no clock."""
    payload = EncryptedJSON()
    """What the pathway keeps: numbers, addresses, what somebody is at risk of."""
    payload_version: Mapped[int]
    summary: Mapped[str] = mapped_column(Text)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """Label, value and audiences of each row, as of the last move."""
    outcome: Mapped[str] = mapped_column(Text, default="")
    measures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    moved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paused_on: Mapped[date | None]
    """Since when nobody is waited for; none while it goes on. `stage_due` is then when it is to go on."""
    suggested_pathway: Mapped[str] = mapped_column(String(60), default="")
    """Key of the pathway that the provider suggested when it declined."""
    continues_id: Mapped[int | None] = mapped_column(ForeignKey("referral.id"), index=True)
    """The referral that another provider handed over."""
    judged_on: Mapped[date | None]
    """The day as of which eligibility is judged, where that is not the day on which it was opened."""

    case: Mapped[Case] = relationship()
    person: Mapped[Person] = relationship()
    provider: Mapped[Provider] = relationship()
    referrer_agency: Mapped[Agency] = relationship()
    moves: Mapped[list["ReferralMove"]] = relationship(order_by="ReferralMove.id")
    consents: Mapped[list["ReferralConsent"]] = relationship(order_by="ReferralConsent.id")
    partners: Mapped[list["ReferralPartner"]] = relationship(order_by="ReferralPartner.id")


class ReferralMove(Base):
    """A line of a referral's history: a move, a pause or its end, opening again, or an entry that is no step; with what
    the pathway said at that moment.
    """

    __tablename__ = "referral_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    from_stage: Mapped[str] = mapped_column(String(60), default="")
    to_stage: Mapped[str] = mapped_column(String(60))
    to_title: Mapped[str] = mapped_column(String(200))
    step: Mapped[Step] = mapped_column(listed(Step), default=Step.MOVE)
    note: Mapped[str] = mapped_column(Text, default="")
    """For the provider's own staff."""
    summary: Mapped[str] = mapped_column(Text)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    payload = EncryptedJSON()
    payload_version: Mapped[int]


class ReferralPartner(Base):
    """An agency with a part in a referral’s plan, as its pathway said at a move: from then until it said otherwise."""

    __tablename__ = "referral_partner"
    __table_args__ = (
        Index("ix_referral_partner_agency_id_until", "agency_id", "until", "referral_id"),
        Index("ix_referral_partner_referral_id", "referral_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)

    def at(self, moment: datetime) -> bool:
        """Whether it had that part at that moment."""
        return self.since <= moment and (self.until is None or self.until > moment)


class ReferralConsent(Base):
    """Somebody's consent to a referral: asked, given or refused, and withdrawn."""

    __tablename__ = "referral_consent"
    __table_args__ = (UniqueConstraint("referral_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id"))
    key: Mapped[str] = mapped_column(String(60))
    """Whose, in the pathway's words: `young_person`, `parent`."""
    label: Mapped[str] = mapped_column(String(200))
    given_on: Mapped[date | None]
    refused_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(Text, default="")
