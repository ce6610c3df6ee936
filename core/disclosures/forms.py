"""Forms of the register, of the grounds, and of what somebody said to the use of what they gave in a complaint."""

from datetime import date
from typing import Self

from wtforms import BooleanField, RadioField, SelectField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from core.disclosures.arms.line import Wanted
from core.disclosures.consents import Said
from core.disclosures.lists import BASES, CONDITIONS, LAWS, NOT_RECORDED, PART_OF, Answer, Grounds, How, Kind, Scope
from core.facts import PersonRole
from core.web.addresses import row_id
from core.web.choices import Ticked, all_of, one_of
from core.web.forms import DayField, Form, Required, VersionedForm, at_most, say

PROVIDERS = (PersonRole.COMPLAINANT, PersonRole.VICTIM, PersonRole.WITNESS, PersonRole.PARTY, PersonRole.FAMILY_MEMBER)
"""Who gives information in a complaint."""


BEYOND_A_MEETING = (Scope.MEETINGS, Scope.AGENCIES)
"""What a consent to an incident or a case can be for: neither is of one meeting."""


def all_bases() -> list[SelectChoice]:
    """Every basis, with its citation."""
    return [SelectChoice(each, f"{each}: {cited}") for each, cited in BASES.items()]


def all_conditions() -> list[SelectChoice]:
    """Every condition, with its citation."""
    return [SelectChoice(each, f"{each} ({cited})" if cited else each) for each, cited in CONDITIONS.items()]


class RegisterForm(PlainForm):
    """The filters of the register. Reads, and so carries no key; a choice that there is not is no filter."""

    kind = SelectField(
        "Kind",
        choices=[SelectChoice("", "Any"), *(SelectChoice(k.value, k.value.capitalize()) for k in Kind)],
        validate_choice=False,
    )
    agency = SelectField("Told to", validate_choice=False)
    basis = SelectField(
        "Lawful basis",
        choices=[
            SelectChoice("", "Any"),
            *(SelectChoice(b, b) for b in BASES),
            SelectChoice(NOT_RECORDED, "Not recorded"),
        ],
        validate_choice=False,
    )
    since = DayField("From", what="The first day")
    until = DayField("To", what="The last day")

    @property
    def wanted(self) -> Wanted:
        """What the register is asked for. For a form that was validated."""
        known = {str(choice.value) for choice in self.agency.choices or ()}
        basis = self.basis.data if self.basis.data in (*BASES, NOT_RECORDED) else None
        return Wanted(
            kinds=tuple(each for each in Kind if each == self.kind.data),
            agency_id=row_id(self.agency.data) if self.agency.data in known else None,
            basis="" if basis == NOT_RECORDED else basis,
            since=self.since.data,
            until=self.until.data,
        )


class GroundsForm(VersionedForm):
    """On what the partnership discloses in one way."""

    basis = RadioField("Lawful basis", [Required("Choose the lawful basis")], choices=all_bases())
    condition = RadioField(
        "Condition for special-category and criminal-offence data",
        [Required("Choose the condition, or that there is no such data")],
        choices=all_conditions(),
    )
    purpose = TextAreaField("Purpose", [Required("Enter the purpose"), at_most(PART_OF, "The purpose")])

    as_one = (("basis", "condition"),)

    @property
    def grounds(self) -> Grounds:
        """What was entered. For a form that was validated."""
        return Grounds(self.basis.data, self.condition.data, self.purpose.data)


class ComplaintFields(Form):
    """Whether something was given in a complaint, and what its provider said to its use beyond that. Part of the form
    on which it is recorded.
    """

    in_complaint = BooleanField(
        "This was given in a complaint",
        description="It goes no further than the agency that took it, unless the person agrees or a law asks for it.",
    )
    provider = SelectField(
        "Who gave it?",
        choices=[SelectChoice("", "Choose"), *all_of(PROVIDERS)],
        coerce=one_of(PersonRole),
        validate_choice=False,
    )
    answer = RadioField(
        "Did they agree that it is used beyond the complaint?",
        choices=[
            SelectChoice(Answer.GIVEN.value, "Yes, they agreed"),
            SelectChoice(Answer.REFUSED.value, "No, they refused"),
            SelectChoice(Answer.NOT_ASKED.value, "They have not been asked yet"),
            SelectChoice(Answer.NOT_NEEDED.value, "Their consent is not needed: a law or the protocol asks for it"),
        ],
        coerce=one_of(Answer),
        validate_choice=False,
    )
    scope = RadioField(
        "What did they agree to?", choices=all_of(BEYOND_A_MEETING), coerce=one_of(Scope), validate_choice=False
    )
    agreed_agencies = Ticked("Which agencies?")
    not_to_subject = BooleanField("Not to be told to the subject")
    limits = TextAreaField("Other limits, in their words", [at_most(200, "Other limits")])
    how = RadioField("How did they agree?", choices=all_of(How), coerce=one_of(How), validate_choice=False)
    answered_on = DayField("When did they say so?", what="The day on which they said so")
    law = SelectField(
        "Which law, or which part of the protocol?",
        choices=[SelectChoice("", "Choose"), *(SelectChoice(law, law) for law in LAWS)],
        coerce=lambda value: value if value in LAWS else "",
        validate_choice=False,
    )

    @property
    def said(self) -> Said | None:
        """What was entered; None where it was not given in a complaint. For a form that was validated."""
        return self.said_for_sure if self.in_complaint.data else None

    @property
    def said_for_sure(self) -> Said:
        """The same, of what is known for given in one."""
        return Said(
            provider=self.provider.data,
            answer=self.answer.data,
            scope=self.scope.data,
            agencies=tuple(self.agreed_agencies.data or ()),
            not_to_subject=self.not_to_subject.data,
            limits=self.limits.data or "",
            how=self.how.data,
            answered_on=self.answered_on.data,
            law=self.law.data or "",
        )

    def check_complaint(self, *, on: date) -> None:
        """What is said of a complaint is complete. Called from `check_together`."""
        if not self.in_complaint.data:
            return
        if self.provider.data is None:
            say(self.provider, "Choose who gave it")
        match self.answer.data:
            case Answer.GIVEN:
                self._check_given(on)
            case Answer.REFUSED:
                self._check_day(on)
            case Answer.NOT_NEEDED if not self.law.data:
                say(self.law, "Choose the law, or the part of the protocol, that asks for it")
            case None:
                say(self.answer, "Choose what they said")
            case _:
                pass

    def at_a_meeting(self) -> Self:
        """This form, of what is shared at a meeting: it can be for that one alone."""
        self.scope.choices = all_of(Scope)
        return self

    def _check_given(self, on: date) -> None:
        offered = {choice.value for choice in self.scope.choices or ()}
        if self.scope.data is None or self.scope.data.value not in offered:
            say(self.scope, "Choose what they agreed to")
        elif self.scope.data is Scope.AGENCIES and not self.agreed_agencies.data and not self.agreed_agencies.errors:
            say(self.agreed_agencies, "Choose the agencies that they agreed to")
        if self.how.data is None:
            say(self.how, "Choose how they agreed")
        self._check_day(on)

    def _check_day(self, on: date) -> None:
        if self.answered_on.errors:
            return
        if self.answered_on.data is None:
            say(self.answered_on, "Enter the day on which they said so")
        elif self.answered_on.data > on:
            say(self.answered_on, "The day on which they said so must be today or in the past")


class SharedComplaintFields(ComplaintFields):
    """The same of what is shared at a meeting: it can be for that one alone."""

    scope = RadioField("What did they agree to?", choices=all_of(Scope), coerce=one_of(Scope), validate_choice=False)


COMPLAINT = (
    "in_complaint",
    "provider",
    "answer",
    "scope",
    "agreed_agencies",
    "not_to_subject",
    "limits",
    "how",
    "answered_on",
    "law",
)
"""Names of those fields."""


class ComplaintForm(ComplaintFields):
    """A case was opened from a complaint."""

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def check_together(self) -> None:
        """Complete, as on the form on which it was recorded."""
        self.in_complaint.data = True
        self.check_complaint(on=self.day)


class ConsentForm(ComplaintForm, VersionedForm):
    """What somebody said, kept anew: asked since, or put right."""

    as_one = (("answer", "scope", "agreed_agencies", "law"),)


class WithdrawForm(VersionedForm):
    """Somebody withdraws."""

    withdrawn_on = DayField(
        "When did they withdraw?", [Required("Enter the day on which they withdrew")], what="The day of the withdrawal"
    )
    note = TextAreaField(
        "Anything to add",
        [at_most(PART_OF, "What is added")],
        description="Not why: nobody has to give a reason. Leave it empty if there is nothing.",
    )

    def not_after(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def validate_withdrawn_on(self, field: DayField) -> None:
        """Not to come."""
        if field.data is not None and field.data > self.day:
            raise ValidationError("The day of the withdrawal must be today or in the past")


class TellForm(Form):
    """Tell those who read it: nothing but a button."""
