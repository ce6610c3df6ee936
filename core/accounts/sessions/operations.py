"""Ending one's own sessions."""

from datetime import datetime

from core import audit
from core.accounts.models import UserSession
from core.accounts.operations import end_other_sessions
from core.audit import Category
from core.extensions import db
from core.facts import Actor


def end_session(actor: Actor, session: UserSession, *, now: datetime) -> None:
    """Sign out somewhere else. One that has ended meanwhile has ended."""
    session.ended_at = session.ended_at or now
    audit.record(actor, Category.AUTH, "session.end", object=f"session:{session.id}")


def end_everywhere(actor: Actor, *, now: datetime) -> None:
    """Sign out wherever one is signed in, here too."""
    end_other_sessions(actor, now=now)
    here = db.session.get_one(UserSession, actor.session_id)
    here.ended_at = now
    audit.record(actor, Category.AUTH, "session.end_all", object=f"account:{actor.user_id}")
