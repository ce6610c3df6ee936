"""What each audience reads of a referral to family intervention. Pure."""

from collections.abc import Iterable
from typing import Any

from core.plugin_api import Audience, Pathway, Progress, Row, in_words
from plugins.family_intervention.family import BECAME, CRITERIA, DOMAINS, Became, Member, PlanAction, described
from plugins.family_intervention.payload import FamilyPayload

STAFF = frozenset({Audience.PROVIDER})
LEADING = STAFF | {Audience.REFERRER, Audience.CHAIR}
"""Who reads who the lead practitioner is."""

EVERYBODY = LEADING | {Audience.ATTENDEES}
"""Who reads stage and dates. An agency with a part in the plan reads the plan."""

TEAM = STAFF | {Audience.PLAN}
"""Who reads the household’s data, the plan, what is done under it, and the reviews."""

TABLE = TEAM | {Audience.ATTENDEES}
"""Who reads the plan in a sentence."""


def rows_of(pathway: Pathway[Any], payload: FamilyPayload, progress: Progress) -> list[Row]:
    """All lines, those that most people read coming first."""
    return [
        *_process(pathway, payload, progress),
        *plan_rows(payload, progress),
        *_own(payload),
    ]


def lead_of(payload: FamilyPayload, progress: Progress) -> str:
    """The key worker while the service leads; once stepped down, whom the last review named."""
    handed_on = progress.first_reached("stepped_down") is not None and progress.stage in ("stepped_down", "closed")
    return payload.next_lead if handed_on else payload.key_worker


def plan_rows(payload: FamilyPayload, progress: Progress | None) -> list[Row]:
    """The household and its plan, for the agencies that have a part in it; none before there is a plan.

    An adult who has moved in since is named to the service alone until they consent.
    """
    if not payload.plan:
        return [Row("Household", _household(payload.members), STAFF)]
    agreed = progress.agreed if progress is not None else frozenset()
    waiting = [each for each in payload.members if each.person_id in payload.joining and each.consent_key not in agreed]
    rows = [
        Row("Plan", payload.plan, TABLE),
        Row("Household", _household(each for each in payload.members if each not in waiting), TEAM),
        *([Row("Waiting for consent", _household(waiting), STAFF)] if waiting else []),
        Row("What the family wants to reach", "\n".join(payload.goals), TEAM),
        Row("Agencies in the plan", "\n".join(_agencies(payload)), TEAM),
    ]
    rows += [Row(f"{action.agency} does", _told(action), TEAM) for action in payload.actions]
    rows += [Row(f"Review of {in_words(review.held_on)}", review.told, TEAM) for review in payload.reviews]
    return rows


def _process(pathway: Pathway[Any], payload: FamilyPayload, progress: Progress) -> list[Row]:
    rows = [
        Row("Stage", pathway.stage(progress.stage).title, EVERYBODY),
        Row("Referred on", in_words(progress.opened_on), EVERYBODY),
        Row("At this stage since", in_words(progress.since), EVERYBODY),
    ]
    if progress.closed_on is not None:
        rows.append(Row("Closed on", in_words(progress.closed_on), EVERYBODY))
        # Why it was not taken on is the answer to whoever referred; why the work ended is between the two.
        rows.append(Row("How it ended", progress.outcome, LEADING if progress.stage == "declined" else STAFF))
    if lead := lead_of(payload, progress):
        rows.append(Row("Lead practitioner", lead, LEADING))
    return rows


def _own(payload: FamilyPayload) -> list[Row]:
    """What the service's own staff alone read."""
    told = (
        ("Criteria met", "\n".join(CRITERIA[each] for each in payload.met)),
        ("Criteria not known", "\n".join(CRITERIA[each] for each in payload.unknown)),
        ("What was tried, and what the family wants", payload.need),
        ("Before a visit", payload.visits),
        ("What the panel said", payload.panel_said),
        ("First visit on", in_words(payload.visited_on) if payload.visited_on else ""),
        ("Assessed on", in_words(payload.assessed_on) if payload.assessed_on else ""),
        ("Plan agreed on", in_words(payload.agreed_on) if payload.agreed_on else ""),
        ("Next lead practitioner", payload.next_lead),
    )
    return [Row(label, value, STAFF) for label, value in told if value]


def _agencies(payload: FamilyPayload) -> list[str]:
    """Those that the plan names, then those that still have something to do under it."""
    named = [partner.name for partner in payload.partners]
    doing = dict.fromkeys(action.agency for action in payload.open_actions)
    return [*named, *(name for name in doing if name not in named)]


def _household(members: Iterable[Member]) -> str:
    return "\n".join(map(described, members))


def _told(action: PlanAction) -> str:
    stands = f"by {in_words(action.due_on)}"
    if action.became is not Became.OPEN and action.settled_on is not None:
        stands = f"{BECAME[action.became].lower()}, {in_words(action.settled_on)}"
    note = f" {action.note}" if action.note else ""
    return f"{DOMAINS[action.domain]}: {action.what} ({stands}).{note}"
