"""The service’s own register: whom it supports and how they are contacted, their needs, and the contact log."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from core.plugin_api import KEPT_WHEN_ERASED, EncryptedText, PluginTables, plugin_metadata


class Base(PluginTables, DeclarativeBase):
    """Base of the plugin's tables."""

    prefix = "victim_support"
    metadata = plugin_metadata()


class Entry(Base):
    """One referral in the register: how the victim is contacted, and what they chose. Core's ids are plain numbers."""

    __tablename__ = "victim_support_entry"
    __table_args__ = (
        UniqueConstraint("referral_id"),
        Index("ix_victim_support_entry_provider_id_closed_on", "provider_id", "closed_on"),
        Index("ix_victim_support_entry_partnership_id_opened_on", "partnership_id", "opened_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int]
    referral_ref: Mapped[str] = mapped_column(String(40))
    provider_id: Mapped[int]
    partnership_id: Mapped[int]
    opened_on: Mapped[date]
    way: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    instruction: Mapped[str] = mapped_column(Text)
    reach = EncryptedText()
    """The number or address: read by the provider's own staff alone."""
    worker: Mapped[str] = mapped_column(String(200), default="")
    updates: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    every: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    contacted_on: Mapped[date | None]
    updated_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    coped: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    heard: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    safer: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    """What the victim answered last, at a review or the end."""


class Contact(Base):
    """A line of the contact log. `said` is for the provider's own staff."""

    __tablename__ = "victim_support_contact"
    __table_args__ = (Index("ix_victim_support_contact_entry_id_made_on", "entry_id", "made_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("victim_support_entry.id"))
    made_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    way: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    by: Mapped[str] = mapped_column(String(200))
    said = EncryptedText()

    entry: Mapped[Entry] = relationship()


class Assessment(Base):
    """The eight needs as they were found on a day: at the start, then at each review."""

    __tablename__ = "victim_support_assessment"
    __table_args__ = (Index("ix_victim_support_assessment_entry_id_made_on", "entry_id", "made_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("victim_support_entry.id"))
    made_on: Mapped[date]
    at_start: Mapped[bool]
    health: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    shelter: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    family: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    work: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    substances: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    money: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    outlook: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    social: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    found: Mapped[str] = mapped_column(Text, default="")

    entry: Mapped[Entry] = relationship()
