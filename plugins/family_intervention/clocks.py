"""When the next step is due. Pure."""

from datetime import date

from core.plugin_api import Clock, Progress, Reached, RunningClock
from plugins.family_intervention.family import HOLDS_AFTER
from plugins.family_intervention.payload import FamilyPayload

ALLOCATE_WITHIN = 6
"""Working days from the referral to a key worker, the panel included."""

VISIT_WITHIN = 5
"""Working days from there to the first visit."""

PLAN_WITHIN = 20
"""Working days from the first visit to the plan."""

REVIEW_EVERY = 8
"""Weeks from the plan to the first review, and from each to the next."""


def running(payload: FamilyPayload, progress: Progress) -> RunningClock | None:
    """The clock of the stage, counted from the step before it."""
    match progress.stage:
        case "referred" | "panel":
            return RunningClock(Clock("Allocate a key worker", working_days=ALLOCATE_WITHIN), _begun(progress))
        case "allocated" if payload.visited_on is None:
            return RunningClock(Clock("Visit the family", working_days=VISIT_WITHIN), progress.since)
        case "allocated" | "assessed":
            visited = payload.visited_on or progress.since
            return RunningClock(Clock("Agree the plan with the family", working_days=PLAN_WITHIN), visited)
        case "contract" | "reviewed":
            last = max((review.held_on for review in payload.reviews), default=payload.agreed_on) or progress.since
            return RunningClock(Clock("Review with the team around the family", weeks=REVIEW_EVERY), last)
        case "stepped_down":
            return RunningClock(Clock("See what has held", months=HOLDS_AFTER), progress.since)
    return None


def _begun(progress: Progress) -> date:
    """The day of the referral; of one that was opened again, that day."""
    *before, last = progress.history
    previous = before[-1] if before else Reached("", last.on)
    return previous.on if previous.stage == "referred" else last.on
