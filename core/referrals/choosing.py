"""Whom of a case may be referred, and where to: asked before any form is filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import plugin_host
from core.cases.models import Case
from core.facts import Actor
from core.partnerships.models import Provider
from core.people.models import Person
from core.plugin_api.pathway import Eligibility, Finding, Pathway, overall
from core.plugin_host import PluginFailed
from core.referrals import operations, queries
from core.referrals.facts import facts_before


@dataclass(frozen=True, slots=True)
class Place:
    """A provider to whom somebody might be referred, and what room it has. `refusal`: why not; `missing`: what is to
    be found out first; `already`: that they are referred there now.
    """

    provider: Provider
    pathway: Pathway[Any]
    room: queries.Places
    refusal: str = ""
    missing: str = ""
    already: str = ""

    @property
    def is_open(self) -> bool:
        """Whether a referral can be made."""
        return not (self.refusal or self.already)


def choices(actor: Actor, case: Case, *, on: date) -> list[tuple[Person, str, list[Place]]]:
    """Each person of the case with their roles, and every provider with what its pathway says of that person."""
    providers = queries.providers_in(case.partnership_id, on=on)
    people = queries.people_in(case)
    open_refs = queries.open_references(actor, [person.id for person, _ in people])
    rooms = queries.places_of(providers)
    return [
        (person, roles, [_place(case, person, each, rooms[each.id], open_refs, on=on) for each in providers])
        for person, roles in people
    ]


def away(case: Case, *, on: date) -> list[str]:
    """Why nobody can be referred to providers whose plugin is gone or switched off, a sentence each."""
    return [
        f"{provider.agency.name}: {plugin_host.why_away(provider.pathway_key, title, case.partnership_id)}"
        for provider, title in queries.providers_away(case.partnership_id, on=on)
    ]


def _place(
    case: Case,
    person: Person,
    provider: Provider,
    room: queries.Places,
    open_refs: dict[tuple[int, str], str],
    *,
    on: date,
) -> Place:
    pathway = plugin_host.pathways(provider.partnership_id)[provider.pathway_key]
    ref = open_refs.get((person.id, pathway.key))
    already = "" if ref is None else operations.referred_already(pathway.title, ref)
    try:
        findings = operations.findings_for(facts_before(case, person, provider, pathway), pathway, on=on)
    except PluginFailed as failed:
        return Place(provider, pathway, room, refusal=failed.reason, already=already)
    result = overall(findings)
    return Place(
        provider,
        pathway,
        room,
        refusal=_reasons(findings, Eligibility.REFUSED) if result is Eligibility.REFUSED else "",
        missing=_reasons(findings, Eligibility.UNDETERMINED),
        already=already,
    )


def _reasons(findings: Sequence[Finding], result: Eligibility) -> str:
    return " ".join(found.reason for found in findings if found.result is result)
