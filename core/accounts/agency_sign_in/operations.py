"""Coming in with an agency's own account, linking it with one's own here, and setting a provider up."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from core import audit
from core.accounts.agency_sign_in import queries
from core.accounts.agency_sign_in.exchange import LASTS, Begun, Shown
from core.accounts.models import IdentityProvider, LinkedIdentity, SignInAttempt, UsedChallenge, User
from core.accounts.operations import TOO_MANY, TRIES_WITHIN, end_other_sessions, end_sessions_of
from core.accounts.passwords import token_hash
from core.accounts.queries import lock_tries
from core.accounts.telling import AGENCY_ACCOUNT_LINKED, AGENCY_ACCOUNT_UNLINKED, tell_owner
from core.audit import Category
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Agency

NOT_LINKED = (
    "This account does not open Roundtable yet. Sign in with your password, then open “Your account”, “Your agency’s "
    "account” and link it. If you have no account in Roundtable, ask an administrator of your partnership."
)
NOT_YOURS = "This is not the account that yours in Roundtable is linked with."
NOT_JUST_NOW = (
    "Your agency did not say that you signed in there just now. Confirm with your password or a code instead, and tell "
    "whoever runs your agency’s accounts: they must send “auth_time”."
)
NOT_JUST_NOW_TO_LINK = (
    "Your agency did not say that you signed in there just now, so nothing was linked. Try again; if it happens again, "
    "tell whoever runs your agency’s accounts: they must send “auth_time”."
)
NOT_SERVED = "Your agency has no accounts of its own that open Roundtable."
HAS_ONE = "Your account is linked already. Unlink that first."
ANOTHERS = "This account of your agency is linked with somebody else’s in Roundtable. Ask an administrator."
SKEW = timedelta(minutes=1)
"""By which two clocks may differ."""
TWO_STEPS = "mfa"
"""Of `amr`: more than one step was taken (RFC 8176)."""
ANSWERS = 200
"""From one network that a provider did not stand by, within TRIES_WITHIN: nobody guesses a code, which is good once and
for whoever holds the verifier. The limit spares the provider, and no neighbour uses it up by the way."""


def count_answer(provider_id: int, *, network: str, now: datetime) -> int:
    """Count who comes back from a provider with a code; the number of the count. Raises Refused after too many.

    Apart from the tries at passwords, which are guessed: the row says nothing of its network but within the hash.
    """
    hashed = _answers_from(provider_id, network)
    lock_tries(hashed)
    if queries.answers(hashed, since=now - TRIES_WITHIN) >= ANSWERS:
        raise Refused(TOO_MANY)
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - 2 * TRIES_WITHIN))
    counted = SignInAttempt(email_hash=hashed, network="", at=now)
    db.session.add(counted)
    db.session.flush()
    return counted.id


def forget_answer(counted: int) -> None:
    """Forget that one: the provider was away, and who came can do nothing about it."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id == counted))


def forget_answers(provider_id: int, *, network: str) -> None:
    """Forget those from there: the provider stands by who came, and an office is one network."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.email_hash == _answers_from(provider_id, network)))


def _answers_from(provider_id: int, network: str) -> str:
    return token_hash(f"\0identity provider {provider_id} from {network}")


def use(begun: Begun, *, now: datetime) -> bool:
    """Take what was begun, once: of two answers at the same moment the second meets the first one's row."""
    db.session.execute(delete(UsedChallenge).where(UsedChallenge.at < now - 3 * LASTS))
    digest = hashlib.sha256(f"identity provider\0{begun.state}".encode()).hexdigest()
    try:
        with db.session.begin_nested():
            db.session.add(UsedChallenge(digest=digest, at=now))
    except IntegrityError:
        return False
    return True


def owner_shown(provider_id: int, shown: Shown, *, now: datetime) -> User:
    """Whose account it opens. Raises Refused, in the same words for nobody's, a retired one and another agency's."""
    found = queries.linked_owner(shown.issuer, shown.subject)
    if (
        found is None
        or found.provider_id != provider_id
        or found.user.retired_at is not None
        or found.user.agency_id != found.provider.agency_id
    ):
        raise Refused(NOT_LINKED)
    found.used_at = now
    return found.user


def note_coming_in(user: User) -> None:
    """Keep in the trail by which way they came in."""
    whose = Actor(user_id=user.id, name=user.name, agency_id=user.agency_id)
    audit.record(whose, Category.AUTH, "agency_account.use", object=f"account:{user.id}")


def took_two_steps(provider: IdentityProvider, shown: Shown) -> bool:
    """Whether what they did there counts as both steps here: where the administrator says so, and the provider, too."""
    if not provider.second_step_counts:
        return False
    return shown.acr == provider.acr if provider.acr else TWO_STEPS in shown.methods


def just_before(now: datetime) -> datetime:
    """Since when somebody must have shown their agency who they are, not to be asked again here at once."""
    return now - LASTS


def showed_just_now(shown: Shown, *, since: datetime, now: datetime) -> bool:
    """Whether they showed the provider who they are after that moment; a provider that does not say so has not."""
    return shown.signed_in_at is not None and since - SKEW <= shown.signed_in_at <= now + SKEW


def check_proof(actor: Actor, provider_id: int, shown: Shown, *, begun: Begun, now: datetime) -> None:
    """Raise Refused, and keep that in the trail, unless they showed their agency just now who they are."""
    found = queries.linked_owner(shown.issuer, shown.subject)
    reason = ""
    if (
        found is None
        or found.user_id != actor.user_id
        or found.provider_id != provider_id
        or found.provider.agency_id != actor.agency_id
    ):
        reason = NOT_YOURS
    elif not showed_just_now(shown, since=datetime.fromtimestamp(begun.at, UTC), now=now):
        reason = NOT_JUST_NOW
    if reason:
        audit.record(actor, Category.AUTH, "agency_account.prove", object=f"account:{actor.user_id}", outcome="deny")
        raise Refused(reason)


def check_anew(actor: Actor, shown: Shown, *, begun: Begun, now: datetime) -> None:
    """Raise Refused, and keep that in the trail, unless who is to be linked showed their agency just now who they are.

    The browser may hold a colleague's session there, which the provider must not answer by.
    """
    if not showed_just_now(shown, since=datetime.fromtimestamp(begun.at, UTC), now=now):
        audit.record(actor, Category.AUTH, "agency_account.link", object=f"account:{actor.user_id}", outcome="deny")
        raise Refused(NOT_JUST_NOW_TO_LINK)


def link(actor: Actor, *, provider_id: int, issuer: str, subject: str, now: datetime) -> LinkedIdentity:
    """Let an account of the actor's agency open theirs here; other sessions end.

    Raises Refused for a provider that does not serve their agency, or no longer as that issuer, for a second account,
    and for one that is somebody's.
    """
    provider = queries.provider_of(actor.agency_id)
    if actor.agency_id is None or provider is None or provider.id != provider_id or provider.issuer != issuer:
        raise Refused(NOT_SERVED)
    if any(each.provider_id == provider.id for each in queries.identities_of(actor.user_id)):
        raise Refused(HAS_ONE)
    made = LinkedIdentity(user_id=actor.user_id, provider_id=provider.id, issuer=issuer, subject=subject, linked_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise Refused(ANOTHERS) from None
    end_other_sessions(actor, now=now)
    tell_owner(actor.user_id, AGENCY_ACCOUNT_LINKED, now=now)
    audit.record(actor, Category.AUTH, "agency_account.link", object=f"account:{actor.user_id}")
    return made


def unlink(actor: Actor, identity: LinkedIdentity, *, now: datetime) -> None:
    """It opens the account no more; other sessions end, which it may have opened."""
    end_other_sessions(actor, now=now)
    audit.record(actor, Category.AUTH, "agency_account.unlink", object=f"account:{identity.user_id}")
    tell_owner(identity.user_id, AGENCY_ACCOUNT_UNLINKED, now=now)
    db.session.delete(identity)


@dataclass(frozen=True, slots=True)
class Details:
    """How a provider is reached. An empty secret leaves the one that is kept."""

    name: str
    issuer: str
    client_id: str
    client_secret: str
    second_step_counts: bool
    acr: str

    def shown(self) -> dict[str, object]:
        """What of it may be shown again, by the name of the form's field: never the secret."""
        return {
            "name": self.name,
            "issuer": self.issuer,
            "client_id": self.client_id,
            "second_step_counts": self.second_step_counts,
            "acr": self.acr,
        }


def details_of(provider: IdentityProvider) -> Details:
    """What is kept, less the secret."""
    return Details(provider.name, provider.issuer, provider.client_id, "", provider.second_step_counts, provider.acr)


def connect(
    actor: Actor, *, agency: Agency, provider: IdentityProvider | None, version: int, details: Details, now: datetime
) -> int:
    """Set a provider up for an agency, or change it; how many accounts are no longer linked.

    Those are unlinked, and their owners told, whose word came from another issuer than the one from now on. They are
    signed out, and so is everybody who is linked where two steps taken there count no longer as they did. Raises Stale;
    Refused where there is no secret to keep: never is one sent to an issuer that it was not entered for.
    """
    if provider is None:
        if not details.client_secret:
            raise Refused("Enter the client secret", field="client_secret")
        provider = IdentityProvider(agency_id=agency.id)
        db.session.add(provider)
        what = "identity_provider.add"
    else:
        if version != provider.version:
            raise Stale(details_of(provider).shown())
        if details.issuer != provider.issuer and not details.client_secret:
            raise Refused("Enter the client secret of the new issuer", field="client_secret")
        what = "identity_provider.change"
    gone = 0
    if provider.issuer not in (None, details.issuer):
        gone = _unlink_all(actor, provider, now=now)
    elif provider.second_step_counts and (not details.second_step_counts or provider.acr != details.acr):
        for owner in queries.owners_linked(provider):
            end_sessions_of(actor, owner, now=now)
    provider.name, provider.issuer, provider.client_id = details.name, details.issuer, details.client_id
    provider.second_step_counts, provider.acr = details.second_step_counts, details.acr
    if details.client_secret:
        provider.client_secret = details.client_secret
    db.session.flush()
    audit.record(actor, Category.ADMIN, what, object=f"agency:{agency.id}", payload=details.shown())
    return gone


def disconnect(actor: Actor, provider: IdentityProvider, *, now: datetime) -> int:
    """Take a provider away; how many accounts were linked.

    Their owners are told and signed out, and go on with their passwords.
    """
    gone = _unlink_all(actor, provider, now=now)
    audit.record(actor, Category.ADMIN, "identity_provider.remove", object=f"agency:{provider.agency_id}")
    db.session.delete(provider)
    return gone


def _unlink_all(actor: Actor, provider: IdentityProvider, *, now: datetime) -> int:
    owners = queries.owners_linked(provider)
    db.session.execute(delete(LinkedIdentity).where(LinkedIdentity.provider_id == provider.id))
    for owner in owners:
        end_sessions_of(actor, owner, now=now)
        tell_owner(owner.id, AGENCY_ACCOUNT_UNLINKED, now=now)
    return len(owners)
