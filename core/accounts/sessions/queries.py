"""Reads of sessions: the one that a request comes with, a sign-in half done, and somebody's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from core.accounts.models import Authenticator, Passkey, User, UserSession
from core.extensions import db, directly
from core.partnerships.models import Agency, Countersignature, Partnership, PartnershipAgency, Signature

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
CODE_WITHIN = timedelta(minutes=10)
"""From the password to the second step."""

StandingRow = tuple[str, date | None, date | None, date | None, str | None, date | None]
"""Name of the partnership, when the agency left it, when one of its signatures began and ran out, of which version, and
when its owner countersigned that."""

STANDING = 6
"""Columns of that."""


@dataclass(frozen=True, slots=True)
class SignedInSession:
    """A session that is in force, and whose it is."""

    session_id: int
    partnership_id: int | None
    seen_at: datetime
    user_id: int
    name: str
    email: str
    agency_id: int | None
    agency_name: str
    second_at: datetime | None = None
    """When the second step was taken in it."""
    proved_at: datetime | None = None
    """When its owner last showed who they are."""
    two_step_for_all: bool = False
    """Whether its partnership asks everybody for a second step."""
    standing: Sequence[StandingRow] = field(default=(), kw_only=True)
    """How its owner's agency stands in its partnership, with a row for each signature; none where it is no part."""


SIGNED = and_(
    Signature.partnership_id == PartnershipAgency.partnership_id, Signature.agency_id == PartnershipAgency.agency_id
)
"""That a signature is this agency's in this partnership."""

COUNTERSIGNED = and_(
    Countersignature.user_id == User.id,
    Countersignature.agency_id == Signature.agency_id,
    Countersignature.partnership_id == Signature.partnership_id,
    Countersignature.document == Signature.document,
)
"""That somebody countersigned what was signed."""

_APP_IN_USE = exists().where(Authenticator.user_id == UserSession.user_id, Authenticator.confirmed_at.is_not(None))
_ANY_PASSKEY = exists().where(Passkey.user_id == UserSession.user_id)
# Asked with every request, so made once: putting such a statement together takes longer than running it.
_SESSION = (
    select(
        UserSession.id,
        UserSession.partnership_id,
        UserSession.seen_at,
        User.id,
        User.name,
        User.email,
        User.agency_id,
        func.coalesce(Agency.name, ""),
        UserSession.second_at,
        UserSession.proved_at,
        func.coalesce(Partnership.two_step_for_all, False),
        PartnershipAgency.agency_id,
        Partnership.name,
        PartnershipAgency.left_on,
        Signature.signed_on,
        Signature.expires_on,
        Signature.document,
        Countersignature.signed_on,
    )
    .join(User, User.id == UserSession.user_id)
    .outerjoin(Agency, Agency.id == User.agency_id)
    .outerjoin(Partnership, Partnership.id == UserSession.partnership_id)
    .outerjoin(
        PartnershipAgency,
        and_(PartnershipAgency.partnership_id == Partnership.id, PartnershipAgency.agency_id == User.agency_id),
    )
    .outerjoin(Signature, SIGNED)
    .outerjoin(Countersignature, COUNTERSIGNED)
    .where(
        UserSession.token_hash == bindparam("hashed"),
        UserSession.ended_at.is_(None),
        UserSession.awaits_code.is_(False),
        UserSession.seen_at > bindparam("seen_after"),
        UserSession.started_at > bindparam("started_after"),
        User.retired_at.is_(None),
        # Begun with a password alone, before there was a second step: whoever has one takes it.
        or_(UserSession.second_at.is_not(None), ~or_(_APP_IN_USE, _ANY_PASSKEY)),
    )
)


def session_by_token(hashed: str, *, now: datetime) -> SignedInSession | None:
    """The session in force with that token's hash: not ended, not idle, not too old, of an account not retired.

    One query, with how its owner's agency stands in its partnership.
    """
    values = {"hashed": hashed, "seen_after": now - IDLE, "started_after": now - ABSOLUTE}
    rows = directly(_SESSION, values).all()
    if not rows:
        return None
    *session, agency_in_partnership = rows[0][:-STANDING]
    standing = [cast(StandingRow, row[-STANDING:]) for row in rows if agency_in_partnership is not None]
    return SignedInSession(*session, standing=standing)


def session_awaiting_code(hashed: str, *, now: datetime) -> UserSession | None:
    """A sign-in whose password was right and whose second step is still to come; with its user."""
    return db.session.scalars(
        select(UserSession)
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.token_hash == hashed,
            UserSession.ended_at.is_(None),
            UserSession.awaits_code.is_(True),
            UserSession.started_at > now - CODE_WITHIN,
            User.retired_at.is_(None),
        )
        .options(joinedload(UserSession.user))
    ).first()


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
