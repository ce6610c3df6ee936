"""Setting up the second step, taking it, and taking it away."""

from datetime import datetime

from sqlalchemy import delete, update

from core import audit
from core.accounts.models import Authenticator, Passkey, RecoveryCode, User
from core.accounts.operations import end_other_sessions, end_sessions_of, note_second_step
from core.accounts.telling import APP_SET_UP, TAKEN_AWAY, tell_owner
from core.accounts.two_step import codes, queries
from core.audit import Category
from core.errors import Refused
from core.extensions import db
from core.facts import Actor

NOT_THIS_CODE = "This code is not right. Enter the six digits that your app shows now"
NOT_THIS_CODE_OR_OLD = "The code is not right, or it was used before. Wait for the next one"
NOTHING_BEGUN = "Begin setting up your app again"


def start(actor: Actor, *, now: datetime) -> None:
    """Make a secret for an app. It counts once a code was shown; until then an earlier app goes on."""
    db.session.execute(
        delete(Authenticator).where(Authenticator.user_id == actor.user_id, Authenticator.confirmed_at.is_(None))
    )
    db.session.add(Authenticator(user_id=actor.user_id, seed=codes.new_seed(), made_at=now))
    db.session.flush()
    audit.record(actor, Category.AUTH, "two_step.start", object=f"account:{actor.user_id}")


def confirm(actor: Actor, *, code: str, now: datetime) -> list[str]:
    """Take the app into use and return new recovery codes, which are kept as hashes alone; other sessions end.

    Raises Refused when the code is not the one that the app shows now.
    """
    app = queries.authenticator_being_set_up(actor.user_id)
    if app is None:
        raise Refused(NOTHING_BEGUN, field="code")
    counter = codes.matching_counter(app.seed, codes.only_digits(code), now)
    if counter is None:
        raise Refused(NOT_THIS_CODE, field="code")
    db.session.execute(
        delete(Authenticator).where(Authenticator.user_id == actor.user_id, Authenticator.confirmed_at.is_not(None))
    )
    app.confirmed_at, app.last_counter = now, counter
    note_second_step(actor, now=now)
    end_other_sessions(actor, now=now)
    tell_owner(actor.user_id, APP_SET_UP, now=now)
    audit.record(actor, Category.AUTH, "two_step.confirm", object=f"account:{actor.user_id}")
    return make_recovery_codes(actor, now=now)


def make_recovery_codes(actor: Actor, *, now: datetime) -> list[str]:
    """Ten new codes; those before are worth nothing."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == actor.user_id))
    made = codes.new_recovery_codes()
    db.session.add_all(
        RecoveryCode(user_id=actor.user_id, code_hash=codes.recovery_hash(code), made_at=now) for code in made
    )
    audit.record(actor, Category.AUTH, "two_step.recovery_codes", object=f"account:{actor.user_id}")
    return made


def use_code(user: User, typed: str, *, now: datetime) -> bool:
    """Whether it is the code of the owner's app, or one of their recovery codes; neither is taken a second time.

    Of two requests with one code at the same moment one is let in: the row is changed where it still holds less.
    """
    whose = Actor(user_id=user.id, name=user.name, agency_id=user.agency_id)
    app = queries.authenticator_of(user.id)
    if app is not None and (counter := codes.matching_counter(app.seed, codes.only_digits(typed), now)) is not None:
        advanced = db.session.execute(
            update(Authenticator)
            .where(Authenticator.id == app.id, Authenticator.last_counter < counter)
            .values(last_counter=counter)
            .returning(Authenticator.id)
        ).all()
        return bool(advanced)
    used = db.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == codes.recovery_hash(typed),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    ).all()
    if used:
        audit.record(whose, Category.AUTH, "two_step.use_recovery_code", object=f"account:{user.id}")
    return bool(used)


def take_away(actor: Actor, user: User, *, now: datetime) -> None:
    """Take somebody's second step away who lost it, and end their sessions. Whoever must have one sets it up anew."""
    if user.id == actor.user_id:
        raise Refused("You cannot take your own second step away. Set up another app, or ask another administrator.")
    db.session.execute(delete(Authenticator).where(Authenticator.user_id == user.id))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    end_sessions_of(actor, user, now=now)
    tell_owner(user.id, TAKEN_AWAY, now=now)
    audit.record(actor, Category.ADMIN, "two_step.take_away", object=f"account:{user.id}")
