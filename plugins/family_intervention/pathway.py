"""The family intervention pathway: one key worker and one plan for a whole household that several agencies know."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from core.plugin_api import (
    ActionTemplate,
    ConsentNeeded,
    Finding,
    Mover,
    OutcomeMeasure,
    OwnPage,
    Pathway,
    Progress,
    ReferralFacts,
    Refused,
    Row,
    RunningClock,
    Stage,
    StageMove,
    Transition,
    add_months,
    in_words,
)
from plugins.family_intervention import changing, clocks, household, operations
from plugins.family_intervention.family import (
    CHANGES,
    DOMAINS,
    HOLDS_AFTER,
    Change,
    Domain,
    Kind,
    Member,
    is_adult,
    listed,
)
from plugins.family_intervention.forms import (
    DECLINE_REASONS,
    END_REASONS,
    TAKE_BACK_REASONS,
    AssessmentForm,
    CriteriaForm,
    DeclineForm,
    EndForm,
    FamilyForm,
    HouseholdForm,
    JoinedForm,
    KeyWorkerForm,
    PanelForm,
    ReviewForm,
    TakeBackForm,
    VisitForm,
)
from plugins.family_intervention.forms_of_plan import ActionForm, ContractForm, PlanForm, SettleForm
from plugins.family_intervention.payload import FamilyPayload, read
from plugins.family_intervention.telling import rows_of

_PROVIDER = frozenset({Mover.PROVIDER})
_REFERRER = frozenset({Mover.REFERRER})

BEFORE = ("referred", "panel")
"""The stages at which the family has no key worker."""

WITH_A_WORKER = ("allocated", "assessed", "contract", "reviewed")
WITH_A_PLAN = ("contract", "reviewed", "stepped_down")
OPEN = (*BEFORE, *WITH_A_WORKER, "stepped_down")

KINDS_OF_MOVE = (
    "household", "joined", "criteria", "worker", "visit", "plan", "action", "settle", "decline", "take_back", "end",
    "review",
)  # fmt: skip
"""Of moves that can be made at several stages: what their keys begin with."""


def _stays(kind: str, stages: Sequence[str], label: str, form: Any, said: str, *, by: frozenset[Mover] = _PROVIDER,
           agreed: bool = True) -> tuple[Transition, ...]:  # fmt: skip
    """A move that is no step, at each of those stages. `agreed`: every adult of the household must have consented."""
    return tuple(
        Transition(f"{kind}_{stage}", stage, stage, label, by, form, stays=said, every_consent=agreed)
        for stage in stages
    )


class FamilyIntervention(Pathway[FamilyPayload]):
    """Family intervention, for a household that meets two of five criteria."""

    key = "family_intervention"
    title = "Family intervention"
    payload_version = 1
    form = FamilyForm
    halted = "closed"
    reopened = "panel"
    clocks = clocks.TO_SET
    register = OwnPage("Families we help", "family_intervention.families")
    record = OwnPage("Household, assessment and plan", "family_intervention.family")
    stages = (
        Stage("referred", "Referred", Mover.PROVIDER),
        Stage("panel", "Panel", Mover.PROVIDER),
        Stage("allocated", "Key worker allocated", Mover.PROVIDER),
        Stage("assessed", "Whole-family assessment", Mover.PROVIDER),
        Stage("contract", "Contract", Mover.PROVIDER),
        Stage("reviewed", "Reviews", Mover.PROVIDER),
        Stage("stepped_down", "Stepped down", Mover.PROVIDER),
        Stage("closed", "Closed", closed=True),
        Stage("declined", "Not taken on", closed=True),
    )
    transitions = (
        Transition(
            "panel", "referred", "panel", "Record the panel", _PROVIDER, PanelForm,
            every_consent=True, checks_eligibility=True,
        ),
        Transition(
            "allocate", "panel", "allocated", "Allocate a key worker", _PROVIDER, KeyWorkerForm,
            every_consent=True, checks_eligibility=True,
        ),
        Transition(
            "assess", "allocated", "assessed", "Record the assessment", _PROVIDER, AssessmentForm, every_consent=True
        ),
        *_stays("visit", ("allocated",), "Record the first visit", VisitForm, "The first visit was recorded"),
        Transition(
            "agree", "assessed", "contract", "Record the contract", _PROVIDER, ContractForm, every_consent=True
        ),
        Transition("review", "contract", "reviewed", "Record a review", _PROVIDER, ReviewForm, every_consent=True),
        Transition(
            "review_again", "reviewed", "reviewed", "Record a review", _PROVIDER, ReviewForm, every_consent=True
        ),
        Transition(
            "step_down", "reviewed", "stepped_down", "Step down", _PROVIDER,
            every_consent=True, measures_outcome=True,
        ),
        Transition("close", "stepped_down", "closed", "Close", _PROVIDER, measures_outcome=True),
        Transition(
            "review_anew", "stepped_down", "reviewed", "Step up again, with a review", _PROVIDER, ReviewForm,
            every_consent=True,
        ),
        *_stays("action", WITH_A_PLAN, "Add an action", ActionForm, "An action was added to the plan"),
        *_stays("settle", WITH_A_PLAN, "Settle an action", SettleForm, "What became of an action was recorded"),
        *_stays("plan", WITH_A_PLAN, "Change the plan", PlanForm, "The plan was changed"),
        *_stays("worker", WITH_A_WORKER, "Change the key worker", KeyWorkerForm, "The key worker was changed"),
        *_stays("household", OPEN, "Change the household", HouseholdForm, "The household was changed", agreed=False),
        *_stays(
            "joined", OPEN, "Add somebody to the household", JoinedForm, "Somebody was added to the household",
            by=_REFERRER, agreed=False,
        ),
        *_stays(
            "criteria", BEFORE, "Bring the criteria up to date", CriteriaForm, "The criteria were brought up to date",
            by=_PROVIDER | _REFERRER, agreed=False,
        ),
        *(
            Transition(f"decline_{stage}", stage, "declined", "Decline", _PROVIDER, DeclineForm, declines=True)
            for stage in BEFORE
        ),
        *(
            Transition(f"take_back_{stage}", stage, "declined", "Take the referral back", _REFERRER, TakeBackForm)
            for stage in BEFORE
        ),
        *(
            Transition(
                f"end_{stage}", stage, "closed", "End early", _PROVIDER, EndForm,
                measures_outcome=stage in WITH_A_PLAN,
            )
            for stage in WITH_A_WORKER
        ),
    )  # fmt: skip

    def eligibility(self, facts: ReferralFacts[FamilyPayload], on: date) -> Sequence[Finding]:
        """Two of the five criteria; what to do instead where they are fewer."""
        return household.findings(facts.payload)

    def consents(self, facts: ReferralFacts[FamilyPayload], on: date) -> Sequence[ConsentNeeded]:
        """Every adult’s of the household, each their own."""
        return household.needed(facts, on)

    def payload(self, form: FamilyForm) -> FamilyPayload:
        """What the referral form says."""
        met, unknown = changing.criteria(form.criteria())
        return FamilyPayload(
            members=tuple(Member(person.id, person.name, person.date_of_birth) for person in form.household()),
            met=met,
            unknown=unknown,
            need=form.need.data or "",
            visits=form.visits.data or "",
        )

    def load(self, data: Mapping[str, Any], version: int) -> FamilyPayload:
        """The payload of version 1, the only one so far."""
        if version != 1:
            raise ValueError(f"family_intervention payload version {version}")
        return read(data)

    def concerns(self, facts: ReferralFacts[FamilyPayload]) -> Sequence[int]:
        """The household; before the form is filled in, everybody who could be of it."""
        if facts.payload is not None:
            return [member.person_id for member in facts.payload.members if member.person_id != facts.person.id]
        return [person.id for person in facts.case.others(facts.person.id)]

    def partners(self, payload: FamilyPayload, progress: Progress) -> Sequence[int]:
        """The agencies that the plan names, and those that still have something to do under it."""
        if progress.stage not in WITH_A_PLAN:
            return ()
        named = {partner.agency_id for partner in payload.partners}
        return sorted(named | {action.agency_id for action in payload.open_actions})

    def summary(self, payload: FamilyPayload) -> str:
        """That it is family intervention, and no more."""
        return "Referred for family intervention: one key worker and one plan for the whole household."

    def rows(self, payload: FamilyPayload, progress: Progress) -> Sequence[Row]:
        """Stage and dates for everybody at the table, the plan for its agencies, the rest for the service."""
        return rows_of(self, payload, progress)

    def action_templates(self) -> Sequence[ActionTemplate]:
        """What is usually agreed when a household is referred."""
        return (
            ActionTemplate("explain", "Explain family intervention to every adult of the household, and ask each", 5),
            ActionTemplate("hold", "Hold enforcement against the household while the plan is drawn up, and tell it", 5),
            ActionTemplate("known", "Tell the key worker who in your agency works with whom of the household", 10),
        )

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """What came of each of the ten domains."""
        answers = tuple((str(change), text) for change, text in CHANGES.items())
        return tuple(OutcomeMeasure(domain.value, title, answers) for domain, title in DOMAINS.items())

    def obstacles(self, facts: ReferralFacts[FamilyPayload], transition: Transition, on: date) -> Sequence[str]:
        """The visit before the assessment, the next lead practitioner before the step-down."""
        payload = facts.payload
        if payload is None:
            return ()
        if transition.key == "assess" and payload.visited_on is None:
            return ("Record the first visit first.",)
        if transition.key == "step_down" and not payload.next_lead:
            return ("The last review names the next lead practitioner: record a review that does.",)
        if transition.key.startswith("settle") and not payload.open_actions:
            return ("Every action of the plan is settled.",)
        return ()

    def advance(self, payload: FamilyPayload, move: StageMove[FamilyPayload]) -> FamilyPayload:
        """Keep what the move's form changes of household, plan, actions and reviews; names and ages as they are now."""
        now = household.household(replace(move.referral, payload=payload))
        return changing.after(changing.of_household(payload, now, move.on), kind_of(move), move.answers, move.on)

    def outcome(self, move: StageMove[FamilyPayload], measures: Mapping[str, str]) -> str:
        """Why it ended. What came of the domains is the service's own, so the measures are left out."""
        reason = str(move.answers.get("reason", ""))
        match kind_of(move):
            case "decline":
                return f"Not taken on: {DECLINE_REASONS[reason]}"
            case "take_back":
                return f"Taken back: {TAKE_BACK_REASONS[reason]}"
            case "end":
                return f"Ended early: {END_REASONS[reason]}"
        return "Stepped down, and closed"

    def moved(self, move: StageMove[FamilyPayload]) -> None:
        """Keep the register in step: the family, its household, findings, meetings, actions and outcomes."""
        before, kind, answers = move.referral.payload, kind_of(move), move.answers
        assert before is not None  # the referral is made
        if held := [DOMAINS[Domain(key)] for key, change in move.measures.items() if change == Change.HELD.value]:
            _require_held(move, listed(held))
        after = self.advance(before, move)
        family = operations.keep_family(move, after, closed=self.stage(move.target).closed)
        operations.keep_outcomes(family, move.measures, on=move.on)
        if kind in ("assess", "review"):
            operations.keep_findings(family, answers)
        told = {"panel": answers.get("panel_said"), "visit": answers.get("found"), "review": answers.get("told")}
        if kind in told:
            operations.log_meeting(
                family, held_on=date.fromisoformat(answers["done_on"]), kind=Kind(kind), told=told[kind] or ""
            )

    def handed_over(self, first: FamilyPayload, last: FamilyPayload) -> FamilyPayload:
        """As it was made, with the household and the criteria as they are now."""
        return replace(first, members=last.members, met=last.met, unknown=last.unknown)

    def flags(self, facts: ReferralFacts[FamilyPayload], on: date) -> Sequence[str]:
        """Who came of age, whose age is not known, and what is late under the plan."""
        payload, progress = facts.payload, facts.progress
        if payload is None or progress is None:
            return ()
        people = household.household(facts)
        flags = [
            f"{member.name} is 18 by now, and consents as an adult."
            for member in people
            if member.born is not None and is_adult(member.born, on) and not is_adult(member.born, progress.opened_on)
        ]
        flags += [
            f"{member.name}: no date of birth is recorded, so they count as an adult, whose consent is needed."
            for member in people
            if member.born is None
        ]
        flags += [
            f"{action.agency}: “{action.what}” was due on {in_words(action.due_on)}."
            for action in payload.open_actions
            if action.due_on < on
        ]
        if progress.stage in WITH_A_PLAN and not payload.actions:
            flags.append("The plan has no action yet: add what each agency does, and by when.")
        return tuple(flags)

    def clock(self, payload: FamilyPayload, progress: Progress) -> RunningClock | None:
        """Six working days to a key worker, five to the visit, twenty to the plan; then a review every eight weeks."""
        return clocks.running(payload, progress)


def kind_of(move: StageMove[FamilyPayload]) -> str:
    """`action` of `action_contract`: which of the moves it is, wherever the referral is."""
    if move.transition is None:
        return "reopen" if move.source is not None and move.target in BEFORE else ""
    key = move.transition.key
    return next((kind for kind in KINDS_OF_MOVE if key.startswith(kind)), key)


def _require_held(move: StageMove[FamilyPayload], domains: str) -> None:
    """What has not lasted for six months since the step-down has not held yet."""
    progress = move.referral.progress
    assert progress is not None
    if move.source != "stepped_down":
        raise Refused(f"{domains}: whether it has held can be said {HOLDS_AFTER} months after the step-down.")
    from_day = add_months(progress.since, HOLDS_AFTER)
    if move.on < from_day:
        raise Refused(
            f"{domains}: the family was stepped down on {in_words(progress.since)}, so whether it has held for "
            f"{HOLDS_AFTER} months can be said from {in_words(from_day)}."
        )
