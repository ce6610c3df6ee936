"""The service's own register: families, their households, what was found in the ten domains, actions and reviews."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from core.plugin_api import ERASED_TOO, KEPT_WHEN_ERASED, PersonId, PluginTables, plugin_metadata


class Base(PluginTables, DeclarativeBase):
    """Base of the plugin's tables."""

    prefix = "family_intervention"
    metadata = plugin_metadata()


def _family(table: str) -> ForeignKey:
    """To the family. Named here: by the product's convention the name would be longer than PostgreSQL takes."""
    return ForeignKey("family_intervention_family.id", name=f"fk_family_intervention_{table}_family_id")


class Family(Base):
    """One referral in the register. Core's ids stand here as numbers."""

    __tablename__ = "family_intervention_family"
    __table_args__ = (
        UniqueConstraint("referral_id"),
        Index("ix_family_intervention_family_partnership_id_opened_on", "partnership_id", "opened_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int]
    provider_id: Mapped[int]
    partnership_id: Mapped[int]
    opened_on: Mapped[date]
    reopened_on: Mapped[date | None]
    """When it was opened again last: the time to a key worker counts from there."""
    key_worker: Mapped[str] = mapped_column(String(200), default="")
    next_lead: Mapped[str] = mapped_column(String(200), default="")
    plan: Mapped[str] = mapped_column(Text, default="")
    goals: Mapped[str] = mapped_column(Text, default="")
    """A line for each."""
    allocated_on: Mapped[date | None]
    visited_on: Mapped[date | None]
    agreed_on: Mapped[date | None]
    stepped_down_on: Mapped[date | None]
    closed_on: Mapped[date | None]

    members: Mapped[list["Member"]] = relationship(order_by="Member.id", back_populates="family")


class Member(Base):
    """Somebody of a household. `left_on`: when they ceased to be, or the work with the family ended.

    Nobody belongs to two households that are helped at the same time.
    """

    __tablename__ = "family_intervention_member"
    __table_args__ = (
        Index(
            "uq_family_intervention_member_open",
            "person_id",
            unique=True,
            sqlite_where=text("left_on IS NULL"),
            postgresql_where=text("left_on IS NULL"),
        ),
        Index("ix_family_intervention_member_family_id", "family_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(_family("member"))
    person_id: Mapped[PersonId]
    name: Mapped[str] = mapped_column(String(200))
    born: Mapped[date | None] = mapped_column(info=ERASED_TOO)
    since: Mapped[date]
    left_on: Mapped[date | None]
    relation: Mapped[str] = mapped_column(String(200), default="")
    occupied: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    family: Mapped[Family] = relationship(back_populates="members")

    __mapper_args__ = {"version_id_col": version}


class Finding(Base):
    """What was found in one of the ten domains on a day. `improved` is None where it cannot be said."""

    __tablename__ = "family_intervention_finding"
    __table_args__ = (Index("ix_family_intervention_finding_family_id_round", "family_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(_family("finding"))
    round: Mapped[int]
    """0 for the whole-family assessment, then the number of the review."""
    made_on: Mapped[date]
    domain: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    level: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    improved: Mapped[bool | None]
    note: Mapped[str] = mapped_column(String(200), default="")

    family: Mapped[Family] = relationship()


class Outcome(Base):
    """What came of one of the ten domains, as it was answered last: when the family was stepped down, or at the end."""

    __tablename__ = "family_intervention_outcome"
    __table_args__ = (UniqueConstraint("family_id", "domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(_family("outcome"))
    domain: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    change: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    said_on: Mapped[date]

    family: Mapped[Family] = relationship()


class Action(Base):
    """What an agency does for a family under its plan."""

    __tablename__ = "family_intervention_action"
    __table_args__ = (UniqueConstraint("family_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(_family("action"))
    number: Mapped[int]
    domain: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    what: Mapped[str] = mapped_column(Text)
    agency_id: Mapped[int]
    agency: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    became: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    settled_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")

    family: Mapped[Family] = relationship()


class Meeting(Base):
    """The panel, the first visit, or a review by the team around the family. `kind` is one of `family.Kind`."""

    __tablename__ = "family_intervention_meeting"
    __table_args__ = (Index("ix_family_intervention_meeting_family_id_held_on", "family_id", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    family_id: Mapped[int] = mapped_column(_family("meeting"))
    held_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    told: Mapped[str] = mapped_column(Text, default="")

    family: Mapped[Family] = relationship()
