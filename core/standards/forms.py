"""Forms of contact plans, the contact log and the ways to complain. Choices that depend on a case are the view's."""

from datetime import date
from typing import Self

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from core.people.history.forms import MistakeFields
from core.standards.lists import ContactWay, EntryKind, SupportAnswer, UpdateInterval
from core.standards.operations import TO_COME, Agreement, SupportOffer, WayToComplain
from core.web.addresses import row_id
from core.web.choices import all_of, one_of
from core.web.forms import SHORT_TEXT, DayField, Form, Required, VersionedForm, at_most, given, held, say

EARLIEST = date(2000, 1, 1)

REACHED_BY_ONE = (ContactWay.PHONE, ContactWay.TEXT, ContactWay.EMAIL, ContactWay.LETTER)
"""Ways that need a number or an address."""


class Dated:
    """A form about something that was done on a day up to today."""

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.today = day
        return self

    def past(self, field: DayField) -> None:
        """Not in the future, and not before there were records."""
        if field.data is not None and field.data > self.today:
            raise ValidationError(TO_COME)
        if field.data is not None and field.data < EARLIEST:
            raise ValidationError(f"The day must be in {EARLIEST.year} or later")


class AgreementForm(Dated, MistakeFields, VersionedForm):
    """The named contact, and how and how often somebody is kept informed."""

    instruction = TextAreaField(
        "How are they contacted safely?",
        [Required("Enter how they are contacted safely"), at_most(500, "How they are contacted safely")],
        description="Shown first wherever a way to reach them is. For example, only before 3pm, and leave no message. "
        "Write “nothing to keep to” if that is what they said. Leave out numbers and addresses: everybody who may open "
        "the case reads this.",
    )
    contact_name = StringField(
        "Named contact",
        [Required("Enter the name of their contact"), at_most(SHORT_TEXT, "The name")],
        description="The person who deals with their case",
    )
    agency_id = SelectField("Agency of the named contact", [Required("Choose an agency")], coerce=row_id)
    contact_details = TextAreaField(
        "How can they reach the named contact?",
        [Required("Enter how they can reach the named contact"), at_most(500, "How they can reach the named contact")],
        description="The number and e-mail address that they were given",
    )
    way = RadioField(
        "How do they wish to be told?",
        [Required("Choose how they wish to be told")],
        choices=all_of(ContactWay),
        coerce=one_of(ContactWay),
    )
    reach = TextAreaField(
        "Number or address to use",
        [at_most(500, "The number or address")],
        description="Read by the lead agency and the named contact’s agency alone",
    )
    interval = RadioField(
        "How often do they wish to hear?",
        [Required("Choose how often they wish to hear")],
        choices=all_of(UpdateInterval),
        coerce=one_of(UpdateInterval),
    )
    agreed_on = DayField("When was this agreed?", [Required("Enter the day on which it was agreed")], what="The day")

    def validate_agreed_on(self, field: DayField) -> None:
        """Up to today."""
        self.past(field)

    def check_together(self) -> None:
        """Most ways need a number or an address."""
        super().check_together()
        if given(self.way) and self.way.data in REACHED_BY_ONE and not self.reach.data and not self.reach.errors:
            say(self.reach, "Enter the number or address to use")

    @property
    def details(self) -> Agreement:
        """What was entered. For a form that was validated."""
        return Agreement(
            contact_name=self.contact_name.data,
            agency_id=self.agency_id.data,
            contact_details=self.contact_details.data,
            way=self.way.data,
            instruction=self.instruction.data,
            reach=self.reach.data or "",
            interval=self.interval.data,
            agreed_on=held(self.agreed_on.data),
        )


class SupportForm(Dated, MistakeFields, VersionedForm):
    """That support was offered."""

    support_what = StringField(
        "Which support was offered?",
        [Required("Enter which support was offered"), at_most(SHORT_TEXT, "Which support")],
        description="The service, in a few words",
    )
    support_offered_on = DayField("When was it offered?", [Required("Enter the day of the offer")], what="The day")
    support_by = StringField("Who offered it?", [Required("Enter who offered it"), at_most(SHORT_TEXT, "The name")])
    support_answer = RadioField(
        "What did they say?",
        [Required("Choose what they said")],
        choices=all_of(SupportAnswer),
        coerce=one_of(SupportAnswer),
    )

    def validate_support_offered_on(self, field: DayField) -> None:
        """Up to today."""
        self.past(field)

    @property
    def details(self) -> SupportOffer:
        """What was entered. For a form that was validated."""
        return SupportOffer(
            support_offered_on=held(self.support_offered_on.data),
            support_by=self.support_by.data,
            support_what=self.support_what.data,
            support_answer=self.support_answer.data,
        )


class ComplaintForm(Dated, MistakeFields, VersionedForm):
    """That the way to complain was given."""

    complaint_text = TextAreaField(
        "What were they told?",
        [Required("Enter what they were told"), at_most(5_000, "What they were told")],
        description="How they complain about the service they get, and to whom",
    )
    complaint_given_on = DayField("When were they told?", [Required("Enter the day")], what="The day")
    complaint_by = StringField("Who told them?", [Required("Enter who told them"), at_most(SHORT_TEXT, "The name")])

    def validate_complaint_given_on(self, field: DayField) -> None:
        """Up to today."""
        self.past(field)

    @property
    def details(self) -> WayToComplain:
        """What was entered. For a form that was validated."""
        return WayToComplain(
            complaint_given_on=held(self.complaint_given_on.data),
            complaint_by=self.complaint_by.data,
            complaint_text=self.complaint_text.data,
        )


class ContactForm(Dated, Form):
    """A line of the contact log."""

    kind = RadioField("What happened?", [Required("Choose what happened")], coerce=one_of(EntryKind))
    made_on = DayField("When?", [Required("Enter the day")], what="The day")
    way = RadioField(
        "How were they contacted?",
        [Required("Choose how they were contacted")],
        choices=all_of(ContactWay),
        coerce=one_of(ContactWay),
    )
    by = StringField("Who contacted them?", [Required("Enter who contacted them"), at_most(SHORT_TEXT, "The name")])
    said = TextAreaField(
        "What was said, in short?",
        [Required("Enter what was said, in short"), at_most(2_000, "What was said")],
        description="Read by the lead agency, the named contact’s agency and your own",
    )

    def validate_made_on(self, field: DayField) -> None:
        """Up to today."""
        self.past(field)


class StrikeForm(Form):
    """A line of the log that is wrong."""

    reason = TextAreaField(
        "Why is it struck out?",
        [Required("Enter why it is struck out"), at_most(2_000, "Why it is struck out")],
        description="For example, it was another person’s, or the day is wrong. Then record it anew.",
    )
