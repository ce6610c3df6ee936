"""Partnerships, their agencies, signatures, groups and providers."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.database import Base, UTCDateTime, Versioned, listed
from core.facts import GroupKind, GroupRole, ProviderStatus


class Partnership(Versioned, Base):
    """A Community Safety Partnership. One installation hosts several."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(String(12))
    """First part of its reference numbers: CAL in CAL-2026-0053."""
    clocks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Settings that differ from the defaults; core.partnerships.clocks reads them."""
    attach_copies: Mapped[bool] = mapped_column(default=False)
    """Whether a reader's copy is attached to its mail as an encrypted file. Off: a link alone."""
    two_step_for_all: Mapped[bool] = mapped_column(default=False)
    """Whether everybody signs in in two steps, not only those who lead and administer."""


class Agency(Versioned, Base):
    """A partner. It can belong to more than one partnership."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(60))
    email: Mapped[str] = mapped_column(String(254), default="")

    memberships: Mapped[list["PartnershipAgency"]] = relationship(back_populates="agency")


class PartnershipAgency(Versioned, Base):
    """An agency's membership of a partnership; its single point of contact."""

    __tablename__ = "partnership_agency"
    __table_args__ = (UniqueConstraint("partnership_id", "agency_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    joined_on: Mapped[date | None]
    left_on: Mapped[date | None]
    spoc: Mapped[str] = mapped_column(String(200), default="")

    agency: Mapped[Agency] = relationship(back_populates="memberships")
    partnership: Mapped[Partnership] = relationship()


class Signature(Base):
    """An agency's signature of the Information Sharing Protocol: in force from `signed_on` to `expires_on`."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("partnership_id", "agency_id", "signed_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    signed_on: Mapped[date]
    expires_on: Mapped[date | None]
    signed_by: Mapped[str] = mapped_column(String(200), default="")
    document: Mapped[str] = mapped_column(String(60), default="")
    """Version of the protocol that was signed."""

    agency: Mapped[Agency] = relationship()


class Countersignature(Base):
    """Somebody's own signature under the version of the protocol that their agency signed. Never changed or deleted."""

    __tablename__ = "countersignature"
    __table_args__ = (UniqueConstraint("user_id", "agency_id", "partnership_id", "document"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    """For whom they worked then: whoever goes to another agency signs there."""
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    document: Mapped[str] = mapped_column(String(60), default="")
    """As the agency's signature has it."""
    signed_on: Mapped[date]


class Group(Versioned, Base):
    """A standing forum of a partnership."""

    __tablename__ = "forum"  # "group" is a word of SQL
    __table_args__ = (UniqueConstraint("partnership_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[GroupKind] = mapped_column(listed(GroupKind))
    venue: Mapped[str] = mapped_column(String(200), default="")
    length_minutes: Mapped[int] = mapped_column(default=120)
    clocks: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Settings that differ from the partnership's."""
    area_name: Mapped[str] = mapped_column(String(200), default="")
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    """Its area is that district, or the LSOAs of `area_lsoas`."""
    closed_on: Mapped[date | None]

    partnership: Mapped[Partnership] = relationship()
    district: Mapped["District | None"] = relationship()
    members: Mapped[list["GroupMember"]] = relationship(back_populates="group")
    area_lsoas: Mapped[list["GroupLsoa"]] = relationship(back_populates="group", cascade="all, delete-orphan")


class GroupMember(Base):
    """Somebody's role in a group, while it lasts."""

    __tablename__ = "group_member"
    __table_args__ = (UniqueConstraint("group_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("forum.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[GroupRole] = mapped_column(listed(GroupRole))
    since: Mapped[date]
    until: Mapped[date | None]

    group: Mapped[Group] = relationship(back_populates="members")


class GroupLsoa(Base):
    """One lower layer super output area of a group's area."""

    __tablename__ = "group_lsoa"

    group_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), primary_key=True)
    lsoa_code: Mapped[str] = mapped_column(String(12), primary_key=True)

    group: Mapped[Group] = relationship(back_populates="area_lsoas")


class District(Base):
    """A district of a partnership's map, with its outline as GeoJSON geometry."""

    __tablename__ = "district"
    __table_args__ = (UniqueConstraint("partnership_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    geometry: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)


class Provider(Versioned, Base):
    """An agency registered for a pathway. Referrals go to approved providers only."""

    __tablename__ = "provider"
    __table_args__ = (
        UniqueConstraint("partnership_id", "agency_id", "pathway_key"),
        Index("ix_provider_pathway", "partnership_id", "pathway_key", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    pathway_key: Mapped[str] = mapped_column(String(60))
    status: Mapped[ProviderStatus] = mapped_column(listed(ProviderStatus), default=ProviderStatus.REGISTERED)
    capacity: Mapped[int] = mapped_column(default=0)
    contact: Mapped[str] = mapped_column(Text, default="")
    area: Mapped[str] = mapped_column(String(200), default="")
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """What the pathway's own form of settings holds; core.partnerships.providers.settings reads it."""
    settings_version: Mapped[int] = mapped_column(default=0)
    """The version of that form by which they were filled in; 0 while they were not."""
    reason: Mapped[str] = mapped_column(Text, default="")
    """Why it was declined or suspended."""
    registered_at: Mapped[datetime] = mapped_column(UTCDateTime)
    registered_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    agency: Mapped[Agency] = relationship()


class ProviderStaff(Base):
    """Somebody of a provider's own staff, while they are: ended, never deleted. Whoever comes back has a second row."""

    __tablename__ = "provider_staff"
    __table_args__ = (
        Index(
            "uq_provider_staff_now",
            "provider_id",
            "user_id",
            unique=True,
            sqlite_where=text("until IS NULL"),
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int] = mapped_column(ForeignKey("provider.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    since: Mapped[date]
    until: Mapped[date | None]


class PluginSwitch(Versioned, Base):
    """Whether a partnership has a plugin switched off. Without a row it is on."""

    __tablename__ = "plugin_switch"
    __table_args__ = (UniqueConstraint("partnership_id", "plugin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    plugin: Mapped[str] = mapped_column(String(60))
    """The plugin's own name; it may be gone."""
    is_off: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    """Why it was switched last. Whoever meets something that cannot be done reads it."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
