"""Forms of subject-access copies."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from core.facts import MaskReason
from core.web.choices import all_of, number, offered, one_of
from core.web.forms import SHORT_TEXT, DayField, Form, Required, VersionedForm, at_most, given

EARLIEST = date(2018, 5, 25)
"""The right to a copy within a month is as old as the GDPR."""


def _the_day(label: str) -> DayField:
    return DayField(label, [Required("Enter the day on which they asked")], what="The day on which they asked")


class _Asked:
    """The day on which they asked is one that there was."""

    _today: date

    def validate_asked_on(self, field: DayField) -> None:
        """Neither ahead of us nor older than the right."""
        if given(field) and field.data is not None and not EARLIEST <= field.data <= self._today:
            raise ValidationError("The day on which they asked must be today or earlier, and after 24 May 2018")


class StartForm(_Asked, Form):
    """Whose copy, and since when they wait for it."""

    person = RadioField("Who is the copy for?", [Required("Choose who the copy is for")], coerce=number)
    asked_on = _the_day("When did they ask?")

    def __init__(self, people: Iterable[tuple[int, str]], *, today: date, chosen: int | None = None) -> None:
        super().__init__(person=chosen)
        self.person.choices = offered(people)
        self._today = today


class DayForm(_Asked, VersionedForm):
    """Since when they wait, put right."""

    asked_on = _the_day("When did they ask?")

    def __init__(self, *, today: date, **values: Any) -> None:
        super().__init__(**values)
        self._today = today


class ExtendForm(Form):
    """Why they have to wait longer, and when they were told."""

    reason = TextAreaField(
        "Why is the request complex?", [Required("Say why the request is complex"), at_most(1_000, "Your reason")]
    )
    told_on = DayField(
        "When did you tell the person?",
        [Required("Enter the day on which you told the person")],
        what="The day on which you told the person",
    )

    def __init__(self, *, today: date) -> None:
        super().__init__()
        self._today = today

    def validate_told_on(self, field: DayField) -> None:
        """They have been told."""
        if given(field) and field.data is not None and field.data > self._today:
            raise ValidationError("The day on which you told the person must be today or earlier")


class WithdrawForm(Form):
    """Why nobody goes on with it."""

    reason = TextAreaField(
        "Why is the copy withdrawn?", [Required("Say why it is withdrawn"), at_most(1_000, "Your reason")]
    )


class MaskForm(Form):
    """Words to be masked wherever they stand in an item."""

    words = TextAreaField(
        "Which words?",
        [Required("Enter the words to mask, as they stand in the item"), at_most(10_000, "The words")],
    )
    reason = RadioField(
        "Why?", [Required("Choose why they are masked")], choices=all_of(MaskReason), coerce=one_of(MaskReason)
    )
    note = StringField("Note", [at_most(SHORT_TEXT, "The note")])


class LiftForm(Form):
    """Why something is shown after all."""

    reason = TextAreaField("Why can it be shown?", [Required("Say why it can be shown"), at_most(1_000, "Your reason")])


class IssueForm(VersionedForm):
    """Issue the copy as it was read."""

    read = BooleanField(
        "I have read every line of this copy", [Required("Read the copy, then confirm that you have read every line")]
    )
