"""When the next step is due. Pure."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from core.plugin_api import Clock, Progress, Reached, RunningClock
from plugins.family_intervention.family import HOLDS_AFTER
from plugins.family_intervention.payload import FamilyPayload

_OWN_CHOICE = "Roundtable's own choice; no statute or guidance sets it. What your service has agreed may."

ALLOCATE = Clock("Allocate a key worker", working_days=6, source=_OWN_CHOICE)
"""From the referral to a key worker, the panel included."""

VISIT = Clock("Visit the family", working_days=5, source=_OWN_CHOICE)
"""From there to the first visit."""

PLAN = Clock("Agree the plan with the family", working_days=20, source=_OWN_CHOICE)
"""From the first visit to the plan."""

REVIEW = Clock("Review with the team around the family", weeks=8, source=_OWN_CHOICE)
"""From the plan to the first review, and from each to the next."""

TO_SET: Mapping[str, Clock] = MappingProxyType({"allocate": ALLOCATE, "visit": VISIT, "plan": PLAN, "review": REVIEW})

_HELD = Clock(
    "See what has held",
    months=HOLDS_AFTER,
    source="The Supporting Families outcomes framework counts what has held for six months.",
)
"""Not to be set: it is what the outcomes mean."""


def running(payload: FamilyPayload, progress: Progress) -> RunningClock | None:
    """The clock of the stage, counted from the step before it."""
    match progress.stage:
        case "referred" | "panel":
            return RunningClock(ALLOCATE, _begun(progress))
        case "allocated" if payload.visited_on is None:
            return RunningClock(VISIT, progress.since)
        case "allocated" | "assessed":
            visited = payload.visited_on or progress.since
            return RunningClock(PLAN, visited)
        case "contract" | "reviewed":
            last = max((review.held_on for review in payload.reviews), default=payload.agreed_on) or progress.since
            return RunningClock(REVIEW, last)
        case "stepped_down":
            return RunningClock(_HELD, progress.since)
    return None


def _begun(progress: Progress) -> date:
    """The day of the referral; of one that was opened again, that day."""
    *before, last = progress.history
    previous = before[-1] if before else Reached("", last.on)
    return previous.on if previous.stage == "referred" else last.on
