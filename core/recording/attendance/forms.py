"""Forms of the attendance."""

from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from core.facts import Presence
from core.recording.attendance.operations import LEFT_FIRST
from core.web.choices import Chosen, all_of
from core.web.forms import SHORT_TEXT, ClockField, Form, Required, VersionedForm, at_most, say


class AttendanceForm(VersionedForm):
    """Somebody's line."""

    as_one = (("presence", "information_sent", "arrived_at", "left_at"),)

    presence = RadioField(
        "Attendance",
        [Required("Choose one")],
        choices=all_of(Presence),
    )
    information_sent = BooleanField(
        "With their apologies they sent their information", description="Counts for apologies"
    )
    deputy_for = StringField(
        "Who do they deputise for?",
        [at_most(SHORT_TEXT, "Who they deputise for")],
        description="Leave empty if nobody.",
    )
    arrived_at = ClockField("Arrived at", [Optional()])
    left_at = ClockField("Left at", [Optional()])

    def check_together(self) -> None:
        """Nobody leaves before they arrive."""
        arrived, left = self.arrived_at.data, self.left_at.data
        if arrived is not None and left is not None and left < arrived:
            say(self.left_at, LEFT_FIRST)


class MarkForm(VersionedForm):
    """The same with one press: a button for each of these."""

    presence = RadioField(
        "Attendance",
        [Required("Choose one")],
        choices=[SelectChoice(each.value) for each in (Presence.PRESENT, Presence.APOLOGIES, Presence.LEFT)],
    )


class GuestForm(Form):
    """Somebody without an account."""

    name = StringField("Name", [Required("Enter the guest’s name"), at_most(SHORT_TEXT, "Name")])
    agency_name = StringField(
        "Agency or organisation", [Required("Enter their agency or organisation"), at_most(SHORT_TEXT, "Agency")]
    )
    deputy_for = StringField(
        "Who do they deputise for?",
        [at_most(SHORT_TEXT, "Who they deputise for")],
        description="Leave empty if nobody.",
    )


class DeputyForm(Form):
    """Somebody with an account who sits in for a member at this one meeting."""

    person = Chosen("Who sits in?", [Required("Choose who sits in")], empty="Choose a person")
    deputy_for = StringField(
        "Who do they deputise for?",
        [Required("Enter who they deputise for"), at_most(SHORT_TEXT, "Who they deputise for")],
    )
