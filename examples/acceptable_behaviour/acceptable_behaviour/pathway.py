"""The pathway: an Acceptable Behaviour Contract, from its referral to its end. Pure, but for `moved`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from core.plugin_api import (
    ActionTemplate,
    Clock,
    ConsentNeeded,
    Finding,
    Mover,
    OutcomeMeasure,
    OwnPage,
    Pathway,
    Progress,
    ReferralFacts,
    Row,
    RunningClock,
    Stage,
    StageMove,
    Transition,
    add_months,
    birthday,
    in_words,
)

from acceptable_behaviour import operations
from acceptable_behaviour.forms import (
    DECLINE_REASONS,
    AcceptForm,
    BreachForm,
    ContractForm,
    DeclineForm,
    ExtendForm,
    GoOnForm,
    NextStepForm,
    SignForm,
)
from acceptable_behaviour.rules import (
    ANTI_SOCIAL,
    AS_SIGNED,
    DRAFTERS,
    EVERYBODY,
    EVIDENCE,
    INSTEAD_OVER_17,
    INSTEAD_UNDER_10,
    MONTHS,
    NOT_SIGNED,
    OLDEST,
    OUR_CHOICE,
    PARENT_UNDER,
    REVIEW_AFTER,
    STAFF,
    UNDER_WAY,
    WRONGED,
    YOUNGEST,
)

YOUNG_PERSON, PARENT = "young_person", "parent"
_BOTH = frozenset({YOUNG_PERSON, PARENT})
_PROVIDER = frozenset({Mover.PROVIDER})
_MEETING = frozenset({Mover.CHAIR})

ANSWER = Clock("Answer the referral", working_days=5, source=OUR_CHOICE)
DRAFT = Clock("Meet, draft and sign", working_days=10, source=OUR_CHOICE)
REVIEW = Clock("Review the contract", months=REVIEW_AFTER, source=OUR_CHOICE)
DECIDE = Clock("Decide the next step at a meeting", working_days=20, source=OUR_CHOICE)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a referral says of the contract. From `signed_on` on it is filled in as it goes."""

    behaviour: str
    support: str = ""
    second_agency: str = ""
    second_agency_id: int | None = None
    signed_on: date | None = None
    signed_by: tuple[str, ...] = ()
    """Who signed for the agency that referred, and for the second one."""
    terms: tuple[str, ...] = ()
    """As they were signed."""
    months: int = 0
    reviewed_on: date | None = None
    breaches: tuple[date, ...] = ()

    @property
    def ends_on(self) -> date | None:
        """The last day of the contract; None before it is signed."""
        return None if self.signed_on is None else add_months(self.signed_on, self.months)


class AcceptableBehaviour(Pathway[Contract]):
    """Drafted by two agencies, signed, reviewed at three months, ended at six; extended, breached or declined."""

    key = "acceptable_behaviour"
    title = "Acceptable Behaviour Contract"
    payload_version = 1
    form = ContractForm
    halted = "withdrawn"
    reopened = "drafting"
    register = OwnPage("Contracts", "acceptable_behaviour.contracts")
    record = OwnPage("Terms and breaches", "acceptable_behaviour.contract")
    process = EVERYBODY
    clocks = MappingProxyType({"review": REVIEW})
    stages = (
        Stage("referred", "Referred", Mover.PROVIDER, ANSWER),
        Stage("drafting", "Being drafted", Mover.PROVIDER, DRAFT),
        Stage("in_force", "In force", Mover.PROVIDER),
        Stage("reviewed", "Reviewed, in force", Mover.PROVIDER),
        Stage("extended", "Extended, in force", Mover.PROVIDER),
        Stage("breached", "Breached", Mover.CHAIR, DECIDE),
        Stage("completed", "Completed", closed=True),
        Stage("ended", "Ended by breach", closed=True),
        Stage("declined", "Declined", closed=True),
        Stage("withdrawn", "Ended, no longer consented to", closed=True),
    )
    transitions = (
        Transition(
            "accept", "referred", "drafting", "Accept the referral", _PROVIDER, AcceptForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "sign", "drafting", "in_force", "Record the signatures", _PROVIDER, SignForm,
            consents=_BOTH, checks_eligibility=True,
        ),
        Transition(
            "review", "in_force", "reviewed", "Record the review", _PROVIDER, consents=_BOTH, measures_outcome=True
        ),
        *(
            Transition(f"breach_{stage}", stage, "breached", "Record a breach", _PROVIDER, BreachForm)
            for stage in UNDER_WAY
        ),
        *(
            Transition(f"extend_{stage}", stage, "extended", "Extend the contract", _PROVIDER, ExtendForm, _BOTH)
            for stage in UNDER_WAY
        ),
        *(
            Transition(f"complete_{stage}", stage, "completed", "Complete", _PROVIDER, measures_outcome=True)
            for stage in UNDER_WAY
        ),
        Transition(
            "breach_again", "breached", "breached", "Record a further breach", _PROVIDER, BreachForm,
            stays="A further breach was recorded",
        ),
        Transition("go_on", "breached", "in_force", "The contract goes on", _MEETING, GoOnForm),
        Transition("end", "breached", "ended", "The contract ends by breach", _MEETING, NextStepForm),
        *(
            Transition(f"decline_{stage}", stage, "declined", "Decline", _PROVIDER, DeclineForm, declines=True)
            for stage in NOT_SIGNED
        ),
    )  # fmt: skip

    def eligibility(self, facts: ReferralFacts[Contract], on: date) -> Sequence[Finding]:
        """By age, and for whom the complaints are about. Under 10: what to do instead, and until when."""
        findings = []
        if facts.case.role in WRONGED:
            findings.append(
                Finding.refused(
                    f"Is named in this case as {facts.case.role}. A contract is offered to whoever the complaints are "
                    "about."
                )
            )
        born, age = facts.person.date_of_birth, facts.person.age_on(on)
        if born is None or age is None:
            missing = "Cannot determine: no date of birth is recorded, and a contract is for people of 10 to 17."
            return [*findings, Finding.undetermined(missing)]
        if age < YOUNGEST:
            day = birthday(born, YOUNGEST)
            said = f"Is {age}. {INSTEAD_UNDER_10} A contract can be offered from {in_words(day)}."
            return [*findings, Finding.refused(said, changes_on=day)]
        if age > OLDEST:
            return [*findings, Finding.refused(f"Is {age}. {INSTEAD_OVER_17}")]
        return findings or [Finding.eligible(f"Is {age}.")]

    def consents(self, facts: ReferralFacts[Contract], on: date) -> Sequence[ConsentNeeded]:
        """The young person's, and a parent's under 16. An age that is not known counts as under 16."""
        own = ConsentNeeded(
            YOUNG_PERSON, "The young person", "A contract is voluntary: nobody signs against their will."
        )
        age = facts.person.age_on(on)
        if age is not None and age >= PARENT_UNDER:
            return (own,)
        why = "Signs, too, under 16." if age is not None else "Signs, too, under 16; the date of birth is not known."
        return (own, ConsentNeeded(PARENT, "A parent or carer", why))

    def payload(self, form: ContractForm) -> Contract:
        """What the referral form says."""
        return Contract(behaviour=form.behaviour.data, support=form.support.data or "")

    def load(self, data: Mapping[str, Any], version: int) -> Contract:
        """The payload of version 1, the only one so far."""
        if version != 1:
            raise ValueError(f"acceptable_behaviour payload version {version}")
        return Contract(
            behaviour=str(data["behaviour"]),
            support=str(data["support"]),
            second_agency=str(data["second_agency"]),
            second_agency_id=data["second_agency_id"],
            signed_on=_day(data["signed_on"]),
            signed_by=tuple(data["signed_by"]),
            terms=tuple(data["terms"]),
            months=int(data["months"]),
            reviewed_on=_day(data["reviewed_on"]),
            breaches=tuple(date.fromisoformat(day) for day in data["breaches"]),
        )

    def summary(self, payload: Contract) -> str:
        """What it is, and that it is no conviction."""
        return "Referred for an Acceptable Behaviour Contract: a voluntary agreement, not a conviction or an order."

    def rows(self, payload: Contract, progress: Progress) -> Sequence[Row]:
        """Stage, dates and breaches for everybody who hears the case; the terms for those who work with them."""
        rows = [
            Row("Stage", self.stage(progress.stage).title, EVERYBODY),
            Row("Referred on", in_words(progress.opened_on), EVERYBODY),
        ]
        if payload.second_agency:
            rows.append(Row("Drafted with", payload.second_agency, DRAFTERS))
        if payload.signed_on is not None and payload.ends_on is not None:
            rows += [
                Row("Signed on", in_words(payload.signed_on), EVERYBODY),
                Row("Runs until", in_words(payload.ends_on), EVERYBODY),
                Row("Signed for the two agencies by", " and ".join(payload.signed_by), DRAFTERS),
                *(Row(f"Term {number}", term, DRAFTERS) for number, term in enumerate(payload.terms, start=1)),
            ]
        if payload.reviewed_on is not None:
            rows.append(Row("Reviewed on", in_words(payload.reviewed_on), EVERYBODY))
        rows += [Row(f"Breach on {in_words(day)}", EVIDENCE, EVERYBODY) for day in payload.breaches]
        if progress.closed_on is not None:
            rows.append(Row("Closed on", in_words(progress.closed_on), EVERYBODY))
            rows.append(Row("Outcome", progress.outcome, DRAFTERS))
        rows.append(Row("The behaviour", payload.behaviour, DRAFTERS))
        if payload.support:
            rows.append(Row("What would help", payload.support, STAFF))
        return rows

    def partners(self, payload: Contract, progress: Progress) -> Sequence[int]:
        """The agency that drafts it with the one that referred."""
        return () if payload.second_agency_id is None else (payload.second_agency_id,)

    def obstacles(self, facts: ReferralFacts[Contract], transition: Transition, on: date) -> Sequence[str]:
        """A contract is completed on its last day, and extended for nobody who is older than contracts are for."""
        age, ends_on = facts.person.age_on(on), facts.payload.ends_on if facts.payload else None
        if transition.target == "completed" and ends_on is not None and on < ends_on:
            return (f"The contract runs until {in_words(ends_on)}. It can be completed from that day on.",)
        if transition.target == "extended" and age is not None and age > OLDEST:
            return (f"They are {age}, so the contract cannot be extended. It can be completed on its last day.",)
        return ()

    def action_templates(self) -> Sequence[ActionTemplate]:
        """What is usually agreed when a contract is offered."""
        return (
            ActionTemplate("visit", "Visit the young person with a parent or carer, and explain the contract", 5),
            ActionTemplate("draft", "Draft the terms together with the second agency", 10),
            ActionTemplate("tell", "Tell the complainants that a contract is offered, without its terms", 10),
        )

    def outcomes(self) -> Sequence[OutcomeMeasure]:
        """What is asked at the review and when it is completed."""
        answers = (("kept", "Kept"), ("mostly", "Mostly kept"), ("not", "Not kept"), ("unknown", "Not known"))
        return (
            OutcomeMeasure("kept", "The terms", answers),
            ANTI_SOCIAL,
        )

    def outcome(self, move: StageMove[Contract], measures: Mapping[str, str]) -> str:
        """How it ended, in words that referrer and chair may read."""
        if move.transition is None:
            return "A consent was not given or was withdrawn, or another provider goes on with it"
        if move.target == "declined":
            return f"Declined: {DECLINE_REASONS[move.answers['reason']]}"
        if move.target == "ended":
            return f"Ended by breach. Next step: {move.answers['next_step']}"
        return f"Completed. {self.measured(measures)}"

    def advance(self, payload: Contract, move: StageMove[Contract]) -> Contract:
        """Keep what was signed, when it was reviewed, by how much it was extended, and when it was breached."""
        answers = move.answers
        if move.transition is None and not self.stage(move.target).closed:  # it is opened again
            return Contract(payload.behaviour, payload.support, payload.second_agency, payload.second_agency_id)
        if move.transition is not None and move.transition.key == "accept":
            return replace(
                payload, second_agency=answers["second_agency"], second_agency_id=answers["second_agency_id"]
            )
        if move.target == "extended":
            return replace(payload, months=payload.months + int(answers["months"]))
        if move.target == "reviewed":
            return replace(payload, reviewed_on=move.on)
        if move.target == "breached":
            return replace(payload, breaches=(*payload.breaches, date.fromisoformat(answers["happened_on"])))
        if move.transition is not None and move.transition.key == "sign":
            return replace(
                payload,
                signed_on=date.fromisoformat(answers["signed_on"]),
                signed_by=(answers["for_referrer"], answers["for_second"]),
                terms=tuple(answers["terms"]),
                months=MONTHS,
            )
        return payload

    def moved(self, move: StageMove[Contract]) -> None:
        """Keep the register of contracts in step. Raises Refused for signatures under nothing."""
        key = move.transition.key if move.transition is not None else ""
        if key == "sign":
            operations.begin(move)
        elif move.target == "extended":
            operations.extend(move)
        elif move.target == "breached":
            operations.keep_breach(move)
        elif key in ("go_on", "end"):
            operations.keep_decision(move)
        if self.stage(move.target).closed:
            operations.close(move)

    def flags(self, facts: ReferralFacts[Contract], on: date) -> Sequence[str]:
        """Somebody who turns 18 stays on the contract until its end."""
        age = facts.person.age_on(on)
        if age is None or age <= OLDEST:
            return ()
        return (f"Is {age} now. The contract goes on to its last day, and cannot be extended.",)

    def clock(self, payload: Contract, progress: Progress) -> RunningClock | None:
        """Review at three months, end at the last: both counted from the signatures, whatever came between."""
        if progress.stage not in UNDER_WAY or payload.signed_on is None:
            return super().clock(payload, progress)
        if payload.reviewed_on is None and payload.months == MONTHS:
            return RunningClock(REVIEW, payload.signed_on)
        end = Clock("Complete or extend the contract", months=payload.months, source=AS_SIGNED)
        return RunningClock(end, payload.signed_on)


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
