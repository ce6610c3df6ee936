"""Forms of the room."""

from wtforms import BooleanField

from core.web.choices import Chosen
from core.web.forms import Form, Required


class OpenForm(Form):
    """Who takes the chair and who the minutes."""

    chair = Chosen("Who takes the chair?", [Required("Choose who takes the chair")])
    minute_taker = Chosen(
        "Who takes the minutes?",
        [Required("Choose who takes the minutes")],
        description="Somebody other than the chair.",
    )
    early = BooleanField(
        "Open it today all the same", [Required("The meeting is on another day: tick that you mean to open it today")]
    )

    def on_its_day(self) -> "OpenForm":
        """For a meeting that is opened on its own day: that need not be asked."""
        del self.early
        return self


class AcceptForm(Form):
    """The confidentiality statement, accepted in person."""

    accepted = BooleanField(
        "I have read the statement and will keep to it", [Required("Confirm that you accept the statement")]
    )
