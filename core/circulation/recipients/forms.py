"""The forms of choosing recipients and of granting items."""

from wtforms import RadioField, TextAreaField

from core.web.choices import Ticked, offered
from core.web.forms import LONG_TEXT, Form, Required, at_most

PERSON, AGENCY = "person", "agency"


class CirculateForm(Form):
    """Who is sent their copy."""

    readers = Ticked("Who should get a copy?", [Required("Choose at least one person to send the minutes to")])


class ExtractForm(Form):
    """Who of the providers is sent an extract."""

    readers = Ticked("Who should get an extract?", [Required("Choose at least one person to send an extract to")])


class GrantForm(Form):
    """Items of the minutes for somebody who was not there for them, and why."""

    items = Ticked("Items to grant", [Required("Choose at least one item to grant")])
    to = RadioField("Who may have them?", [Required("Choose who may have these items")])
    reason = TextAreaField("Why may they have these items?", [Required("Enter a reason"), at_most(LONG_TEXT, "Reason")])

    def offer_grantees(self, name: str, agency: str) -> None:
        """That person alone, or everybody of their agency who gets a copy."""
        pairs = [(PERSON, f"{name} alone"), *([(AGENCY, f"Everybody of {agency} who gets a copy")] if agency else [])]
        self.to.choices = offered(pairs)
