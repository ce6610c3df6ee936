"""One-time codes (RFC 6238), the picture that an app reads, and recovery codes. Pure: the moment is an argument."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

import pyotp
import segno

STEP = 30
"""Seconds that a code is shown."""
AROUND = (-1, 0, 1)
"""A clock may be half a minute off, and a code is typed as it changes."""
RECOVERY_CODES = 10


def new_seed() -> str:
    """A secret for an app, in base 32: 160 bits, as the standard asks."""
    return pyotp.random_base32()


def matching_counter(seed: str, typed: str, now: datetime) -> int | None:
    """The half minute whose code was typed, or None. Takes as long whichever it is, and where it is none."""
    code = typed.encode()
    this = int(now.timestamp()) // STEP
    generator = pyotp.TOTP(seed)
    found = None
    for counter in (this + distance for distance in AROUND):
        if hmac.compare_digest(generator.generate_otp(counter).encode(), code):
            found = counter
    return found


def code_at(seed: str, now: datetime) -> str:
    """What the app shows at that moment."""
    return pyotp.TOTP(seed).generate_otp(int(now.timestamp()) // STEP)


def address_for_app(seed: str, email: str) -> str:
    """What the picture holds: whose account it is, and the secret."""
    return pyotp.TOTP(seed).provisioning_uri(name=email, issuer_name="Roundtable")


def picture(text: str) -> str:
    """A QR code of it, as an address of a picture with the picture in it: it is shown once and kept nowhere."""
    made = BytesIO()
    segno.make(text, error="m").save(made, kind="svg", scale=1, border=4, xmldecl=False, light="#fff")
    return "data:image/svg+xml;base64," + base64.b64encode(made.getvalue()).decode()


def in_fours(seed: str) -> str:
    """The secret as somebody types it who cannot take the picture."""
    return " ".join(seed[start : start + 4] for start in range(0, len(seed), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 bits: too many to try, so that a fast hash of each will do."""
    return [_grouped(base64.b32encode(secrets.token_bytes(10)).decode().lower()) for _ in range(RECOVERY_CODES)]


def as_file(shown: Sequence[str]) -> str:
    """The codes as an address of a text file with them in it: no other page need know them."""
    text = "Recovery codes for Roundtable. Each works once, instead of a code of your app.\n\n" + "\n".join(shown)
    return "data:text/plain;base64," + base64.b64encode(f"{text}\n".encode()).decode()


def recovery_hash(typed: str) -> str:
    """SHA-256 of a recovery code, however it was typed."""
    return hashlib.sha256("".join(letter for letter in typed.lower() if letter.isalnum()).encode()).hexdigest()


def only_digits(typed: str) -> str:
    """A code as it is compared: apps show it in two groups, and somebody types the gap."""
    return "".join(typed.split())


def _grouped(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
