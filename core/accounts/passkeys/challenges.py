"""What a device signs: made here, of this purpose, a few minutes old at most, and good once."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

LASTS = timedelta(minutes=15)
_CHANCE, _TIME, _SEAL = 16, 8, 32


def new_challenge(key: bytes, purpose: str, *, now: datetime) -> bytes:
    """Chance, the moment and a seal over both: nothing need be kept until it comes back."""
    body = secrets.token_bytes(_CHANCE) + int(now.timestamp()).to_bytes(_TIME, "big")
    return body + _seal(key, purpose, body)


def is_ours(key: bytes, purpose: str, challenge: bytes, *, now: datetime) -> bool:
    """Whether it was made here for that purpose, and just now."""
    body, seal = challenge[:-_SEAL], challenge[-_SEAL:]
    if len(body) != _CHANCE + _TIME or not hmac.compare_digest(seal, _seal(key, purpose, body)):
        return False
    age = now.timestamp() - int.from_bytes(body[_CHANCE:], "big")
    return -1 <= age <= LASTS.total_seconds()


def _seal(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.new(key, b"roundtable-passkey\0" + purpose.encode() + b"\0" + body, hashlib.sha256).digest()
