"""Writes of the register: with each move of a referral, and on the service's own page."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from core.plugin_api import (
    Actor,
    Category,
    Permission,
    ReferralAtProvider,
    Refused,
    StageMove,
    Stale,
    now_kept_as,
    record,
    referral_of,
    require,
    session,
)
from plugins.family_intervention import queries
from plugins.family_intervention.family import Domain, Kind, Level, improved
from plugins.family_intervention.models import Action, Family, Finding, Meeting, Member, Outcome
from plugins.family_intervention.payload import FamilyPayload

_referral = referral_of("family_intervention")


def keep_family(move: StageMove[FamilyPayload], after: FamilyPayload, *, closed: bool) -> Family:
    """Enter the family, or bring its entry in step with what the referral says after a move.

    Raises Refused for a household of which somebody belongs to another that is helped now.
    """
    referral = move.referral
    assert referral.id is not None and referral.provider_id is not None and referral.progress is not None
    family = queries.family_of(referral.id)
    if family is None:
        assert move.actor.partnership_id is not None  # a referral is moved inside a partnership
        family = Family(
            referral_id=referral.id,
            partnership_id=move.actor.partnership_id,
            opened_on=referral.progress.opened_on,
        )
        session().add(family)
    family.provider_id = referral.provider_id
    family.key_worker, family.next_lead = after.key_worker, after.next_lead
    family.plan, family.goals = after.plan, "\n".join(after.goals)
    family.visited_on, family.agreed_on = after.visited_on, after.agreed_on
    family.closed_on = move.on if closed else None
    if move.transition is None and move.source is not None and not closed:
        family.reopened_on = move.on
    if move.target == "allocated" and move.source != "allocated":
        family.allocated_on = move.on
    if (move.target == "stepped_down") != (move.source == "stepped_down"):
        family.stepped_down_on = (
            move.on if move.target == "stepped_down" else family.stepped_down_on if closed else None
        )
    session().flush()
    _keep_members(family, after, on=move.on, closed=closed)
    _keep_actions(family, after)
    session().flush()
    return family


def log_meeting(family: Family, *, held_on: date, kind: Kind, told: str) -> None:
    """Add a line to the family's log."""
    session().add(Meeting(family_id=family.id, held_on=held_on, kind=kind.value, told=told))
    session().flush()


def keep_findings(family: Family, answers: Mapping[str, Any]) -> None:
    """Keep what was found of all ten domains, and what has improved since the first time."""
    before = queries.findings_of(family.id)
    start = {found.domain: Level(found.level) for found in before if found.round == 0}
    number = max((found.round for found in before), default=-1) + 1
    for domain in Domain:
        level = Level(answers[domain.value])
        session().add(
            Finding(
                family_id=family.id,
                round=number,
                made_on=date.fromisoformat(answers["done_on"]),
                domain=domain.value,
                level=level.value,
                improved=improved(start[domain.value], level) if domain.value in start else None,
                note=answers.get(f"{domain.value}_note") or "",
            )
        )
    session().flush()


def keep_outcomes(family: Family, measures: Mapping[str, str], *, on: date) -> None:
    """Keep what came of the ten domains: what is said last counts."""
    kept = {outcome.domain: outcome for outcome in queries.outcomes_of(family.id)}
    for domain, change in measures.items():
        outcome = kept.get(domain)
        if outcome is None:
            session().add(Outcome(family_id=family.id, domain=domain, change=change, said_on=on))
        else:
            outcome.change, outcome.said_on = change, on
    session().flush()


def change_member(actor: Actor, *, referral: ReferralAtProvider, member: Member, version: int, **details: Any) -> None:
    """Change what is kept of one of the household. Raises Stale with what is stored when somebody else saved first."""
    require(actor, Permission.KEEP_RECORD, referral, hidden="This is another agency’s referral.")
    if referral.closed:
        raise Refused("This referral is closed. Open it again to change what is kept of the household.")
    if member.version != version:
        raise Stale({name: getattr(member, name) for name in details})
    for name, value in details.items():
        setattr(member, name, value)
    session().flush()
    record(
        actor,
        Category.ALTERATION,
        "family_intervention.member_change",
        object=f"referral:{referral.id}",
        subjects=[member.person_id],
        purpose=f"case:{referral.case_id}",
        payload=details,
    )


def _keep_members(family: Family, after: FamilyPayload, *, on: date, closed: bool) -> None:
    """Who is of the household now; whoever is not any longer, and everybody when it is closed, has left."""
    present = {member.person_id: member for member in family.members if member.left_on is None}
    # The payload has them as they were picked; two records of one person may have been merged since.
    ids = now_kept_as([member.person_id for member in after.members])
    wanted = {} if closed else {ids[member.person_id]: member for member in after.members}
    for person_id in present.keys() - wanted.keys():
        present[person_id].left_on = on
    session().flush()
    for person_id, member in wanted.items():
        row = present.get(person_id)
        if row is None:
            _require_first(person_id, on=on)
            row = Member(person_id=person_id, since=on)
            family.members.append(row)
        row.name, row.born = member.name, member.born


def _require_first(person_id: int, *, on: date) -> None:
    """A referral that was closed while nobody could tell the register has ended, too."""
    found = queries.household_with(person_id)
    if found is None:
        return
    if not _referral(referral_id=found.family.referral_id).closed:
        raise Refused(
            "Somebody of this household belongs to one that is helped already: there is one plan for a household."
        )
    for member in found.family.members:
        member.left_on = member.left_on or on
    found.family.closed_on = found.family.closed_on or on
    session().flush()


def _keep_actions(family: Family, after: FamilyPayload) -> None:
    kept = {action.number: action for action in queries.actions_of(family.id)}
    for told in after.actions:
        action = kept.get(told.number)
        if action is None:
            action = Action(family_id=family.id, number=told.number)
            session().add(action)
        action.domain, action.what = told.domain.value, told.what
        action.agency_id, action.agency, action.due_on = told.agency_id, told.agency, told.due_on
        action.became, action.settled_on, action.note = told.became.value, told.settled_on, told.note
