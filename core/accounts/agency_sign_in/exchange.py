"""To an agency's provider, and who came back from it: OpenID Connect Core 1.0, by code and with PKCE."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests.exceptions import RequestException

from core.accounts.agency_sign_in.asking import NoAnswer, bound
from core.accounts.agency_sign_in.metadata import known
from core.accounts.models import IdentityProvider
from core.errors import RoundtableError

LASTS = timedelta(minutes=10)
"""From being sent to the provider until coming back."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""
SCOPE = "openid profile email"
"""Name and address are shown to their owner before they link the account, and are kept nowhere."""


class NotTaken(RoundtableError):
    """What came back is not what it must be. The message is for the log: a kind of fault, and nobody's name."""


class Errand(StrEnum):
    """What somebody was sent to the provider for."""

    SIGN_IN = "sign in"
    LINK = "link"
    PROVE = "prove"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A provider as it is asked, apart from the row: nobody waits for its answer in a transaction."""

    id: int
    agency: int
    issuer: str
    client_id: str
    client_secret: str
    acr: str

    @classmethod
    def of(cls, provider: IdentityProvider) -> Self:
        """That of a row."""
        return cls(
            provider.id,
            provider.agency_id,
            provider.issuer,
            provider.client_id,
            provider.client_secret,
            provider.acr,
        )


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser keeps, signed, while its owner is away: good once, for one provider and one errand."""

    provider: int
    errand: str
    state: str
    nonce: str
    verifier: str
    session: int
    """The session that it was begun in; 0 for nobody's."""
    onward: str
    """Where they wanted to go."""
    at: int
    """Seconds since 1970."""

    def kept(self) -> dict[str, Any]:
        """For the browser's cookie."""
        return asdict(self)

    @classmethod
    def read(cls, kept: object, *, now: datetime) -> Self | None:
        """What was kept, while it is good."""
        if not isinstance(kept, dict):
            return None
        try:
            begun = cls(**kept)
        except TypeError:
            return None
        return begun if 0 <= int(now.timestamp()) - begun.at <= LASTS.total_seconds() else None


@dataclass(frozen=True, slots=True)
class Shown:
    """Who came back: the provider's word, checked."""

    issuer: str
    subject: str
    called: str
    """Name and address there, for their owner's eyes."""
    methods: frozenset[str]
    acr: str
    signed_in_at: datetime | None
    """When they last showed the provider who they are, where it says so."""


def begin(errand: Errand, tenant: Tenant, *, session: int, onward: str, now: datetime) -> Begun:
    """New chance for one errand."""
    return Begun(
        provider=tenant.id,
        errand=errand,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        session=session,
        onward=onward,
        at=int(now.timestamp()),
    )


def way_there(begun: Begun, tenant: Tenant, *, back: str, again: bool, now: datetime) -> str:
    """The address at the provider. `back`: where it sends them on to; `again`: they show there anew who they are.

    Raises NoAnswer, NotAsItShould.
    """
    metadata, _ = known(tenant.issuer, now=now)
    extra: dict[str, Any] = {"prompt": "login"} if again else {}
    if begun.errand in (Errand.PROVE, Errand.LINK):
        extra["max_age"] = 0
    if tenant.acr:
        extra["acr_values"] = tenant.acr
    with _client(tenant, back=back) as client:
        address, _ = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=begun.state,
            nonce=begun.nonce,
            code_verifier=begun.verifier,
            **extra,
        )
    return str(address)


def who_came(begun: Begun, tenant: Tenant, *, code: str, named: str | None, back: str, now: datetime) -> Shown:
    """Change the code for the provider's word, and check it. `named`: whose the answer says it is (RFC 9207).

    Raises NotTaken, NoAnswer, NotAsItShould.
    """
    metadata, keys = known(tenant.issuer, now=now)
    if (named is not None and named != tenant.issuer) or (named is None and metadata.names_itself):
        raise NotTaken("another issuer answers")
    way = "client_secret_post" if metadata.secret_in_body else "client_secret_basic"
    try:
        with _client(tenant, back=back, way=way) as client:
            given = client.fetch_token(
                metadata.token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                redirect_uri=back,
                allow_redirects=False,
            )
    except (AuthlibBaseError, TypeError):
        raise NotTaken("the code is not taken") from None
    except (RequestException, ValueError):
        raise NoAnswer("no token") from None
    token = given.get("id_token")
    if not isinstance(token, str):
        raise NotTaken("no id_token")
    try:
        claims = _read(token, keys, metadata.algorithms, tenant)
        _check(claims, begun, tenant, given.get("access_token"), now=now)
        return _shown(claims)
    except (JoseError, ValueError, TypeError, KeyError, OverflowError, OSError) as fault:
        raise NotTaken(f"the id_token: {type(fault).__name__}") from None


def _client(tenant: Tenant, *, back: str, way: str = "client_secret_basic") -> OAuth2Session:
    client = OAuth2Session(
        tenant.client_id,
        tenant.client_secret,
        scope=SCOPE,
        redirect_uri=back,
        code_challenge_method="S256",
        token_endpoint_auth_method=way,
    )
    bound(client)
    return client


def _read(token: str, keys: KeySet, algorithms: tuple[str, ...], tenant: Tenant) -> CodeIDToken:
    """The token's claims, if one of the provider's keys signed them."""
    registry = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    read = jwt.decode(token, keys, registry=registry)
    options = {
        "iss": {"essential": True, "value": tenant.issuer},
        "aud": {"essential": True, "value": tenant.client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True},
    }
    return CodeIDToken(read.claims, read.header, options)


def _check(claims: CodeIDToken, begun: Begun, tenant: Tenant, access_token: object, *, now: datetime) -> None:
    """OpenID Connect Core 1.0, 3.1.3.7. Raises JoseError or ValueError."""
    claims.params = {"nonce": begun.nonce, "client_id": tenant.client_id}
    if isinstance(access_token, str):
        claims.params["access_token"] = access_token
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255 or not claims["sub"].isascii():
        raise ValueError("no subject")
    if claims["iat"] < begun.at - LEEWAY:
        raise ValueError("made before it was asked for")


def _shown(claims: Mapping[str, Any]) -> Shown:
    methods, since = claims.get("amr"), claims.get("auth_time")
    called = [str(claims.get(name) or "") for name in ("name", "email")]
    called[1] = called[1] or str(claims.get("preferred_username") or "")
    return Shown(
        issuer=claims["iss"],
        subject=claims["sub"],
        called=", ".join(each for each in called if each)[:200],
        methods=frozenset(each for each in methods if isinstance(each, str))
        if isinstance(methods, list)
        else frozenset(),
        acr=str(claims.get("acr") or ""),
        signed_in_at=datetime.fromtimestamp(since, UTC) if isinstance(since, int | float) else None,
    )
