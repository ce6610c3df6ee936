"""Forms of how a meeting stands still and ends."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.facts import ItemOutcome
from core.meetings.diary.forms import PlaceAndTime
from core.meetings.models import Meeting
from core.web.forms import LONG_TEXT, SHORT_TEXT, Form, Required, at_most


class PauseForm(Form):
    """Pause it, or go on. It says which of the two is wanted: pressed by two people at once, nothing is undone."""

    paused = HiddenField(validators=[Required("Choose whether the meeting is paused")])
    reason = StringField(
        "Why? (optional)", [at_most(SHORT_TEXT, "The reason")], description="It is minuted. Do not name anybody."
    )


class ReopenForm(Form):
    """Why a closed meeting goes on."""

    reason = TextAreaField(
        "Why is it opened again?",
        [Required("Say why the meeting is opened again"), at_most(LONG_TEXT, "The reason")],
        description="It is kept in the minutes. Do not name anybody.",
    )


class AdjournForm(PlaceAndTime, Form):
    """When and where the meeting goes on."""

    @classmethod
    def of(cls, meeting: Meeting) -> "AdjournForm":
        """At the same place, to begin with."""
        form: AdjournForm = cls(venue=meeting.venue, online_link=meeting.online_link)
        return form


class CloseForm(Form):
    """What became of the items that were recorded under and not settled. Nothing is chosen to begin with."""

    recorded = RadioField(
        "What became of them?",
        [Required("Choose what became of the items under which something was recorded")],
        choices=[
            SelectChoice(ItemOutcome.HEARD.value, "They were heard"),
            SelectChoice(ItemOutcome.NOT_HEARD.value, "They were not heard"),
        ],
    )

    def asking_nothing(self) -> "CloseForm":
        """For a meeting without such items."""
        del self.recorded
        return self
