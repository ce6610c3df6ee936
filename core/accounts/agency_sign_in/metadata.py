"""What an identity provider says of itself: its addresses and its keys (OpenID Connect Discovery 1.0)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from core.accounts.agency_sign_in.asking import NoAnswer, fault_in, fetched, is_loopback
from core.errors import RoundtableError

KEPT_FOR = timedelta(minutes=1)
"""A provider that went away is not led to for longer, and a key that it made today is known after that."""
ASKED_AGAIN_AFTER = timedelta(seconds=20)
"""Of one that did not answer: nobody waits for it meanwhile. While one that answered is asked, what it said stands."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the provider can make: never "none", and never one by a secret that both know."""

KEY_TYPES = ("RSA", "EC", "OKP")


class NotAsItShould(RoundtableError):
    """The provider answers, but not as it must. The message is a sentence for whoever set it up."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is needed of it."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    algorithms: tuple[str, ...]
    names_itself: bool
    """Whether its answers say whose they are (RFC 9207): then one that does not is somebody else's."""
    secret_in_body: bool
    """Whether it takes the secret in the body alone."""


@dataclass(frozen=True, slots=True)
class _Kept:
    metadata: Metadata
    keys: KeySet
    at: datetime


_kept: dict[str, _Kept] = {}
_failed: dict[str, datetime] = {}
_being_asked: set[str] = set()
_lock = Lock()


def known(issuer: str, *, now: datetime) -> tuple[Metadata, KeySet]:
    """Addresses and keys of a provider, as it told them less than a minute ago. Raises NoAnswer, NotAsItShould.

    One request asks; those that come meanwhile go by what was known, or on without: a slow one holds nobody else up.
    """
    with _lock:
        kept, failed, meanwhile = _kept.get(issuer), _failed.get(issuer), issuer in _being_asked
    lasts = KEPT_FOR + ASKED_AGAIN_AFTER if meanwhile else KEPT_FOR
    if kept is not None and timedelta(0) <= now - kept.at < lasts:
        return kept.metadata, kept.keys
    if failed is not None and timedelta(0) <= now - failed < ASKED_AGAIN_AFTER:
        raise NoAnswer("did not answer a moment ago")
    return asked(issuer, now=now)


def asked(issuer: str, *, now: datetime) -> tuple[Metadata, KeySet]:
    """The same, asked now. Raises NoAnswer, also while another request asks; NotAsItShould."""
    with _lock:
        if issuer in _being_asked:
            raise NoAnswer("is being asked")
        _being_asked.add(issuer)
    try:
        metadata = _checked(issuer, fetched(get_well_known_url(issuer, external=True)))
        keys = _keys_at(metadata.jwks_uri)
    except (NoAnswer, NotAsItShould):
        with _lock:
            _failed[issuer] = now
        raise
    finally:
        with _lock:
            _being_asked.discard(issuer)
    with _lock:
        _failed.pop(issuer, None)
        _kept[issuer] = _Kept(metadata, keys, now)
    return metadata, keys


def forget() -> None:
    """Ask everybody anew."""
    with _lock:
        _kept.clear()
        _failed.clear()


def _keys_at(address: str) -> KeySet:
    said = fetched(address).get("keys")
    usable = [
        key
        for key in (said if isinstance(said, list) else ())
        if isinstance(key, dict) and key.get("kty") in KEY_TYPES and key.get("use", "sig") == "sig"
    ]
    try:
        keys = KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise NotAsItShould("Its keys cannot be read.") from None
    if not usable:
        raise NotAsItShould("It shows no keys to check its signatures by.")
    return keys


def _checked(issuer: str, said: dict[str, Any]) -> Metadata:
    # Compared to the letter (Discovery, 4.3): a provider of many tenants that answers for all of them is none of ours.
    if said.get("issuer") != issuer:
        raise NotAsItShould(
            "It calls itself something else than the issuer that you entered. Enter the issuer of your own tenant, to "
            "the letter; an address for all organisations, like “common”, is not taken."
        )
    addresses = {name: said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    for name, address in addresses.items():
        if not isinstance(address, str) or fault_in(address) is not None:
            raise NotAsItShould(f"Its {name} is no address that begins with https://.")
        if is_loopback(address) and not is_loopback(issuer):
            raise NotAsItShould(f"Its {name} leads to this machine.")
    algorithms = tuple(name for name in _listed(said, "id_token_signing_alg_values_supported") if name in ALGORITHMS)
    if not algorithms:
        raise NotAsItShould("It signs in no way that only it could.")
    methods = _listed(said, "code_challenge_methods_supported")
    if methods and "S256" not in methods:
        raise NotAsItShould("It does not take part in PKCE with S256.")
    ways = _listed(said, "token_endpoint_auth_methods_supported")
    return Metadata(
        **{name: str(address) for name, address in addresses.items()},
        algorithms=algorithms,
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        secret_in_body=bool(ways) and "client_secret_basic" not in ways and "client_secret_post" in ways,
    )


def _listed(said: dict[str, Any], name: str) -> list[str]:
    found = said.get(name)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
