"""The pathway for a child under 10: an agreement with the parents, in place of a contract with the child. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.plugin_api import (
    ActionTemplate,
    Clock,
    ConsentNeeded,
    Finding,
    Mover,
    OutcomeMeasure,
    Pathway,
    Progress,
    ReferralFacts,
    Row,
    Stage,
    StageMove,
    Transition,
    in_words,
)

from acceptable_behaviour.forms import DECLINE_REASONS, AgreeForm, AgreementForm, DeclineForm
from acceptable_behaviour.rules import (
    ANTI_SOCIAL,
    DRAFTERS,
    EVERYBODY,
    OUR_CHOICE,
    REVIEW_AFTER,
    STAFF,
    WRONGED,
    YOUNGEST,
)

PARENT = "parent"
_PROVIDER = frozenset({Mover.PROVIDER})
VISIT = Clock("Visit the parents", working_days=10, source=OUR_CHOICE)
REVIEW = Clock("Review the agreement", months=REVIEW_AFTER, source=OUR_CHOICE)
COMPLETE = Clock("Complete the agreement", months=REVIEW_AFTER, source=OUR_CHOICE)
_RUNS = ("agreed", "reviewed")


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a referral says of the agreement. From `agreed_on` on it is filled in."""

    behaviour: str
    support: str = ""
    agreed_on: date | None = None
    agreed_with: str = ""
    promised: str = ""
    """What the parents will do, in their own words."""


class ParentalAgreement(Pathway[Agreement]):
    """Offered to the parents, agreed, reviewed at three months, completed or ended."""

    key = "parental_agreement"
    title = "Parental Agreement"
    payload_version = 1
    form = AgreementForm
    halted = "withdrawn"
    process = EVERYBODY
    stages = (
        Stage("referred", "Referred", Mover.PROVIDER, VISIT),
        Stage("agreed", "Agreed", Mover.PROVIDER, REVIEW),
        Stage("reviewed", "Reviewed", Mover.PROVIDER, COMPLETE),
        Stage("completed", "Completed", closed=True),
        Stage("ended", "Ended, not kept", closed=True),
        Stage("declined", "Declined", closed=True),
        Stage("withdrawn", "Ended, no longer consented to", closed=True),
    )
    transitions = (
        Transition(
            "agree", "referred", "agreed", "Record the agreement", _PROVIDER, AgreeForm,
            consents=frozenset({PARENT}), checks_eligibility=True,
        ),
        Transition("review", "agreed", "reviewed", "Record the review", _PROVIDER, measures_outcome=True),
        *(
            Transition(f"complete_{stage}", stage, "completed", "Complete", _PROVIDER, measures_outcome=True)
            for stage in _RUNS
        ),
        *(
            Transition(f"end_{stage}", stage, "ended", "End it, as it is not kept", _PROVIDER, measures_outcome=True)
            for stage in _RUNS
        ),
        Transition("decline", "referred", "declined", "Decline", _PROVIDER, DeclineForm, declines=True),
    )  # fmt: skip

    def eligibility(self, facts: ReferralFacts[Agreement], on: date) -> Sequence[Finding]:
        """A child under 10 about whom the complaints are. From 10 on it is a contract."""
        findings = []
        if facts.case.role in WRONGED:
            findings.append(Finding.refused(f"Is named in this case as {facts.case.role}, not for what they did."))
        age = facts.person.age_on(on)
        if age is None:
            missing = "Cannot determine: no date of birth is recorded, and an agreement is about a child under 10."
            return [*findings, Finding.undetermined(missing)]
        if age >= YOUNGEST:
            said = f"Is {age}. From {YOUNGEST} on, offer a contract to the young person instead."
            return [*findings, Finding.refused(said)]
        return findings or [Finding.eligible(f"Is {age}.")]

    def consents(self, facts: ReferralFacts[Agreement], on: date) -> Sequence[ConsentNeeded]:
        """The parents' alone: a child under 10 signs nothing."""
        return (ConsentNeeded(PARENT, "A parent or carer", "The agreement is theirs, and voluntary."),)

    def payload(self, form: AgreementForm) -> Agreement:
        """What the referral form says."""
        return Agreement(behaviour=form.behaviour.data, support=form.support.data or "")

    def load(self, data: Mapping[str, Any], version: int) -> Agreement:
        """The payload of version 1, the only one so far."""
        if version != 1:
            raise ValueError(f"parental_agreement payload version {version}")
        agreed_on = data["agreed_on"]
        return Agreement(
            behaviour=str(data["behaviour"]),
            support=str(data["support"]),
            agreed_on=date.fromisoformat(agreed_on) if agreed_on else None,
            agreed_with=str(data["agreed_with"]),
            promised=str(data["promised"]),
        )

    def summary(self, payload: Agreement) -> str:
        """What it is, and whose."""
        return "Referred for a Parental Agreement: the child is under the age of criminal responsibility."

    def rows(self, payload: Agreement, progress: Progress) -> Sequence[Row]:
        """Stage and dates for everybody who hears the case; what was promised for those who work with the family."""
        rows = [
            Row("Stage", self.stage(progress.stage).title, EVERYBODY),
            Row("Referred on", in_words(progress.opened_on), EVERYBODY),
        ]
        if payload.agreed_on is not None:
            rows += [
                Row("Agreed on", in_words(payload.agreed_on), EVERYBODY),
                Row("Agreed with", payload.agreed_with, DRAFTERS),
                Row("What the parents will do", payload.promised, DRAFTERS),
            ]
        if progress.closed_on is not None:
            rows.append(Row("Closed on", in_words(progress.closed_on), EVERYBODY))
            rows.append(Row("Outcome", progress.outcome, DRAFTERS))
        rows.append(Row("The behaviour", payload.behaviour, DRAFTERS))
        if payload.support:
            rows.append(Row("What would help", payload.support, STAFF))
        return rows

    def action_templates(self) -> Sequence[ActionTemplate]:
        """What is usually agreed when an agreement is offered."""
        return (ActionTemplate("visit", "Visit the parents, and explain the agreement", 5),)

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """What is asked at the review and at the end."""
        return (ANTI_SOCIAL,)

    def outcome(self, move: StageMove[Agreement], measures: Mapping[str, str]) -> str:
        """How it ended, in words that referrer and chair may read."""
        if move.transition is None:
            return "A parent did not consent or no longer does, or another provider goes on with it"
        if move.target == "declined":
            return f"Declined: {DECLINE_REASONS[move.answers['reason']]}"
        return f"{self.stage(move.target).title}. {self.measured(measures)}"

    def advance(self, payload: Agreement, move: StageMove[Agreement]) -> Agreement:
        """Keep what was agreed, when and with whom. Opened again, it is agreed anew."""
        if move.transition is None and move.target == "referred":
            return Agreement(payload.behaviour, payload.support)
        if move.target != "agreed":
            return payload
        answers = move.answers
        agreed_on = date.fromisoformat(answers["agreed_on"])
        return replace(payload, agreed_on=agreed_on, agreed_with=answers["agreed_with"], promised=answers["promised"])

    def flags(self, facts: ReferralFacts[Agreement], on: date) -> Sequence[str]:
        """A child who turns 10 stays on the agreement until its end."""
        age = facts.person.age_on(on)
        if age is None or age < YOUNGEST:
            return ()
        return (f"Is {age} now. The agreement goes on; from now on a contract can be offered.",)
