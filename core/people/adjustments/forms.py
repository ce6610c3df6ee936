"""Forms of adjustments."""

from datetime import date
from typing import Self

from wtforms import RadioField, StringField
from wtforms.validators import ValidationError

from core.people.adjustments.models import AdjustmentKind, AskedBy
from core.web.choices import all_of, one_of
from core.web.forms import DayField, Form, Required, VersionedForm, at_most, say

NEEDS_WORDS = {
    AdjustmentKind.INTERPRETER: "Enter the language",
    AdjustmentKind.CONTACT: "Enter the way or the times",
    AdjustmentKind.OTHER: "Enter what they need",
}
"""Kinds that say nothing without a word more."""


class AdjustmentForm(Form):
    """Something that somebody needs."""

    kind = RadioField(
        "What do they need?",
        [Required("Choose what they need")],
        choices=all_of(AdjustmentKind),
        coerce=one_of(AdjustmentKind),
    )
    detail = StringField(
        "Which language, which way or which times, or what else?",
        [at_most(500, "What they need")],
        description="Needed for an interpreter, for contact in a certain way, and for something else. Whoever plans "
        "contact reads it, a provider of a referral too: no diagnosis, no address.",
    )
    asked_by = RadioField(
        "Who asked for it?", [Required("Choose who asked for it")], choices=all_of(AskedBy), coerce=one_of(AskedBy)
    )
    since = DayField("Since when?", [Required("Enter the day since which they need it")], what="The day")

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.day = day
        return self

    def validate_since(self, field: DayField) -> None:
        """Not in the future, and in somebody's lifetime."""
        if field.data is not None and field.data > self.day:
            raise ValidationError("The day must be today or in the past")
        if field.data is not None and field.data.year < self.day.year - 110:
            raise ValidationError("The day must be in their lifetime")

    def check_together(self) -> None:
        """Some kinds say nothing alone."""
        super().check_together()
        if self.kind.data in NEEDS_WORDS and not self.detail.data:
            say(self.detail, NEEDS_WORDS[self.kind.data])


class EndForm(VersionedForm):
    """It is not needed any more."""

    why = StringField("Why is it not needed any more?", [Required("Enter why"), at_most(500, "Why")])
