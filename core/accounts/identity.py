"""Who is signed in: the cookie, the session row and Flask-Login."""

from datetime import datetime, timedelta

from flask import Flask, Request, current_app
from flask_login import UserMixin
from werkzeug.wrappers import Response

from core.accounts.operations import touch_session
from core.accounts.passwords import token_hash
from core.accounts.queries import actor_of
from core.accounts.sessions.queries import ABSOLUTE, SignedInSession, session_by_token
from core.clock import local_date, utc_now
from core.extensions import login_manager
from core.facts import Actor
from core.policy.admin import must_take_two_steps

TOUCH_EVERY = timedelta(minutes=1)
PROOF_LASTS = timedelta(minutes=10)
"""Within which nobody is asked again who they are."""


class SignedIn(UserMixin):
    """Flask-Login's idea of the user: the actor, and what the session is due for."""

    def __init__(self, actor: Actor, session: SignedInSession, now: datetime, *, two_step: bool) -> None:
        self.actor = actor
        self.needs_touch = now - session.seen_at > TOUCH_EVERY
        self.second_step_due = (
            two_step and session.second_at is None and must_take_two_steps(actor, everybody=session.two_step_for_all)
        )
        """Whether they reach nothing before they have set up a second step, or taken it."""
        self.is_proved = session.proved_at is not None and now - session.proved_at < PROOF_LASTS
        """Whether they showed just now who they are."""

    def get_id(self) -> str:
        """The account's id."""
        return str(self.actor.user_id)

    def touch_when_due(self, now: datetime) -> None:
        """Note in the transaction in hand that the session is in use, unless that was noted a moment ago."""
        if self.needs_touch and self.actor.session_id is not None:
            self.needs_touch = False
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
    session = session_by_token(token_hash(token), now=now)
    if session is None:
        return None
    two_step = current_app.config["ROUNDTABLE"].two_step
    return SignedIn(actor_of(session, on=local_date(now)), session, now, two_step=two_step)


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
        max_age=int(ABSOLUTE.total_seconds()),
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
