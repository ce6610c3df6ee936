"""The form that chases."""

from collections.abc import Sequence

from wtforms import SelectField

from core.circulation.sent.queries import Sent
from core.dates import in_words
from core.web.addresses import row_id
from core.web.forms import Form, WholeNumberField

DAYS = 3


class ChaseForm(Form):
    """Who is to be chased: those who have not opened that, though it went to them so long ago."""

    circulation = SelectField("What have they not opened?", coerce=lambda value: row_id(str(value)) or 0)
    days = WholeNumberField(
        "Sent at least this many days ago", "Enter a number of days from 1 to 60", least=1, most=60, default=DAYS
    )

    def offer(self, everything: Sequence[Sent]) -> None:
        """Let those be chosen that somebody has not opened."""
        self.circulation.choices = [
            (each.circulation.id, f"{each.title}, {in_words(each.circulation.at)}: {each.unopened} not opened")
            for each in everything
            if each.unopened
        ]
