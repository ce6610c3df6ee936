"""The form of a declaration of interest."""

from wtforms import TextAreaField

from core.web.choices import Chosen
from core.web.forms import LONG_TEXT, Form, Required, at_most


class InterestForm(Form):
    """The reason may be left out: a declaration needs none."""

    reason = TextAreaField(
        "What is your interest?",
        [at_most(LONG_TEXT, "The reason")],
        description="You need not say. The chair and the minutes see that you declared an interest.",
    )
    chair = Chosen(
        "You are in the chair. Who takes it for this item?", [Required("Choose who takes the chair for this item")]
    )

    def without_the_chair(self) -> "InterestForm":
        """For whoever has no chair to hand over."""
        del self.chair
        return self
