"""Registering an agency as provider of a pathway, and what the partnership says to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from core import audit, plugin_host
from core.clock import local_date
from core.errors import Refused, Stale
from core.extensions import db
from core.facts import Actor, ProviderStatus
from core.partnerships.agencies.queries import membership_of, signatures_of
from core.partnerships.models import Provider
from core.partnerships.providers import queries, staff
from core.partnerships.signatures import status_on
from core.plugin_api.pathway import Pathway

ALREADY = "Your agency is registered for this pathway already"
NO_PATHWAY = "This pathway is not installed here, or switched off"


@dataclass(frozen=True, slots=True)
class ProviderDetails:
    """What an agency says of its scheme. `capacity`: referrals that it can work on at a time."""

    capacity: int
    contact: str
    area: str


def register(
    actor: Actor,
    *,
    partnership_id: int,
    agency_id: int,
    pathway_key: str,
    details: ProviderDetails,
    now: datetime,
) -> Provider:
    """Ask to be a provider of a pathway, with whoever asks as its only staff.

    Raises Refused when the agency has asked before, or no plugin brings it.
    """
    if plugin_host.pathway(pathway_key, partnership_id) is None:
        raise Refused(NO_PATHWAY)
    if any(row.pathway_key == pathway_key for row in queries.providers_of_agency(partnership_id, agency_id)):
        raise Refused(ALREADY)
    row = Provider(
        partnership_id=partnership_id,
        agency_id=agency_id,
        pathway_key=pathway_key,
        status=ProviderStatus.REGISTERED,
        registered_at=now,
        registered_by_id=actor.user_id,
        **asdict(details),
    )
    db.session.add(row)
    db.session.flush()
    staff.begin(row, actor.user_id, on=local_date(now))  # nobody else, until the agency says who
    _record(actor, "provider.register", row, {"pathway": pathway_key, "staff": actor.user_id, **asdict(details)})
    return row


def details_of(row: Provider) -> ProviderDetails:
    """What the agency says of its scheme now."""
    return ProviderDetails(row.capacity, row.contact, row.area)


def change(actor: Actor, *, provider: Provider, version: int, details: ProviderDetails, now: datetime) -> None:
    """Change capacity, contact and area. A registration that was declined asks again by this. Raises Stale."""
    _check(provider, version)
    provider.capacity, provider.contact, provider.area = details.capacity, details.contact, details.area
    if provider.status is ProviderStatus.DECLINED:
        provider.status, provider.reason = ProviderStatus.REGISTERED, ""
        provider.registered_at, provider.registered_by_id = now, actor.user_id
        provider.decided_at = provider.decided_by_id = None
    _record(actor, "provider.change", provider, asdict(details))


def change_settings(
    actor: Actor,
    *,
    provider: Provider,
    pathway: Pathway[Any],
    version: int,
    values: Mapping[str, Any],
    now_in_words: Mapping[str, str],
) -> None:
    """Keep what the pathway's own form of settings holds. `now_in_words` is what is kept now, for whoever comes second.

    Raises Stale.
    """
    if version != provider.version:
        raise Stale(told=now_in_words)
    provider.settings, provider.settings_version = dict(values), pathway.settings_version
    _record(actor, "provider.settings", provider, {"version": pathway.settings_version, **values})


def approve(actor: Actor, *, provider: Provider, version: int, now: datetime, on: date) -> None:
    """Let it receive referrals. Raises Stale; Refused when it does already, or its agency may not see names today."""
    _check(provider, version)
    if provider.status is ProviderStatus.APPROVED:
        raise Refused("It is approved already.")
    membership = membership_of(provider.partnership_id, provider.agency_id)
    if membership is None:
        raise Refused("The agency does not belong to this partnership.")
    periods = [(each.signed_on, each.expires_on) for each in signatures_of(membership)]
    signature = status_on(on, left_on=membership.left_on, periods=periods)
    if not signature.in_force:
        raise Refused(
            f"{provider.agency.name} is not a signatory of the Information Sharing Protocol today "
            f"({signature.words.lower()}), so nobody can be referred to it. Record its signature first."
        )
    _decide(actor, provider, ProviderStatus.APPROVED, "", now=now)


def decline(actor: Actor, *, provider: Provider, version: int, reason: str, now: datetime) -> None:
    """Say no to a registration that waits. Raises Stale, and Refused for one that was decided on."""
    _check(provider, version)
    if provider.status is not ProviderStatus.REGISTERED:
        raise Refused("Only a registration that is waiting for approval can be declined.")
    _decide(actor, provider, ProviderStatus.DECLINED, reason, now=now)


def suspend(actor: Actor, *, provider: Provider, version: int, reason: str, now: datetime) -> None:
    """Stop new referrals; those that are open go on. Raises Stale, and Refused for one that is not approved."""
    _check(provider, version)
    if provider.status is not ProviderStatus.APPROVED:
        raise Refused("Only an approved provider can be suspended.")
    _decide(actor, provider, ProviderStatus.SUSPENDED, reason, now=now)


def _decide(actor: Actor, provider: Provider, status: ProviderStatus, reason: str, *, now: datetime) -> None:
    provider.status, provider.reason = status, reason
    provider.decided_at, provider.decided_by_id = now, actor.user_id
    _record(actor, f"provider.{status.name.lower()}", provider, {"reason": reason})


def _check(provider: Provider, version: int) -> None:
    if version != provider.version:
        raise Stale(asdict(details_of(provider)), told={"Status": provider.status.value, "Reason": provider.reason})


def _record(actor: Actor, action: str, provider: Provider, payload: dict[str, object]) -> None:
    audit.record(actor, audit.Category.ADMIN, action, object=f"provider:{provider.id}", payload=payload)
