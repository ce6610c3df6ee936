"""Adding a passkey, signing in with one, and removing it."""

import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from webauthn import verify_authentication_response, verify_registration_response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException

from core import audit
from core.accounts.models import Passkey, SignInAttempt, UsedChallenge, User
from core.accounts.operations import count_try, end_other_sessions, note_second_step
from core.accounts.passkeys.challenges import LASTS, is_ours
from core.accounts.passkeys.site import Site
from core.accounts.passwords import token_hash
from core.accounts.telling import PASSKEY_ADDED, PASSKEY_REMOVED, tell_owner
from core.audit import Category
from core.errors import Refused
from core.extensions import db
from core.facts import Actor

NOT_THIS = "This passkey was not taken. Try again, or sign in with your password."
SIGN_IN = "sign in"
_DEVICE = re.compile(r"[A-Za-z0-9_=-]{1,1400}")
"""A passkey's id as a browser writes it."""


def to_register(actor: Actor) -> str:
    """The purpose of a challenge for a new passkey of theirs."""
    return f"register {actor.opaque}"


def passkeys_of(user_id: int) -> Sequence[Passkey]:
    """Those that an account has, the oldest first."""
    return db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def add_passkey(actor: Actor, *, answer: str, name: str, at: Site, key: bytes, now: datetime) -> Passkey:
    """Keep the public key of a device; other sessions end.

    Raises Refused for anything but an answer to our own question, given once.
    """
    credential, challenge = _read(answer)
    _use(key, to_register(actor), challenge, now=now)
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=at.name,
            expected_origin=at.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused(NOT_THIS, field="credential") from None
    made = Passkey(
        user_id=actor.user_id,
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        made_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise Refused("This passkey is kept already", field="credential") from None
    note_second_step(actor, now=now)
    end_other_sessions(actor, now=now)
    tell_owner(actor.user_id, PASSKEY_ADDED, now=now)
    audit.record(actor, Category.AUTH, "passkey.add", object=f"passkey:{made.id}")
    return made


def device_that_answers(answer: str, *, key: bytes, now: datetime) -> str:
    """The id of the device that answers a question of ours. Reads nothing and writes nothing.

    Raises Refused for what was put together without asking: that costs whoever sends it more than us.
    """
    credential, challenge = _read(answer)
    if not is_ours(key, SIGN_IN, challenge, now=now):
        raise Refused(NOT_THIS)
    return str(credential["id"])


def count_answer(device: str, *, network: str, now: datetime) -> None:
    """Count a try with that device's id, as one at an address is counted. Raises Refused after too many."""
    count_try(_tries_with(device), network=network, now=now)


def forget_answers(device: str, *, network: str) -> None:
    """Forget the tries from there: they were its owner's own."""
    hashed = token_hash(_tries_with(device).lower())
    db.session.execute(
        delete(SignInAttempt).where(SignInAttempt.email_hash == hashed, SignInAttempt.network == network)
    )


def _tries_with(device: str) -> str:
    return f"\0passkey {device}"


def owner_shown_by(answer: str, *, at: Site, key: bytes, now: datetime) -> User:
    """Whose passkey answered. Raises Refused, in the same words whatever is wrong."""
    credential, challenge = _read(answer)
    _use(key, SIGN_IN, challenge, now=now)
    found = db.session.scalars(
        select(Passkey)
        .join(User)
        .where(Passkey.credential_id == str(credential.get("id")), User.retired_at.is_(None))
        .with_for_update()
    ).first()
    if found is None:
        raise Refused(NOT_THIS)
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=at.name,
            expected_origin=at.origin,
            credential_public_key=found.public_key,
            credential_current_sign_count=found.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise Refused(NOT_THIS) from None
    found.sign_count, found.used_at = verified.new_sign_count, now
    return found.user


def remove_passkey(actor: Actor, passkey: Passkey, *, now: datetime) -> None:
    """It lets nobody in any more; other sessions end, which it may have opened."""
    end_other_sessions(actor, now=now)
    audit.record(actor, Category.AUTH, "passkey.remove", object=f"passkey:{passkey.id}")
    tell_owner(passkey.user_id, PASSKEY_REMOVED, now=now)
    db.session.delete(passkey)


def _read(answer: str) -> tuple[dict[str, Any], bytes]:
    """What the browser sent, and the challenge that it says it signed."""
    try:
        credential = json.loads(answer)
        client = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        if not _DEVICE.fullmatch(credential["id"]):
            raise ValueError("no device's id")
        return credential, base64url_to_bytes(client["challenge"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(NOT_THIS, field="credential") from None


def _use(key: bytes, purpose: str, challenge: bytes, *, now: datetime) -> None:
    """Take a challenge, once: of two at the same moment the second meets the first one's row."""
    if not is_ours(key, purpose, challenge, now=now):
        raise Refused(NOT_THIS, field="credential")
    db.session.execute(delete(UsedChallenge).where(UsedChallenge.at < now - 2 * LASTS))
    try:
        with db.session.begin_nested():
            db.session.add(UsedChallenge(digest=hashlib.sha256(challenge).hexdigest(), at=now))
    except IntegrityError:
        raise Refused(NOT_THIS, field="credential") from None
