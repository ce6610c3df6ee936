"""Forms of providers."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import ValidationError

from core.partnerships.providers.operations import ProviderDetails
from core.web.forms import SHORT_TEXT, Required, VersionedForm, at_most

LARGEST_CAPACITY = 1000


class ProviderForm(VersionedForm):
    """What an agency says of its scheme."""

    capacity = StringField(
        "Capacity",
        [Required("Enter how many referrals you can work on at a time")],
        description="How many referrals you can work on at a time",
    )
    contact = TextAreaField(
        "Contact",
        [Required("Enter how to reach the scheme"), at_most(1000, "Contact")],
        description="Who to ask, with telephone number and e-mail address. Everybody in the partnership can read it.",
    )
    area = StringField(
        "Area (optional)",
        [at_most(SHORT_TEXT, "Area")],
        description="Where you work, if not in the whole partnership",
    )

    def validate_capacity(self, field: StringField) -> None:
        """A whole number."""
        typed = field.data or ""
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 6 and 1 <= int(typed) <= LARGEST_CAPACITY):
            raise ValidationError(f"Capacity must be a whole number between 1 and {LARGEST_CAPACITY:,}")

    @property
    def details(self) -> ProviderDetails:
        """What was typed."""
        return ProviderDetails(int(self.capacity.data), self.contact.data, self.area.data or "")


class RegisterForm(ProviderForm):
    """A registration. Its pathways are given by the view, which knows the plugins."""

    pathway = RadioField("Which pathway does your agency provide?", [Required("Choose a pathway")])


class ReasonForm(VersionedForm):
    """A decision's reason, which the agency reads."""

    reason = TextAreaField(
        "Reason",
        [Required("Enter the reason"), at_most(2000, "Reason")],
        description="The agency reads this. Do not name anybody.",
    )
