"""What the statistics are asked for. Reads, and so carries no key."""

from datetime import date
from typing import Self

from wtforms import Form
from wtforms.validators import ValidationError

from core.plugin_api.facts import Period
from core.web.forms import DayField, Required, held

EARLIEST = date(2000, 1, 1)


class PeriodForm(Form):
    """A period: its first and its last day, both counted."""

    since = DayField("First day", [Required("Enter the first day")], what="The first day")
    until = DayField("Last day", [Required("Enter the last day")], what="The last day")

    def as_of(self, day: date) -> Self:
        """This form, checked as of that day."""
        self.today = day
        return self

    def validate_since(self, field: DayField) -> None:
        """Not before there were records."""
        if field.data is not None and field.data < EARLIEST:
            raise ValidationError(f"The first day must be in {EARLIEST.year} or later")

    def validate_until(self, field: DayField) -> None:
        """Not before the first day, and not to come: nobody can count it yet."""
        if field.data is None:
            return
        if field.data > self.today:
            raise ValidationError("The last day must be today or in the past")
        if self.since.data is not None and field.data < self.since.data:
            raise ValidationError("The last day must not be before the first day")

    @property
    def period(self) -> Period:
        """What was entered. For a form that was validated."""
        return Period(held(self.since.data), held(self.until.data))
