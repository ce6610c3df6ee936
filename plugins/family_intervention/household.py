"""Who may be helped, and who of a household must agree. Pure."""

from collections.abc import Sequence
from datetime import date

from core.plugin_api import ConsentNeeded, Finding, ReferralFacts
from plugins.family_intervention.family import (
    ADULT,
    CRITERIA,
    INSTEAD,
    NEEDED,
    Criterion,
    Member,
    is_adult,
    listed,
    now_of,
)
from plugins.family_intervention.payload import FamilyPayload


def findings(payload: FamilyPayload | None) -> Sequence[Finding]:
    """How many of the five criteria the household meets, and what to do instead where they are too few."""
    if payload is None:
        return (
            Finding.undetermined(
                f"The form asks which of the five the household meets; {NEEDED} are needed: {_named(tuple(Criterion))}."
            ),
        )
    met, unknown = payload.met, payload.unknown
    if len(met) >= NEEDED:
        return (Finding.eligible(f"The household meets {len(met)} of the five: {_named(met)}."),)
    told = f"The household meets {len(met)} of the five" + (f" ({_named(met)})" if met else "")
    if len(met) + len(unknown) >= NEEDED:
        return (
            Finding.undetermined(
                f"Cannot determine: {told[0].lower()}{told[1:]}, and {NEEDED} are needed. "
                f"Not known: {_named(unknown)}. Find out, and bring the criteria up to date."
            ),
        )
    instead = [INSTEAD[criterion] for criterion in met] or ["refer to the one service that helps with what is needed"]
    return (Finding.refused(f"{told}, and {NEEDED} are needed. Instead, {listed(instead)}."),)


def needed(facts: ReferralFacts[FamilyPayload], on: date) -> Sequence[ConsentNeeded]:
    """Every adult’s of the household, each their own. Whoever has no date of birth on record counts as an adult."""
    return tuple(_asked(member, facts) for member in household(facts) if is_adult(member.born, on))


def household(facts: ReferralFacts[FamilyPayload]) -> tuple[Member, ...]:
    """The household as the case knows them now; before a referral is made, whoever is to be referred."""
    people = {each.person.id: each.person for each in facts.case.people} | {facts.person.id: facts.person}
    payload = facts.payload
    if payload is None:
        return (Member(facts.person.id, facts.person.name, facts.person.date_of_birth),)
    return tuple(now_of(member, people) for member in payload.members)


def _asked(member: Member, facts: ReferralFacts[FamilyPayload]) -> ConsentNeeded:
    why = "Every adult of the household agrees to one plan for all of it. If one withdraws, it ends at once."
    if member.born is None:
        why = (
            f"Cannot determine whether they are {ADULT}: no date of birth is recorded, so they count as an adult. "
            "Add it to their page if they are a child."
        )
    return ConsentNeeded(member.consent_key, member.name, why)


def _named(criteria: Sequence[Criterion]) -> str:
    return listed([f"{CRITERIA[criterion][0].lower()}{CRITERIA[criterion][1:]}" for criterion in criteria])
