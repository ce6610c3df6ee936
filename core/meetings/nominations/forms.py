"""Forms of nominations."""

from collections.abc import Sequence
from datetime import date

from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.clock import local_date
from core.dates import in_words
from core.meetings.agenda.operations import LONGEST_ITEM
from core.meetings.models import Meeting
from core.meetings.nominations.operations import LATE_NEEDS_REASON
from core.meetings.order import MINUTES_PER_CASE
from core.web.addresses import row_id
from core.web.forms import LONG_TEXT, Form, Required, VersionedForm, WholeNumberField, at_most

URGENT_THERE = "Nominations for that closed on {day}: there it is urgent, and it is not researched."


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


class CorrectForm(NominationForm, VersionedForm):
    """A nomination that said something wrong."""

    was_wrong = TextAreaField(
        "What was wrong?",
        [Required("Enter what was wrong"), at_most(2_000, "What was wrong")],
        description="It stands in the history of the case, with what stood there. Those who read it can be told.",
    )


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

    group = RadioField("Which group?", [Required("Choose the group")], coerce=row_id)
    send_reason = TextAreaField(
        "Why does it go to the other group?",
        [Required("Say why it goes to the other group"), at_most(LONG_TEXT, "The reason")],
        description="Its chair reads this. Where nominations have closed, it is the reason why the case cannot wait.",
    )

    def offer(self, others: Sequence[tuple[Meeting, date]], *, on: date) -> None:
        """Fill the list: groups by their next meetings, each with its cut-off, and whether that has passed."""
        self.group.choices = [
            SelectChoice(
                str(meeting.group_id), meeting.group.name, render_kw={"hint": arrives(meeting, cut_off, on=on)}
            )
            for meeting, cut_off in others
        ]


def arrives(meeting: Meeting, cut_off: date, *, on: date) -> str:
    """How a nomination that is sent on that day comes to that meeting, in a sentence or two."""
    meets = f"It meets on {in_words(local_date(meeting.starts_at))}."
    if on <= cut_off:
        return meets
    return f"{meets} {URGENT_THERE.format(day=in_words(cut_off))}"
