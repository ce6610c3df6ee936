"""Base of the forms that a pathway brings: its referral form and those of its stage moves."""

from datetime import date
from typing import Any, ClassVar

from core.plugin_api.facts import ReferralFacts
from core.web import Form


class PathwayForm(Form):
    """A pathway's form. Core shows its fields in their order, with labels, hints and errors, in a form of its own.

    `heading` is the page's question. `template`, if named, is shown below the fields: `<plugin>/x.html`, with
    `form` and `referral` (its facts) at hand.
    """

    heading: ClassVar[str] = ""
    template: ClassVar[str] = ""

    class Meta(Form.Meta):
        """Core's form around it carries the token."""

        csrf = False

    def prepare(self, facts: ReferralFacts[Any], on: date) -> None:
        """Fill in choices that depend on the referral. Called before the form is shown or validated."""

    def answers(self) -> dict[str, Any]:
        """What was filled in, as JSON values by field name; a date in ISO form."""
        own = {name: field.data for name, field in self._fields.items() if name != "idempotency_key"}
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in own.items()}
