"""Reads of what somebody takes the second step with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.accounts.models import Authenticator, Passkey, RecoveryCode
from core.extensions import db


@dataclass(frozen=True, slots=True)
class SecondStep:
    """How an account's second step stands."""

    app_since: datetime | None
    """Since when an authenticator app is set up; None where there is none."""
    codes_left: int
    """Recovery codes that were not used."""
    passkeys: int

    def __bool__(self) -> bool:
        return self.app_since is not None or self.passkeys > 0


def second_step_of(user_id: int) -> SecondStep:
    """What an account has."""
    confirmed = authenticator_of(user_id)
    left = db.session.scalar(
        select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    )
    passkeys = db.session.scalar(select(func.count()).where(Passkey.user_id == user_id))
    return SecondStep(confirmed.confirmed_at if confirmed else None, left or 0, passkeys or 0)


def authenticator_of(user_id: int) -> Authenticator | None:
    """The app whose codes are taken."""
    return db.session.scalars(
        select(Authenticator).where(Authenticator.user_id == user_id, Authenticator.confirmed_at.is_not(None))
    ).first()


def authenticator_being_set_up(user_id: int) -> Authenticator | None:
    """The app that has not shown its first code yet."""
    return db.session.scalars(
        select(Authenticator)
        .where(Authenticator.user_id == user_id, Authenticator.confirmed_at.is_(None))
        .order_by(Authenticator.id.desc())
    ).first()
