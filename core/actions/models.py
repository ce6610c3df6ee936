"""The action log."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.accounts.models import User
from core.cases.models import Case
from core.database import Base, UTCDateTime, Versioned, listed
from core.facts import ActionStatus, NotDoneReason
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency, Group


class Action(Versioned, Base):
    """What an agency undertook to do."""

    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("partnership_id", "ref"),
        Index("ix_action_item_id", "item_id"),
        Index("ix_action_meeting_id", "meeting_id"),
        Index("ix_action_case_id", "case_id"),
        Index("ix_action_partnership_due", "partnership_id", "due_on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnership.id"))
    ref: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[int] = mapped_column(ForeignKey("forum.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case_file.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id"))
    """The meeting that agreed it; imported actions have none."""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("agenda_item.id"))
    text: Mapped[str] = mapped_column(Text)
    owner_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    owner_user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agreed_on: Mapped[date]
    due_on: Mapped[date]
    status: Mapped[ActionStatus] = mapped_column(listed(ActionStatus), default=ActionStatus.OPEN)
    not_done_reason: Mapped[NotDoneReason | None] = mapped_column(listed(NotDoneReason))
    outcome: Mapped[str] = mapped_column(Text, default="")
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was completed or given up; imported ones keep none."""
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)

    case: Mapped[Case | None] = relationship()
    group: Mapped[Group] = relationship()
    meeting: Mapped[Meeting | None] = relationship()
    item: Mapped[AgendaItem | None] = relationship()
    owner_agency: Mapped[Agency] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=owner_user_id)
    updates: Mapped[list["ActionUpdate"]] = relationship(order_by="ActionUpdate.id")


class ActionUpdate(Base):
    """A line of an action's history."""

    __tablename__ = "action_update"

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    kind: Mapped[str] = mapped_column(String(40))
    """agreed, corrected, struck out, taken back in, updated, completed, not done, reassigned, handed over, re-opened,
    due date changed.
    """
    note: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """How the action stood until then (core.actions.standings); none where it was agreed."""

    user: Mapped[User | None] = relationship()
    agency: Mapped[Agency | None] = relationship()


HANDED_OVER = "handed over"
"""The kind of line that an action of an agency that left gets as it goes to those who lead its group."""

WAS_HANDED_OVER = text("action_update.kind = 'handed over'")
"""In a query, written out, as IS_OPEN is."""

Index(
    "ix_action_update_handed_over",
    ActionUpdate.action_id,
    sqlite_where=text("kind = 'handed over'"),
    postgresql_where=text("kind = 'handed over'"),
)

IS_OPEN = text("action.status = 'open'")
"""In a query, written out: SQLite uses the partial index of open actions only for a literal."""

OPEN_ACTIONS = text("status = 'open'")
Index(
    "ix_action_open_owner",
    Action.owner_agency_id,
    Action.partnership_id,
    Action.due_on,
    Action.group_id,
    Action.owner_user_id,
    sqlite_where=OPEN_ACTIONS,
    postgresql_where=OPEN_ACTIONS,
)
"""Holds all that the counts of open actions ask for: at a million actions they need not look at one of them."""

HAS_PERSON = text("owner_user_id IS NOT NULL")
Index(
    "ix_action_owner_user",
    Action.owner_user_id,
    Action.due_on,
    Action.id,
    sqlite_where=HAS_PERSON,
    postgresql_where=HAS_PERSON,
)
