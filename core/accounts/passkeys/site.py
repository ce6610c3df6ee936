"""Which site a passkey is for, and what a browser is asked."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app
from webauthn import generate_authentication_options, generate_registration_options, options_to_json
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.facts import Actor


@dataclass(frozen=True, slots=True)
class Site:
    """The name that passkeys are bound to, and the address that a browser must be at."""

    name: str
    origin: str


def site() -> Site | None:
    """The installation's; None where browsers make no passkeys: without HTTPS, or at an address of numbers."""
    config = current_app.config["ROUNDTABLE"]
    parts = urlsplit(config.external_url)
    name = parts.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        secure = config.secure or name == "localhost"
        return Site(name, f"{parts.scheme}://{parts.netloc}") if secure and name else None
    return None


def options_to_register(at: Site, actor: Actor, challenge: bytes, had: list[str]) -> str:
    """What the browser is asked for a new passkey: one that it finds by itself, on a device that is unlocked for it."""
    return options_to_json(
        generate_registration_options(
            rp_id=at.name,
            rp_name="Roundtable",
            user_id=actor.opaque.encode(),
            user_name=actor.email,
            user_display_name=actor.name,
            challenge=challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in had],
        )
    )


def options_to_sign_in(at: Site, challenge: bytes) -> str:
    """What the browser is asked at sign-in: any passkey that it has for this site. Names nobody."""
    return options_to_json(
        generate_authentication_options(
            rp_id=at.name, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
        )
    )
