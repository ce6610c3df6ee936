"""The forms of protected addresses."""

from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.web.choices import Ticked
from core.web.forms import Form, Required, VersionedForm, at_most

REASONS = {
    "not_theirs": "It is another address, or none",
    "safety": "Whoever reads this must know it, to keep somebody safe",
    "required": "The law or a court asks for it here",
}
"""Why words that seem to hold a protected address are kept: the code is in the trail, the words are not."""


class ProtectForm(VersionedForm):
    """Where somebody is, and who may know."""

    address = TextAreaField("Address", [Required("Enter the address"), at_most(1_000, "Address")])
    postcode = StringField("Postcode", [at_most(12, "Postcode")])
    agencies = Ticked(
        "Which other agencies may read it?",
        description="Their people read it where they may open this person, and so do those of your own agency. "
        "Nobody else does, the chair included.",
    )


class EndForm(VersionedForm):
    """The button that ends the protection, of the address that stands beside it."""


class StaysForm(Form):
    """What is said of a text that seems to hold a protected address."""

    address_stays = RadioField(
        "If it must stay, why?",
        choices=[SelectChoice(code, words) for code, words in REASONS.items()],
        validate_choice=False,
    )
