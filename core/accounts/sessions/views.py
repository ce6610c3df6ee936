"""The page of one's own sessions."""

from flask import flash
from flask.typing import ResponseReturnValue

from core.accounts.blueprint import bp
from core.accounts.coming_in import leave
from core.accounts.models import UserSession
from core.accounts.sessions import operations, queries
from core.errors import NotFound
from core.extensions import db
from core.policy import Permission
from core.web import current_actor, now, render, requires, see_other


def session_of(session_id: int) -> UserSession:
    """The session of the address."""
    found = db.session.get(UserSession, session_id)
    if found is None:
        raise NotFound
    return found


@bp.get("/account/sessions", endpoint="sessions")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def sessions() -> ResponseReturnValue:
    """Where they are signed in: since when, with which browser, from which network."""
    return render("accounts/sessions.html", sessions=queries.sessions_of(current_actor().user_id, now=now()))


@bp.post("/account/sessions/<int:session_id>/end", endpoint="end_session")
@requires(Permission.END_SESSION, on=session_of)
def end(target: UserSession) -> ResponseReturnValue:
    """Sign out there."""
    operations.end_session(current_actor(), target, now=now())
    flash("You are signed out there.")
    return see_other("accounts.sessions")


@bp.post("/account/sessions/end", endpoint="end_sessions")
@requires(Permission.MANAGE_OWN_ACCOUNT)
def end_all() -> ResponseReturnValue:
    """Sign out everywhere, here too."""
    operations.end_everywhere(current_actor(), now=now())
    return leave()
