"""Passwords: Argon2id, and what makes one acceptable (OWASP ASVS 5.0, 6.2)."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import Refused

SHORTEST = 12
LONGEST = 256
GUESSABLE_BELOW = 3
"""On zxcvbn's scale of 0 to 4: safely unguessable is 3."""


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _decoy() -> str:
    """A hash of nothing anybody knows: an unknown address takes as long as a wrong password."""
    return _hasher().hash(secrets.token_hex(32))


def hash_password(password: str) -> str:
    """The Argon2id hash to keep. Raises Refused, with what to mend, for one that is too weak."""
    problem = weakness(password)
    if problem:
        raise Refused(problem)
    return _hasher().hash(password)


def weakness(password: str) -> str:
    """What is wrong with a password, as a message; empty when it will do."""
    if len(password) < SHORTEST:
        return f"Your password must be {SHORTEST} characters or more"
    if len(password) > LONGEST:
        return f"Your password must be {LONGEST} characters or fewer"
    from zxcvbn import zxcvbn  # its lists of common passwords take 0.1 s to load; few requests need them

    if zxcvbn(password[:72])["score"] < GUESSABLE_BELOW:
        return "Choose a password that is harder to guess: three random words work well"
    return ""


def matches(password: str, stored: str | None) -> bool:
    """Whether it is the password of that hash. Takes as long when there is none."""
    try:
        return _hasher().verify(stored or _decoy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def token_hash(token: str) -> str:
    """SHA-256 of a session's or an invitation's token, which has 256 bits of chance: no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
