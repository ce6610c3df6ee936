"""A referral begins at its pathway's first stage: what referring and handing over have in common."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core import audit, plugin_host
from core.audit import Category
from core.cases.models import Case
from core.clock import local_date
from core.disclosures.lists import Kind
from core.disclosures.usual import grounds_of
from core.errors import Refused
from core.extensions import db
from core.facts import Actor
from core.partnerships.models import Provider
from core.partnerships.numbering import take_reference
from core.people.models import Person
from core.plugin_api.facts import Progress, Reached
from core.plugin_api.pathway import ConsentNeeded, Pathway, StageMove
from core.policy.room import ItemInRoom
from core.recording.numbers import take_number_to_record
from core.references import Numbered
from core.referrals.facts import facts_of
from core.referrals.keeping import frozen, keep_move, tell_case
from core.referrals.lengths import lengths_for
from core.referrals.models import Referral, ReferralConsent
from core.referrals.partners import keep_partners


@dataclass(frozen=True, slots=True)
class Opening:
    """Who is referred from which case to which provider with what, and by which agency and user.

    `at` is the item of the meeting in which it is done. `continues` is the referral that another provider hands over,
    and `agreed_on` the day on which everybody whose consent it needs agreed to that.
    """

    case: Case
    person: Person
    provider: Provider
    pathway: Pathway[Any]
    payload: Any
    agency_id: int
    user_id: int
    at: ItemInRoom | None = None
    note: str = ""
    continues: Referral | None = None
    agreed_on: date | None = None


def begin(actor: Actor, opening: Opening, action: str, *, now: datetime) -> Referral:
    """Make the referral, with the consents that its form asked for. `action` is what the audit trail calls it."""
    case, person, pathway, on = opening.case, opening.person, opening.pathway, local_date(now)
    first, earlier, at = pathway.stages[0], opening.continues, opening.at
    item_id = at.item.id if at is not None else None
    lengths = lengths_for(pathway, case.partnership_id, case_id=case.id, item_id=item_id)
    referral = Referral(
        partnership_id=case.partnership_id,
        ref=take_reference(Referral.ref, case.partnership_id, Numbered.REFERRAL, on.year),
        case=case,
        person=person,
        provider=opening.provider,
        pathway_key=pathway.key,
        pathway_title=pathway.title,
        referrer_agency_id=opening.agency_id,
        referrer_user_id=opening.user_id,
        item_id=item_id,
        stage=first.key,
        stage_title=first.title,
        stage_since=on,
        payload_version=pathway.payload_version,
        opened_at=now,
        moved_at=now,
        continues_id=earlier.id if earlier is not None else None,
        judged_on=earlier.judged_on or local_date(earlier.opened_at) if earlier is not None else None,
        **frozen(pathway, opening.payload, Progress((Reached(first.key, on),)), lengths),
    )
    referral.stand_on(grounds_of(case.partnership_id, Kind.REFERRAL))
    db.session.add(referral)
    keep_move(actor, referral, source="", now=now, note=opening.note)
    db.session.flush()
    facts = facts_of(referral, pathway)
    with plugin_host.guarded(pathway, "consents"):
        needed = pathway.consents(facts, on)
    referral.consents.extend(_asked(actor, consent, opening.agreed_on, on=on) for consent in needed)
    with plugin_host.guarded(pathway, "moved"):
        pathway.moved(StageMove(facts, target=first.key, actor=actor, on=on))
    assert facts.progress is not None
    keep_partners(actor, referral, pathway, facts, facts.progress, now=now)
    tell_case(actor, referral, f"Referred to {pathway.title} ({referral.ref})", now=now)
    if at is not None:
        take_number_to_record(actor, at.item.meeting, item=at.item)
    with plugin_host.guarded(pathway, "concerns"):
        concerned = list(pathway.concerns(facts))
    audit.record(
        actor,
        Category.DISCLOSURE,
        action,
        object=f"referral:{referral.id}",
        subjects=[person.id, *concerned],
        purpose=f"case:{case.id}",
        recipient=f"ag_{opening.provider.agency_id}",
        payload={**referral.payload, "note": opening.note} if opening.note else referral.payload,
    )
    db.session.flush()
    return referral


def _asked(actor: Actor, needed: ConsentNeeded, agreed_on: date | None, *, on: date) -> ReferralConsent:
    """The consent as it stands when the referral is made: given already, or to be asked for."""
    given_on = agreed_on or needed.given_on
    if given_on is not None and given_on > on:
        raise Refused(f"{needed.who}: the day of the consent must be today or in the past.", field="agreed_on")
    return ReferralConsent(
        key=needed.key,
        label=needed.who,
        given_on=given_on,
        recorded_by_id=None if given_on is None else actor.user_id,
    )
