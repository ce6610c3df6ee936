"""Forms of the action log."""

from collections.abc import Sequence
from datetime import date
from typing import Self

from wtforms import RadioField, TextAreaField
from wtforms.validators import ValidationError

from core.actions.operations import DUE_IN_THE_PAST, MISSED, NOT_OF_THAT_AGENCY
from core.recording.choices import people
from core.recording.queries import Member
from core.web.choices import Chosen, all_of, offered
from core.web.forms import LONG_TEXT, DayField, Required, VersionedForm, at_most, given, say


class ProgressForm(VersionedForm):
    """A line of progress."""

    note = TextAreaField("What has happened?", [Required("Enter what has happened"), at_most(LONG_TEXT, "The note")])


class CompleteForm(VersionedForm):
    """It was done."""

    outcome = TextAreaField("What came of it?", [Required("Enter what came of it"), at_most(LONG_TEXT, "The outcome")])


class NotDoneForm(VersionedForm):
    """It was not done: one of the two reasons, and a note."""

    reason = RadioField(
        "Why was it not done?",
        [Required("Choose why it was not done")],
        choices=all_of(MISSED),
    )
    note = TextAreaField("Say more", [Required("Enter a note"), at_most(LONG_TEXT, "The note")])


class ReopenForm(VersionedForm):
    """Open again, and why."""

    note = TextAreaField(
        "Why is it open again?", [Required("Enter why it is open again"), at_most(LONG_TEXT, "The reason")]
    )


class ReassignForm(VersionedForm):
    """Another owner."""

    owner = Chosen("Which agency will do it?", [Required("Choose the agency")])
    person = Chosen("Who of that agency?", empty="The agency will decide")
    note = TextAreaField("Why?", [Required("Enter the reason"), at_most(LONG_TEXT, "The reason")])

    def offer(self, all_agencies: Sequence[tuple[int, str]], members: Sequence[Member]) -> None:
        """Fill the lists: agencies, and people under their agencies."""
        self.owner.offer(offered(all_agencies))
        self.person.offer(people(members))
        self._agencies = {member.user_id: member.agency_id for member in members}

    def check_together(self) -> None:
        """Who is to do it is of the agency that is."""
        if given(self.owner, self.person) and self._agencies[self.person.data] != self.owner.data:
            say(self.person, NOT_OF_THAT_AGENCY)


class DueForm(VersionedForm):
    """Another due date, and why."""

    due = DayField("When is it due?", [Required("Enter the due date")], what="The due date")
    note = TextAreaField("Why?", [Required("Enter the reason"), at_most(LONG_TEXT, "The reason")])

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.today = day
        return self

    def validate_due(self, field: DayField) -> None:
        """Not in the past."""
        if field.data is not None and field.data < self.today:
            raise ValidationError(DUE_IN_THE_PAST)
