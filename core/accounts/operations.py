"""Signing in and out, passwords, invitations."""

import secrets
from dataclasses import dataclass
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


def count_try(email: str, *, network: str, now: datetime, anywhere: int = TRIES_AT_ADDRESS) -> None:
    """Count a try at an address, whether or not there is such an account; signing in forgets it again.

    To be committed before the password is looked at: of a hundred guesses at one moment, too, only ten are. `network`
    is the one that the try comes from, empty where it is not known. Raises Refused when that address was tried too
    often from there, or from anywhere, or too many were from there. `anywhere`: how many are let through in all.
    """
    hashed = token_hash(email.strip().lower())
    queries.lock_tries(hashed)
    queries.lock_tries(token_hash(network))  # always second, so that no two wait for each other
    tries = queries.tries(hashed, network, since=now - TRIES_WITHIN)
    if tries.from_here >= TRIES or tries.at_address >= anywhere or tries.from_network >= TRIES_FROM_NETWORK:
        raise Refused(TOO_MANY)
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 2 * TRIES_WITHIN))
    db.session.add(SignInAttempt(email_hash=hashed, network=network, at=now))


def password_is_right(email: str, password: str) -> User | None:
    """The account, when address and password match; reads only, and takes as long when there is none."""
    user = queries.user_by_email(email)
    usable = user is not None and user.retired_at is None
    right = matches(password, user.password_hash if user is not None and usable else None)
    return user if right else None


def note_refused_code(user: User) -> None:
    """Keep in the trail that a code was refused after the right password: somebody may have that."""
    whose = Actor(user_id=user.id, name=user.name, agency_id=user.agency_id)
    audit.record(whose, Category.AUTH, "two_step.use_code", object=f"account:{user.id}", outcome="deny")


def note_refused_sign_in() -> None:
    """Keep in the trail that somebody was refused; not who, since the address need not be anybody's."""
    audit.record(Actor(user_id=0, name=""), Category.AUTH, "sign_in", object="account:-", outcome="deny")


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in from, as far as it is known."""

    network: str = ""
    browser: str = ""


NOWHERE = Place()


def await_code(user_id: int, *, at: Place, now: datetime) -> str:
    """The password was right, the second step is to come: a token that is good for that alone, for the cookie."""
    session, token = _new_session(user_id, at=at, now=now)
    session.awaits_code = True
    return token


def sign_in(user_id: int, *, at: Place = NOWHERE, steps: int = 2, just_now: bool = True, now: datetime) -> str:
    """Start a session and return its token, for the cookie. The table keeps the token's hash alone.

    `steps`: how many they have shown who they are by; `just_now`: whether they did so this moment, and not elsewhere
    hours ago. The tries that were the owner's own, from the same network, are forgotten; somebody else's from elsewhere
    are not.
    """
    session, token = _new_session(user_id, at=at, now=now)
    session.proved_at = now if just_now else None
    session.second_at = now if steps > 1 else None
    user = session.user
    db.session.execute(
        delete(SignInAttempt).where(
            SignInAttempt.email_hash.in_((token_hash(user.email), token_hash(tries_of_codes(user.id)))),
            SignInAttempt.network == at.network,
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


def _new_session(user_id: int, *, at: Place, now: datetime) -> tuple[UserSession, str]:
    user = db.session.get_one(User, user_id)
    choices = queries.partnerships_of(user)
    token = secrets.token_urlsafe(32)
    session = UserSession(
        token_hash=token_hash(token),
        user=user,
        partnership_id=choices[0].id if choices else None,
        started_at=now,
        seen_at=now,
        network=at.network,
        browser=at.browser,
    )
    db.session.add(session)
    return session, token


def tries_of_codes(user_id: int) -> str:
    """What tries of an account's codes are counted under: nothing that can be typed as an address."""
    return f"\0codes of u_{user_id}"


def prove(actor: Actor, *, now: datetime) -> None:
    """Note that whoever sits there has shown again who they are."""
    db.session.execute(update(UserSession).where(UserSession.id == actor.session_id).values(proved_at=now))
    forget_codes(actor.user_id)
    audit.record(actor, Category.AUTH, "prove", object=f"account:{actor.user_id}")


def forget_codes(user_id: int) -> None:
    """Forget the tries of an account's codes: whoever tried has shown that they are its owner."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.email_hash == token_hash(tries_of_codes(user_id))))


def note_second_step(actor: Actor, *, now: datetime) -> None:
    """In the session in hand the second step was taken."""
    db.session.execute(
        update(UserSession).where(UserSession.id == actor.session_id).values(second_at=now, proved_at=now)
    )


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


def change_password(actor: Actor, *, shown: str, new: str, now: datetime) -> None:
    """Change one's own password; every other session ends. Raises Refused with what to mend.

    `shown`: the hash that the password which they typed as their current one was found to be of.
    """
    user = db.session.get_one(User, actor.user_id)
    if shown != user.password_hash:
        raise Refused(NOT_RIGHT, field="current")
    user.password_hash = hash_password(new)
    forget_codes(user.id)
    void_invitations(user.id, now=now)
    end_other_sessions(actor, now=now)
    audit.record(actor, Category.AUTH, "change_password", object=f"account:{user.id}")


def stop_daily_mail(actor: Actor) -> None:
    """Be reminded by mail no more; what waits to go out is withdrawn as its turn comes."""
    db.session.get_one(User, actor.user_id).daily_mail = False
    audit.record(actor, Category.ADMIN, "account.stop_daily_mail", object=f"account:{actor.user_id}")


def start_daily_mail(actor: Actor) -> None:
    """Be reminded by mail again, from the next working day on."""
    db.session.get_one(User, actor.user_id).daily_mail = True
    audit.record(actor, Category.ADMIN, "account.start_daily_mail", object=f"account:{actor.user_id}")


def invite(actor: Actor, user: User, *, lasts: timedelta = INVITATION_LASTS, now: datetime) -> str:
    """Make a single-use invitation and return its token; earlier ones of the account are worth nothing."""
    if user.retired_at is not None:
        raise Refused("This account is retired. Bring it back before you invite its owner.")
    void_invitations(user.id, now=now)
    token = secrets.token_urlsafe(32)
    db.session.add(Invitation(user_id=user.id, token_hash=token_hash(token), created_at=now, expires_at=now + lasts))
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
    """End every session of an account, when it is retired or its rights change; of one's own, not the one in hand."""
    _end_sessions(user.id, now=now, but=actor.session_id if user.id == actor.user_id else None)
    audit.record(actor, Category.ADMIN, "account.end_sessions", object=f"account:{user.id}")


def end_other_sessions(actor: Actor, *, now: datetime) -> None:
    """End one's own sessions, but for the one in hand."""
    _end_sessions(actor.user_id, now=now, but=actor.session_id)


def _end_sessions(user_id: int, *, now: datetime, but: int | None) -> None:
    ending = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    if but is not None:
        ending = ending.where(UserSession.id != but)
    db.session.execute(ending.values(ended_at=now))
