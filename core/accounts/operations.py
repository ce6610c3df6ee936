"""Signing in and out, passwords, invitations."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update

from core import audit
from core.accounts import queries
from core.accounts.models import Invitation, SignInAttempt, User, UserSession
from core.accounts.passwords import hash_password, matches, token_hash
from core.audit import Category
from core.errors import Refused
from core.extensions import db
from core.facts import Actor

NOT_RIGHT = "Your current password is not right"
INVITATION_LASTS = timedelta(days=7)
TRIES = 10
"""At one address from one network."""
TRIES_AT_ADDRESS = 50
"""At one address from anywhere: ten bad tries from elsewhere must not lock a chair out."""
TRIES_FROM_NETWORK = 50
"""From one network at any addresses: else one password is tried on everybody. An office is one network, too."""
TRIES_WITHIN = timedelta(minutes=15)

WRONG = "The e-mail address or the password is not right"
TOO_MANY = "Too many tries. Wait 15 minutes and try again."


def count_try(email: str, *, network: str, now: datetime) -> None:
    """Count a try at an address, whether or not there is such an account; signing in forgets it again.

    To be committed before the password is looked at: of a hundred guesses at one moment, too, only ten are. `network`
    is the one that the try comes from, empty where it is not known. Raises Refused when that address was tried too
    often from there, or from anywhere, or too many were from there.
    """
    hashed = token_hash(email.strip().lower())
    queries.lock_tries(hashed)
    queries.lock_tries(token_hash(network))  # always second, so that no two wait for each other
    tries = queries.tries(hashed, network, since=now - TRIES_WITHIN)
    if tries.from_here >= TRIES or tries.at_address >= TRIES_AT_ADDRESS or tries.from_network >= TRIES_FROM_NETWORK:
        raise Refused(TOO_MANY)
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 2 * TRIES_WITHIN))
    db.session.add(SignInAttempt(email_hash=hashed, network=network, at=now))


def password_is_right(email: str, password: str) -> User | None:
    """The account, when address and password match; reads only, and takes as long when there is none."""
    user = queries.user_by_email(email)
    usable = user is not None and user.retired_at is None
    right = matches(password, user.password_hash if user is not None and usable else None)
    return user if right else None


def note_refused_sign_in() -> None:
    """Keep in the trail that somebody was refused; not who, since the address need not be anybody's."""
    audit.record(Actor(user_id=0, name=""), Category.AUTH, "sign_in", object="account:-", outcome="deny")


def sign_in(user_id: int, *, network: str = "", now: datetime) -> str:
    """Start a session and return its token, for the cookie. The table keeps the token's hash alone.

    The tries that were the owner's own, from the same network, are forgotten; somebody else's from elsewhere are not.
    """
    user = db.session.get_one(User, user_id)
    choices = queries.partnerships_of(user)
    token = secrets.token_urlsafe(32)
    session = UserSession(
        token_hash=token_hash(token),
        user_id=user.id,
        partnership_id=choices[0].id if choices else None,
        started_at=now,
        seen_at=now,
    )
    db.session.add(session)
    db.session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.email_hash == token_hash(user.email), SignInAttempt.network == network
        )
    )
    db.session.flush()
    audit.record(
        Actor(user_id=user.id, name=user.name, agency_id=user.agency_id, session_id=session.id),
        Category.AUTH,
        "sign_in",
        object=f"account:{user.id}",
    )
    return token


def touch_session(session_id: int, *, now: datetime) -> None:
    """Note that the session is in use."""
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(seen_at=now))


def sign_out(actor: Actor, *, now: datetime) -> None:
    """End the session in hand; its cookie is worth nothing from here on."""
    db.session.execute(update(UserSession).where(UserSession.id == actor.session_id).values(ended_at=now))
    audit.record(actor, Category.AUTH, "sign_out", object=f"account:{actor.user_id}")


def choose_partnership(actor: Actor, *, partnership_id: int) -> None:
    """Work in another of one's partnerships. Raises Refused for one that is not."""
    user = db.session.get_one(User, actor.user_id)
    if partnership_id not in {partnership.id for partnership in queries.partnerships_of(user)}:
        raise Refused("You do not belong to that partnership.")
    db.session.execute(
        update(UserSession).where(UserSession.id == actor.session_id).values(partnership_id=partnership_id)
    )
    audit.record(actor, Category.AUTH, "choose_partnership", object=f"partnership:{partnership_id}")


def change_password(actor: Actor, *, current: str, new: str, now: datetime) -> None:
    """Change one's own password; every other session ends. Raises Refused with what to mend."""
    user = db.session.get_one(User, actor.user_id)
    if not matches(current, user.password_hash):
        raise Refused(NOT_RIGHT, field="current")
    user.password_hash = hash_password(new)
    void_invitations(user.id, now=now)
    _end_sessions(user.id, now=now, but=actor.session_id)
    audit.record(actor, Category.AUTH, "change_password", object=f"account:{user.id}")


def stop_daily_mail(actor: Actor) -> None:
    """Be reminded by mail no more; what waits to go out is withdrawn as its turn comes."""
    db.session.get_one(User, actor.user_id).daily_mail = False
    audit.record(actor, Category.ADMIN, "account.stop_daily_mail", object=f"account:{actor.user_id}")


def start_daily_mail(actor: Actor) -> None:
    """Be reminded by mail again, from the next working day on."""
    db.session.get_one(User, actor.user_id).daily_mail = True
    audit.record(actor, Category.ADMIN, "account.start_daily_mail", object=f"account:{actor.user_id}")


def invite(actor: Actor, user: User, *, now: datetime) -> str:
    """Make a single-use invitation and return its token; earlier ones of the account are worth nothing."""
    if user.retired_at is not None:
        raise Refused("This account is retired. Bring it back before you invite its owner.")
    void_invitations(user.id, now=now)
    token = secrets.token_urlsafe(32)
    db.session.add(
        Invitation(user_id=user.id, token_hash=token_hash(token), created_at=now, expires_at=now + INVITATION_LASTS)
    )
    audit.record(actor, Category.ADMIN, "account.invite", object=f"account:{user.id}")
    return token


def void_invitations(user_id: int, *, now: datetime) -> None:
    """From now on no invitation of that account is worth anything: a link may lie in a mailbox that others read."""
    db.session.execute(
        update(Invitation).where(Invitation.user_id == user_id, Invitation.used_at.is_(None)).values(used_at=now)
    )


def accept_invitation(token: str, *, password: str, now: datetime) -> User:
    """Set the first password, once. Raises Refused when the invitation is used up or the password weak."""
    invitation = queries.invitation_by_token(token_hash(token), now=now)
    if invitation is None:
        raise Refused("This invitation was used or has run out. Ask your administrator for a new one.")
    user = invitation.user
    user.password_hash = hash_password(password)
    invitation.used_at = now
    _end_sessions(user.id, now=now, but=None)
    audit.record(
        Actor(user_id=user.id, name=user.name, agency_id=user.agency_id),
        Category.AUTH,
        "accept_invitation",
        object=f"account:{user.id}",
    )
    return user


def end_sessions_of(actor: Actor, user: User, *, now: datetime) -> None:
    """End every session of an account, when it is retired or its rights change."""
    _end_sessions(user.id, now=now, but=None)
    audit.record(actor, Category.ADMIN, "account.end_sessions", object=f"account:{user.id}")


def _end_sessions(user_id: int, *, now: datetime, but: int | None) -> None:
    ending = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(UserSession.id != but)
    db.session.execute(ending.values(ended_at=now))
