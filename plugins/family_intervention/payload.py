"""What a referral to family intervention says, and how it is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from plugins.family_intervention.family import Became, Criterion, Domain, Member, Partner, PlanAction, Review


@dataclass(frozen=True, slots=True)
class FamilyPayload:
    """From `key_worker` on it is filled in as it goes. Who is referred is the first of `members`.

    What was found in the ten domains is in the provider's own register, and never here.
    """

    members: tuple[Member, ...]
    met: tuple[Criterion, ...]
    unknown: tuple[Criterion, ...]
    need: str
    visits: str = ""
    panel_said: str = ""
    key_worker: str = ""
    visited_on: date | None = None
    assessed_on: date | None = None
    agreed_on: date | None = None
    plan: str = ""
    """In a sentence: attendees read it."""
    goals: tuple[str, ...] = ()
    partners: tuple[Partner, ...] = ()
    actions: tuple[PlanAction, ...] = ()
    reviews: tuple[Review, ...] = ()
    next_lead: str = ""
    """Who leads when the support ends, as the last review named them."""
    joining: tuple[int, ...] = ()
    """Person ids of the adults who came to the household later: the plan's agencies read of them once they consent."""

    @property
    def open_actions(self) -> tuple[PlanAction, ...]:
        """What is still to be done."""
        return tuple(action for action in self.actions if action.became is Became.OPEN)


def read(data: Mapping[str, Any]) -> FamilyPayload:
    """The payload that was kept as version 1."""
    return FamilyPayload(
        members=tuple(Member(int(m["person_id"]), str(m["name"]), day_of(m["born"])) for m in data["members"]),
        met=_criteria(data["met"]),
        unknown=_criteria(data["unknown"]),
        need=str(data["need"]),
        visits=str(data["visits"]),
        panel_said=str(data["panel_said"]),
        key_worker=str(data["key_worker"]),
        visited_on=day_of(data["visited_on"]),
        assessed_on=day_of(data["assessed_on"]),
        agreed_on=day_of(data["agreed_on"]),
        plan=str(data["plan"]),
        goals=tuple(map(str, data["goals"])),
        partners=tuple(Partner(int(each["agency_id"]), str(each["name"])) for each in data["partners"]),
        actions=tuple(map(_action, data["actions"])),
        reviews=tuple(Review(date.fromisoformat(each["held_on"]), str(each["told"])) for each in data["reviews"]),
        next_lead=str(data["next_lead"]),
        joining=tuple(map(int, data.get("joining", ()))),
    )


def day_of(value: str | None) -> date | None:
    """A day in ISO form, or None."""
    return date.fromisoformat(value) if value else None


def _criteria(keys: Sequence[str]) -> tuple[Criterion, ...]:
    return tuple(Criterion(key) for key in keys)


def _action(data: Mapping[str, Any]) -> PlanAction:
    return PlanAction(
        number=int(data["number"]),
        domain=Domain(data["domain"]),
        what=str(data["what"]),
        agency_id=int(data["agency_id"]),
        agency=str(data["agency"]),
        due_on=date.fromisoformat(data["due_on"]),
        became=Became(data["became"]),
        settled_on=day_of(data["settled_on"]),
        note=str(data["note"]),
    )
