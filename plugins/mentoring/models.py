"""The mentor register: mentors of a provider, who they mentor, and their sessions."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from core.plugin_api import PluginTables, plugin_metadata


class Base(PluginTables, DeclarativeBase):
    """Base of the plugin's tables."""

    prefix = "mentoring"
    metadata = plugin_metadata()


class Mentor(Base):
    """A volunteer of a provider. The three ids of core stand here as numbers; policy decides by them."""

    __tablename__ = "mentoring_mentor"
    __table_args__ = (Index("ix_mentoring_mentor_provider_id_name", "provider_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider_id: Mapped[int]
    partnership_id: Mapped[int]
    agency_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    training_hours: Mapped[int] = mapped_column(default=0)
    certificate_until: Mapped[date | None]
    """Last day on which the child protection certificate is in date."""
    check_until: Mapped[date | None]
    """Day by which the enhanced DBS check is to be renewed; in date up to and including it."""
    capacity: Mapped[int] = mapped_column(default=1)
    left_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    matches: Mapped[list["Match"]] = relationship(back_populates="mentor")

    __mapper_args__ = {"version_id_col": version}


class Match(Base):
    """A mentor and the referral of the young person whom they mentor."""

    __tablename__ = "mentoring_match"
    __table_args__ = (
        Index(
            "uq_mentoring_match_open",
            "referral_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index("ix_mentoring_match_mentor_id_ended_on", "mentor_id", "ended_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mentor_id: Mapped[int] = mapped_column(ForeignKey("mentoring_mentor.id"))
    referral_id: Mapped[int]
    referral_ref: Mapped[str] = mapped_column(String(40))
    since: Mapped[date]
    ended_on: Mapped[date | None]

    mentor: Mapped[Mentor] = relationship(back_populates="matches")


class Session(Base):
    """A mentor and a young person met, or the young person did not come. `note` is for the scheme's staff."""

    __tablename__ = "mentoring_session"
    __table_args__ = (Index("ix_mentoring_session_referral_id_held_on", "referral_id", "held_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("mentoring_match.id"), index=True)
    referral_id: Mapped[int]
    held_on: Mapped[date]
    came: Mapped[bool]
    note: Mapped[str] = mapped_column(Text, default="")

    match: Mapped[Match] = relationship()
