"""Forms of nominations."""

from collections.abc import Sequence
from typing import Any

from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.dates import in_words
from core.meetings.agenda.operations import LONGEST_ITEM
from core.meetings.nominations.operations import LATE_NEEDS_REASON
from core.meetings.order import MINUTES_PER_CASE
from core.web.forms import LONG_TEXT, Form, Required, VersionedForm, WholeNumberField, at_most


class NominationForm(Form):
    """Why a case is to be heard. `urgent`: after the cut-off, when the reason for that is asked for, too."""

    reason = TextAreaField(
        "Why should this case be heard?",
        [Required("Say why this case should be heard"), at_most(LONG_TEXT, "The reason")],
    )
    asks = TextAreaField(
        "What do you ask of the other agencies?",
        [Required("Say what you ask of the other agencies"), at_most(LONG_TEXT, "What you ask")],
    )
    late_reason = TextAreaField(
        "Why can it not wait for the next meeting?",
        [Required(LATE_NEEDS_REASON), at_most(LONG_TEXT, "The reason")],
    )

    def for_time(self, *, late: bool) -> "NominationForm":
        """In time, nobody is asked why it cannot wait."""
        if not late:
            del self.late_reason
        return self


class AcceptForm(VersionedForm):
    """Onto the agenda, with so many minutes."""

    minutes = WholeNumberField(
        "Minutes",
        f"Enter the minutes as a whole number from 0 to {LONGEST_ITEM}",
        least=0,
        most=LONGEST_ITEM,
        default=MINUTES_PER_CASE,
    )


class DeclineForm(VersionedForm):
    """Why not."""

    decline_reason = TextAreaField(
        "Why is it declined?",
        [Required("Say why the nomination is declined"), at_most(LONG_TEXT, "The reason")],
    )


class SendOnForm(VersionedForm):
    """Which group, and why."""

    group = SelectField("Group", coerce=int, default=0)
    send_reason = TextAreaField(
        "Why does it go to the other group?",
        [Required("Say why it goes to the other group"), at_most(LONG_TEXT, "The reason")],
    )

    def offer(self, groups: Sequence[Any]) -> None:
        """Fill the list: id, name and when the group meets next."""
        self.group.choices = [SelectChoice(str(row.id), f"{row.name}, meets {in_words(row.next)}") for row in groups]
