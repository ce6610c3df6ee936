"""Which agencies have a part in a referral's plan: the pathway names them, and the core keeps since and until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from core import audit, plugin_host
from core.audit import Category
from core.clock import local_date
from core.extensions import db
from core.facts import Actor
from core.partnerships.belonging import agencies_in
from core.plugin_api.facts import Progress, ReferralFacts
from core.plugin_api.pathway import Pathway
from core.referrals.models import Referral, ReferralPartner


def keep_partners(
    actor: Actor,
    referral: Referral,
    pathway: Pathway[Any],
    facts: ReferralFacts[Any],
    progress: Progress,
    *,
    now: datetime,
) -> None:
    """Bring them in step with what the pathway says after a move. `facts` hold the payload as it is after it.

    An agency that does not belong to the partnership gets no part, whatever the pathway says; in a closed referral
    nobody has one. Whoever gets a part may read of the referral from now on: the trail keeps it as a disclosure.
    """
    if referral.closed_at is not None:
        end_partners(referral, now=now)
        return
    with plugin_host.guarded(pathway, "partners"):
        named = set(pathway.partners(facts.payload, progress))
    present = {part.agency_id: part for part in _at_present(referral)}
    for agency_id in present.keys() - named:
        present[agency_id].until = now
    if added := named - present.keys():
        inside = {number for number, _ in agencies_in(referral.partnership_id, on=local_date(now))}
        for agency_id in sorted(added & inside):
            _give_part(actor, referral, pathway, facts, agency_id, now=now)
    db.session.flush()


def end_partners(referral: Referral, *, now: datetime) -> None:
    """Nobody has a part any longer."""
    for part in _at_present(referral):
        part.until = now
    db.session.flush()


def _at_present(referral: Referral) -> Iterable[ReferralPartner]:
    return (part for part in referral.partners if part.until is None)


def _give_part(
    actor: Actor,
    referral: Referral,
    pathway: Pathway[Any],
    facts: ReferralFacts[Any],
    agency_id: int,
    *,
    now: datetime,
) -> None:
    referral.partners.append(ReferralPartner(agency_id=agency_id, since=now))
    with plugin_host.guarded(pathway, "concerns"):
        concerned = list(pathway.concerns(facts))
    audit.record(
        actor,
        Category.DISCLOSURE,
        "referral.give_part",
        object=f"referral:{referral.id}",
        subjects=[referral.person_id, *concerned],
        purpose=f"case:{referral.case_id}",
        recipient=f"ag_{agency_id}",
    )
