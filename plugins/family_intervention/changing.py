"""What a move changes of what is kept of a household: members, criteria, plan, actions and reviews. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core.plugin_api import Refused
from plugins.family_intervention.family import (
    Answer,
    Became,
    Criterion,
    Domain,
    Member,
    Partner,
    PlanAction,
    Review,
    is_adult,
)
from plugins.family_intervention.payload import FamilyPayload, day_of


def after(payload: FamilyPayload, kind: str, answers: Mapping[str, Any], on: date) -> FamilyPayload:
    """The payload after a move of that kind, with what its form was answered."""
    match kind:
        case "reopen":
            return begun_anew(payload)
        case "household":
            return of_household(payload, _members(payload, answers["members"]), on)
        case "joined":
            return of_household(payload, _with(payload, answers["members"]), on)
        case "criteria":
            met, unknown = criteria(answers)
            return replace(payload, met=met, unknown=unknown)
        case "panel":
            return replace(payload, panel_said=answers["panel_said"])
        case "allocate" | "worker":
            return replace(payload, key_worker=answers["key_worker"])
        case "visit":
            return replace(payload, visited_on=payload.visited_on or day_of(answers["done_on"]))
        case "assess":
            return replace(payload, assessed_on=day_of(answers["done_on"]))
        case "agree":
            return replace(_planned(payload, answers), agreed_on=day_of(answers["done_on"]))
        case "plan":
            return _planned(payload, answers)
        case "action":
            return replace(payload, actions=(*payload.actions, _action(payload, answers)))
        case "settle":
            return replace(payload, actions=_settled(payload, answers, on))
        case "review":
            review = Review(date.fromisoformat(answers["done_on"]), answers["told"])
            return replace(payload, reviews=(*payload.reviews, review), next_lead=answers["next_lead"] or "")
    return payload


def begun_anew(payload: FamilyPayload) -> FamilyPayload:
    """A referral that is opened again: key worker, visit and plan were given up when it was closed."""
    return FamilyPayload(payload.members, payload.met, payload.unknown, payload.need, payload.visits)


def criteria(answers: Mapping[str, Any]) -> tuple[tuple[Criterion, ...], tuple[Criterion, ...]]:
    """Those that are met, and those of which it is not known."""
    return (
        tuple(each for each in Criterion if answers[each.value] == Answer.YES.value),
        tuple(each for each in Criterion if answers[each.value] == Answer.UNKNOWN.value),
    )


def _members(payload: FamilyPayload, told: Sequence[Mapping[str, Any]]) -> tuple[Member, ...]:
    """Whoever was referred stays the first of the household."""
    first = payload.members[0]
    return (first, *(member for member in _told(told) if member.person_id != first.person_id))


def _with(payload: FamilyPayload, told: Sequence[Mapping[str, Any]]) -> tuple[Member, ...]:
    """The household, and those of them who are not of it yet."""
    present = {member.person_id for member in payload.members}
    return (*payload.members, *(member for member in _told(told) if member.person_id not in present))


def _told(told: Sequence[Mapping[str, Any]]) -> list[Member]:
    return [Member(int(each["person_id"]), str(each["name"]), day_of(each["born"])) for each in told]


def of_household(payload: FamilyPayload, members: tuple[Member, ...], on: date) -> FamilyPayload:
    """With these members. An adult who was not of the household before joins it by consenting."""
    settled = {member.person_id for member in payload.members} - set(payload.joining)
    joining = (member.person_id for member in members if member.person_id not in settled and is_adult(member.born, on))
    return replace(payload, members=members, joining=tuple(joining))


def _planned(payload: FamilyPayload, answers: Mapping[str, Any]) -> FamilyPayload:
    return replace(
        payload,
        plan=answers["plan"],
        goals=tuple(answers["goals"]),
        partners=tuple(Partner(int(each["agency_id"]), str(each["name"])) for each in answers["partners"]),
    )


def _action(payload: FamilyPayload, answers: Mapping[str, Any]) -> PlanAction:
    return PlanAction(
        number=max((action.number for action in payload.actions), default=0) + 1,
        domain=Domain(answers["domain"]),
        what=answers["what"],
        agency_id=int(answers["agency"]),
        agency=answers["agency_name"],
        due_on=date.fromisoformat(answers["due_on"]),
    )


def _settled(payload: FamilyPayload, answers: Mapping[str, Any], on: date) -> tuple[PlanAction, ...]:
    """The actions after one of them was settled. Raises Refused for one that is not open."""
    number = int(answers["action"])
    if all(action.number != number for action in payload.open_actions):
        raise Refused("This action is settled already. Choose one that is still open.")
    return tuple(
        replace(action, became=Became(answers["became"]), settled_on=on, note=answers.get("told") or "")
        if action.number == number
        else action
        for action in payload.actions
    )
