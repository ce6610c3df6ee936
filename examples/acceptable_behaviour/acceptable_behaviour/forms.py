"""The forms of the pathway, and of what its provider keeps."""

from datetime import date
from typing import Any

from core.plugin_api import (
    DayField,
    PathwayForm,
    ReferralFacts,
    Required,
    VersionedForm,
    at_most,
    in_words,
    signatories_beside,
)
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from acceptable_behaviour import queries
from acceptable_behaviour.rules import EVIDENCE, EXTENSIONS, PARENT_UNDER

TEXT = 4_000
"""Characters that a text may have."""

LINE = 200

DECLINE_REASONS = {
    "unwilling": "the young person or a parent does not want a contract",
    "no_evidence": "too little is known of what happened",
    "too_much": "what happened is too grave for a contract",
    "other": "another kind of support suits better",
    "mistake": "referred by mistake, or the referral was taken back",
}


class ContractForm(PathwayForm):
    """Refer a young person."""

    heading = "Refer a young person for an Acceptable Behaviour Contract"

    behaviour = TextAreaField(
        "Which behaviour is it about?",
        description="What was seen, when and where. Both agencies that draft it, the provider and the chair read this.",
        validators=[Required("Enter which behaviour it is about"), at_most(TEXT, "The behaviour")],
    )
    support = TextAreaField(
        "What would help them to keep it? (optional)",
        description="The provider’s own staff read this, and nobody else.",
        validators=[at_most(TEXT, "What would help")],
    )


class AgreementForm(ContractForm):
    """Refer a child under 10, for an agreement with the parents."""

    heading = "Refer a child under 10 for a Parental Agreement"


class AgreeForm(PathwayForm):
    """Record what was agreed with the parents."""

    heading = "What was agreed with the parents?"

    agreed_on = DayField("When was it agreed?", [Required("Enter when it was agreed")], what="The day")
    agreed_with = StringField(
        "With whom?",
        description="The parents or carers who agreed. No child under 10 signs.",
        validators=[Required("Enter with whom it was agreed"), at_most(LINE, "The names")],
    )
    promised = TextAreaField(
        "What will they do?",
        description="In their own words, one thing a line.",
        validators=[Required("Enter what they will do"), at_most(TEXT, "What they will do")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Between the referral and today."""
        self.earliest, self.latest = facts.progress.opened_on if facts.progress else on, on

    def validate_agreed_on(self, field: DayField) -> None:
        """Between the referral and today."""
        _between(field.data, self.earliest, self.latest, "The day")


class AcceptForm(PathwayForm):
    """Accept a referral, and say who drafts the contract."""

    heading = "Which agency drafts the contract with the one that referred?"

    second_agency = RadioField(
        "The second agency",
        description="Two agencies draft a contract and sign it. The second one sees this referral from now on, whether "
        "or not it may open the case.",
        validators=[Required("Choose the second agency")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Offer the agencies of the partnership that have signed."""
        self.names = {str(number): name for number, name in signatories_beside(facts.case.id, on=on).items()}
        self.second_agency.choices = [SelectChoice(key, name) for key, name in self.names.items()]

    def answers(self) -> dict[str, Any]:
        """The agency with its name, which is kept as it was then."""
        return {"second_agency_id": int(self.second_agency.data), "second_agency": self.names[self.second_agency.data]}


class DeclineForm(PathwayForm):
    """Decline a referral."""

    heading = "Why do you decline this referral?"

    reason = RadioField(
        "Reason",
        description="The agency that referred sees this.",
        choices=[SelectChoice(key, text[0].upper() + text[1:]) for key, text in DECLINE_REASONS.items()],
        validators=[Required("Choose a reason")],
    )


def _signature(whose: str, missing: str) -> Any:
    return StringField(whose, validators=[Required(missing), at_most(LINE, "The name")])


class SignForm(PathwayForm):
    """Record the signatures under the terms that were agreed."""

    heading = "Who signed the contract, and when?"
    template = "acceptable_behaviour/sign.html"

    signed_on = DayField("When was it signed?", [Required("Enter the day of the signatures")], what="The day")
    for_referrer = _signature(
        "Who signed for the agency that referred?", "Enter who signed for the agency that referred"
    )
    for_second = _signature("Who signed for the second agency?", "Enter who signed for the second agency")
    young_person = BooleanField("The young person signed", validators=[Required("The young person must have signed")])
    parent = BooleanField("A parent or carer signed")

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Show the terms as they stand, name the second agency, and ask for a parent's signature under 16."""
        self.earliest, self.latest = facts.progress.opened_on if facts.progress else on, on
        self.agreed = queries.terms_of(facts.id) if facts.id is not None else ()
        age = facts.person.age_on(on)
        self.needs_parent = age is None or age < PARENT_UNDER
        if facts.payload is not None:
            self.for_second.label.text = f"Who signed for {facts.payload.second_agency}?"
        if not self.needs_parent:
            del self.parent

    def validate_signed_on(self, field: DayField) -> None:
        """Between the referral and today."""
        _between(field.data, self.earliest, self.latest, "The day of the signatures")

    def validate_parent(self, field: BooleanField) -> None:
        """Under 16, or at an age that is not known."""
        if not field.data:
            raise ValidationError("A parent or carer must have signed, too")

    def answers(self) -> dict[str, Any]:
        """With the terms as they were signed."""
        return super().answers() | {"terms": [term.text for term in self.agreed]}


class BreachForm(PathwayForm):
    """Record a breach: evidence, not an offence."""

    heading = "Which term was broken?"

    happened_on = DayField("When did it happen?", [Required("Enter when it happened")], what="The day")
    account = TextAreaField(
        "What happened, and who saw it?",
        description=EVIDENCE,
        validators=[Required("Enter what happened"), at_most(TEXT, "What happened")],
    )

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """While the contract ran."""
        signed = facts.payload.signed_on if facts.payload else None
        self.earliest, self.latest = signed or on, on

    def validate_happened_on(self, field: DayField) -> None:
        """Between the signatures and today."""
        if field.data is not None and not self.earliest <= field.data <= self.latest:
            raise ValidationError(f"The day must be from {in_words(self.earliest)}, the day of signing, to today")


class ExtendForm(PathwayForm):
    """Extend a contract."""

    heading = "For how long is the contract extended?"

    months = RadioField(
        "Months",
        description="From its last day on, with the terms as they are. Everybody who signed must agree.",
        choices=[SelectChoice(str(number), f"{number} months") for number in EXTENSIONS],
        validators=[Required("Choose for how long")],
    )


class GoOnForm(PathwayForm):
    """What the meeting decided: the contract goes on."""

    heading = "What did the meeting decide?"

    decision = TextAreaField(
        "Why does the contract go on?",
        description=EVIDENCE,
        validators=[Required("Enter what the meeting decided"), at_most(TEXT, "The decision")],
    )


class NextStepForm(PathwayForm):
    """What the meeting decided: the contract ends, and what comes next."""

    heading = "What did the meeting decide?"

    next_step = StringField(
        "Next step of the incremental approach",
        description=f"{EVIDENCE} For example: a community protection warning, from 16 on; a civil injunction.",
        validators=[Required("Enter the next step"), at_most(LINE, "The next step")],
    )


class TermForm(VersionedForm):
    """One of the terms."""

    text = TextAreaField(
        "What is agreed?",
        description="One thing, in plain words that the young person would use: “I will not throw stones at buses”.",
        validators=[Required("Enter what is agreed"), at_most(TEXT, "The term")],
    )
    proposed_by = StringField(
        "Which agency proposes it?",
        validators=[Required("Enter which agency proposes it"), at_most(LINE, "The agency")],
    )


def _between(typed: date | None, earliest: date, latest: date, what: str) -> None:
    if typed is not None and not earliest <= typed <= latest:
        raise ValidationError(f"{what} must be between the referral and today")
