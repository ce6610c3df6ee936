"""Reads of somebody's own sessions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.accounts.models import UserSession
from core.accounts.queries import ABSOLUTE, IDLE
from core.extensions import db


def sessions_of(user_id: int, *, now: datetime) -> Sequence[UserSession]:
    """Those in force, the one used last first."""
    return db.session.scalars(
        select(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.ended_at.is_(None),
            UserSession.awaits_code.is_(False),
            UserSession.seen_at > now - IDLE,
            UserSession.started_at > now - ABSOLUTE,
        )
        .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    ).all()
