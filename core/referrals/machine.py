"""The stage machine: from where a referral is, which moves are open, and why the others are not. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.plugin_api.facts import Pause, Progress
from core.plugin_api.pathway import (
    Clock,
    ConsentNeeded,
    Eligibility,
    Finding,
    Mover,
    Pathway,
    RunningClock,
    Transition,
    overall,
)
from core.working_days import add_months, add_working_days, next_working_day

_AS_THE_PATHWAY_SAYS: Mapping[str, int] = MappingProxyType({})

PAUSED = "The referral is paused: let it go on first."


class Consent(StrEnum):
    """How a consent stands."""

    NOT_ASKED = "not recorded"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Way:
    """A move from where the referral is. `closed` says why it cannot be made now; empty when it can.

    `is_mine`: the actor is one of those who may make it, now or once what closes it has been mended.
    """

    transition: Transition
    closed: tuple[str, ...]
    is_mine: bool

    @property
    def is_open(self) -> bool:
        """Whether the move can be made."""
        return not self.closed


def ways(
    pathway: Pathway[Any],
    *,
    stage: str,
    needed: Sequence[ConsentNeeded],
    consents: Mapping[str, Consent],
    findings: Sequence[Finding],
    movers: frozenset[Mover],
    paused: bool = False,
    obstacles: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Way, ...]:
    """All moves from `stage`, in the pathway's order.

    `needed`: the consents that the pathway asks for today; `consents`: key -> how it stands; `findings`: the
    eligibility on the day of the referral; `movers`: what the actor is to this referral. While it is `paused`,
    those alone are open that stay. `obstacles`: transition -> what else the pathway has against it.
    """
    against = obstacles or {}
    return tuple(
        Way(
            move,
            (
                *_reasons(move, needed, consents, findings, movers),
                *(against.get(move.key, ()) if move.by & movers else ()),
                *((PAUSED,) if paused and not move.stays else ()),
            ),
            bool(move.by & movers),
        )
        for move in pathway.transitions
        if move.source == stage
    )


def _reasons(
    move: Transition,
    needed: Sequence[ConsentNeeded],
    consents: Mapping[str, Consent],
    findings: Sequence[Finding],
    movers: frozenset[Mover],
) -> list[str]:
    if not move.by & movers:  # whose consent is missing is not for everybody who sees the stage
        return [f"Only the {' or the '.join(sorted(move.by))} can do this."]
    reasons = []
    for consent in needed:
        state = consents.get(consent.key, Consent.NOT_ASKED)
        if (move.every_consent or consent.key in move.consents) and state is not Consent.GIVEN:
            reasons.append(f"{consent.who}: consent {state}.")
    if move.checks_eligibility and overall(findings) is not Eligibility.ELIGIBLE:
        reasons += [found.reason for found in findings if found.result is not Eligibility.ELIGIBLE]
    return reasons


def halted_by(needed: Sequence[ConsentNeeded], consents: Mapping[str, Consent]) -> ConsentNeeded | None:
    """The first consent whose withdrawal or refusal ends the referral, if there is one."""
    for consent in needed:
        if consent.halts and consents.get(consent.key) in (Consent.WITHDRAWN, Consent.REFUSED):
            return consent
    return None


def due(running: RunningClock, pauses: Sequence[Pause] = ()) -> date:
    """The day on which a clock runs out: later by the days on which it stood still, and then on a working day.

    What counts in weeks is a meeting as a rule, and so on a working day, too.

    Raises Refused past the bank holidays known.
    """
    if running.clock.months:
        day = add_months(running.start, running.clock.months)
    elif running.clock.weeks:
        day = next_working_day(running.start + timedelta(weeks=running.clock.weeks))
    else:
        day = add_working_days(running.start, running.clock.working_days)
    lost = sum(pause.days_after(running.start) for pause in pauses)
    return next_working_day(day + timedelta(days=lost)) if lost else day


def running_clock(pathway: Pathway[Any], payload: Any, progress: Progress) -> RunningClock | None:
    """The clock that runs now, as the pathway has it. None runs on a closed or a paused referral."""
    if pathway.stage(progress.stage).closed or progress.paused_since is not None:
        return None
    return pathway.clock(payload, progress)


def next_due(
    pathway: Pathway[Any], payload: Any, progress: Progress, lengths: Mapping[str, int] = _AS_THE_PATHWAY_SAYS
) -> tuple[str, date] | None:
    """Label and day of the clock that runs now; None when none does.

    `lengths`: key of a clock -> how long it is by the terms of those whom the referral is about, in its own unit.
    """
    running = running_clock(pathway, payload, progress)
    if running is None:
        return None
    key = _key_of(running.clock, pathway, progress.stage)
    if key in lengths:
        running = replace(running, clock=running.clock.lasting(lengths[key]))
    return running.clock.label, due(running, progress.pauses)


def _key_of(clock: Clock, pathway: Pathway[Any], stage: str) -> str:
    """Under which key the length of that clock is set; empty for one that is none of those to set."""
    if pathway.stage(stage).clock == clock:
        return stage
    return next((key for key, each in pathway.clocks_to_set().items() if each == clock), "")
