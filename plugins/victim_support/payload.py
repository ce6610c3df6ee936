"""What a referral for support says: from the form, from where it was kept, and as readers are told of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.plugin_api import Progress, Refused, in_words
from plugins.victim_support.contact import INTERVALS, WAYS, Interval, Kind, Way
from plugins.victim_support.forms import VictimSupportForm


@dataclass(frozen=True, slots=True)
class SupportPayload:
    """What a referral for support says. `worker` and what follows it is filled in as it goes."""

    way: Way
    instruction: str
    reach: str
    harm: str
    consented_by: str
    consented_on: date
    wanted: str
    worker: str = ""
    every: str = ""
    updates: str = ""
    contacted_on: date | None = None
    updated_on: date | None = None
    plan: str = ""

    @property
    def is_safe(self) -> bool:
        """Whether it says how they can be contacted, and what must be kept to."""
        return bool(self.instruction.strip() and self.reach.strip())


def payload_of(form: VictimSupportForm) -> SupportPayload:
    """What the referral form says. Raises Refused without consent or a safe way to contact them."""
    if form.consented_on.data is None:
        raise Refused("Without consent nobody is referred. Ask them first, and enter the day on which they agreed.")
    return SupportPayload(
        way=_way(form.way.data),
        instruction=form.instruction.data or "",
        reach=form.reach.data or "",
        harm=form.harm.data,
        consented_by=form.consented_by.data,
        consented_on=form.consented_on.data,
        wanted=form.wanted.data or "",
    )


def loaded(data: Mapping[str, Any], version: int) -> SupportPayload:
    """The payload as it was kept in version 1, the only one so far. Raises ValueError for another."""
    if version != 1:
        raise ValueError(f"victim_support payload version {version}")
    return SupportPayload(
        way=Way(data["way"]),
        instruction=str(data["instruction"]),
        reach=str(data["reach"]),
        harm=str(data["harm"]),
        consented_by=str(data["consented_by"]),
        consented_on=date.fromisoformat(data["consented_on"]),
        wanted=str(data["wanted"]),
        worker=str(data.get("worker", "")),
        every=str(data.get("every", "")),
        updates=str(data.get("updates", "")),
        contacted_on=_day_of(data.get("contacted_on")),
        updated_on=_day_of(data.get("updated_on")),
        plan=str(data.get("plan", "")),
    )


def changed_by(payload: SupportPayload, kind: str, answers: Mapping[str, Any]) -> SupportPayload:
    """The payload after a move of that kind: what its form changes of contact, worker, updates and plan."""
    if kind == "safe":
        return replace(payload, way=_way(answers["way"]), instruction=answers["instruction"], reach=answers["reach"])
    if kind == "contact":
        return replace(_chosen(payload, answers), contacted_on=date.fromisoformat(answers["done_on"]))
    if kind == "choose":
        return _chosen(payload, answers)
    if kind == "log" and answers["kind"] == Kind.UPDATE:
        told = date.fromisoformat(answers["done_on"])
        return replace(payload, updated_on=max(told, payload.updated_on or told))
    if kind == "support":
        return replace(payload, plan=answers["plan"])
    return payload


def offer(payload: SupportPayload, progress: Progress) -> str:
    """Whether support was offered and accepted, with the days: all that a meeting is told of it."""
    offered = f"Offered on {in_words(progress.opened_on)}"
    if payload.contacted_on is not None:
        return f"{offered}, accepted on {in_words(payload.contacted_on)}"
    return f"{offered}, not taken up" if progress.closed_on is not None else offered


def wish(payload: SupportPayload) -> str:
    """How often and in which way they want to hear how their case goes, once they were asked."""
    often = INTERVALS[Interval(payload.every)]
    if payload.every == Interval.NONE:
        return often
    way = WAYS[Way(payload.updates)]
    return f"{often}, {way[0].lower()}{way[1:]}"


def _chosen(payload: SupportPayload, answers: Mapping[str, Any]) -> SupportPayload:
    return replace(payload, worker=answers["worker"], every=answers["every"], updates=answers["updates"])


def _way(value: object) -> Way:
    try:
        return Way(str(value))
    except ValueError:
        raise Refused("Choose a safe way to contact them: without one the referral cannot be sent.") from None


def _day_of(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
