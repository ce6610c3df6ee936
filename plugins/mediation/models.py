"""What mediators keep to themselves: who the parties are, sessions with their notes, terms agreed."""

from datetime import date

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.plugin_api import KEPT_WHEN_ERASED, PersonId, PluginTables, plugin_metadata


class Base(PluginTables, DeclarativeBase):
    """Base of the plugin's tables."""

    prefix = "mediation"
    metadata = plugin_metadata()


class Session(Base):
    """A visit to one party, or a session with both: in one room, or going between them.

    `kind` is one of `dispute.Kind`; `party`, of a visit alone, one of `dispute.Party`. `note` is for the mediators.
    """

    __tablename__ = "mediation_session"
    __table_args__ = (
        Index("ix_mediation_session_referral_id_held_on", "referral_id", "held_on"),
        Index("ix_mediation_session_partnership_id_held_on", "partnership_id", "held_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int]
    partnership_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED)
    party: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    held_on: Mapped[date]
    mediators: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Term(Base):
    """One thing that the parties agreed. A term that no longer holds has `dropped_on`."""

    __tablename__ = "mediation_term"

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(index=True)
    text: Mapped[str] = mapped_column(Text)
    agreed_on: Mapped[date]
    dropped_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Dispute(Base):
    """What the mediators keep of a referral's process: who the other party is, and how and when it ended.

    `result` is one of `results.Result`, empty while the mediation goes on. One row for a referral.
    """

    __tablename__ = "mediation_dispute"
    __table_args__ = (Index("ix_mediation_dispute_partnership_id_ended_on", "partnership_id", "ended_on"),)

    referral_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partnership_id: Mapped[int]
    person_id: Mapped[PersonId]
    other_id: Mapped[PersonId]
    other_name: Mapped[str] = mapped_column(String(200))
    result: Mapped[str] = mapped_column(String(20), info=KEPT_WHEN_ERASED, default="")
    ended_on: Mapped[date | None]
