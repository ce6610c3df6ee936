"""What the incident register is asked for. Reads, and so carries no key."""

from datetime import date
from typing import Any

from wtforms import Form as PlainForm
from wtforms import SelectField
from wtforms.validators import ValidationError


class PeriodForm(PlainForm):
    """An area and a range of months."""

    area = SelectField("Area", invalid_choice_message="Choose an area from the list")
    since = SelectField("From", invalid_choice_message="Choose a month from the list")
    until = SelectField("To", invalid_choice_message="Choose a month from the list")

    def validate_until(self, field: Any) -> None:
        """A period ends after it begins."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last month must not be before the first")

    @property
    def period(self) -> tuple[date, date]:
        """First and last month. For a form that was validated."""
        return date.fromisoformat(self.since.data), date.fromisoformat(self.until.data)
