"""The register: contracts, their terms, and breaches of them."""

from datetime import date

from core.plugin_api import KEPT_WHEN_ERASED, PluginTables, plugin_metadata
from sqlalchemy import Index, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(PluginTables, DeclarativeBase):
    """Base of the plugin's tables. Roundtable's rows stand in them as numbers: the plugin may be taken away."""

    prefix = "acceptable_behaviour"
    metadata = plugin_metadata()


class Signed(Base):
    """A contract that was signed. One that is opened again and signed anew is another."""

    __tablename__ = "acceptable_behaviour_contract"
    __table_args__ = (Index("ix_acceptable_behaviour_contract_referral_id", "referral_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    referral_id: Mapped[int]
    signed_on: Mapped[date]
    ends_on: Mapped[date]
    extended_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    result: Mapped[str] = mapped_column(info=KEPT_WHEN_ERASED)
    """The stage at which it was closed; empty while it runs."""


class Term(Base):
    """One of the terms: the young person's own promise, in plain words."""

    __tablename__ = "acceptable_behaviour_term"
    __table_args__ = (Index("ix_acceptable_behaviour_term_referral_id", "referral_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str]
    agreed_on: Mapped[date]
    dropped_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Breach(Base):
    """A breach: evidence, not an offence. What the meeting decided about it is filled in then."""

    __tablename__ = "acceptable_behaviour_breach"
    __table_args__ = (Index("ix_acceptable_behaviour_breach_referral_id", "referral_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int]
    referral_id: Mapped[int]
    happened_on: Mapped[date]
    recorded_on: Mapped[date]
    account: Mapped[str] = mapped_column(Text)
    decision: Mapped[str] = mapped_column(Text)
    decided_on: Mapped[date | None]
