"""The form of countersigning."""

from wtforms import BooleanField, HiddenField

from core.web.forms import Form, Required


class CountersignForm(Form):
    """One's own signature under what one's agency signed."""

    document = HiddenField()
    """The version that the page showed."""
    accepted = BooleanField(
        "I have read the protocol and will keep to it", [Required("Confirm that you have read it and will keep to it")]
    )
