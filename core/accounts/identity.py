"""Who is signed in: the cookie, the session row and Flask-Login."""

from datetime import datetime, timedelta

from flask import Flask, Request, current_app
from flask_login import UserMixin
from werkzeug.wrappers import Response

from core.accounts import queries
from core.accounts.operations import touch_session
from core.accounts.passwords import token_hash
from core.clock import local_date, utc_now
from core.extensions import login_manager
from core.facts import Actor

TOUCH_EVERY = timedelta(minutes=1)


class SignedIn(UserMixin):
    """Flask-Login's idea of the user: the actor, and whether the session is due for a note that it is in use."""

    def __init__(self, actor: Actor, seen_at: datetime, now: datetime) -> None:
        self.actor = actor
        self.needs_touch = now - seen_at > TOUCH_EVERY

    def get_id(self) -> str:
        """The account's id."""
        return str(self.actor.user_id)

    def touch(self, now: datetime) -> None:
        """Note that the session is in use."""
        if self.actor.session_id is not None:
            touch_session(self.actor.session_id, now=now)


def connect_login(app: Flask) -> None:
    """Let Flask-Login find the user by our cookie alone."""
    login_manager.init_app(app)
    login_manager.session_protection = None  # ours is a row on the server
    login_manager.request_loader(_load)


def _load(request: Request) -> SignedIn | None:
    token = request.cookies.get(cookie_name())
    if not token:
        return None
    now = utc_now()
    session = queries.session_by_token(token_hash(token), now=now)
    if session is None:
        return None
    return SignedIn(queries.actor_of(session, on=local_date(now)), session.seen_at, now)


def cookie_name() -> str:
    """Host-bound over HTTPS; another name on loopback, where Secure cannot be."""
    return "__Host-roundtable" if current_app.config["ROUNDTABLE"].secure else "roundtable"


def give_cookie(response: Response, token: str) -> None:
    """Put the session's token into the browser."""
    response.set_cookie(
        cookie_name(),
        token,
        httponly=True,
        secure=current_app.config["ROUNDTABLE"].secure,
        samesite="Lax",
        path="/",
        max_age=int(queries.ABSOLUTE.total_seconds()),
    )


def take_cookie(response: Response) -> None:
    """Take it away again."""
    response.delete_cookie(
        cookie_name(),
        httponly=True,
        secure=current_app.config["ROUNDTABLE"].secure,
        samesite="Lax",
        path="/",
    )
