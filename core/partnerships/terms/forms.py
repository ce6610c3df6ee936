"""The form of the clocks: a box for each, empty where the value above is followed."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, StringField

from core.partnerships.clocks import SETTINGS
from core.partnerships.terms.operations import ATTACHED, LINK
from core.web.choices import offered
from core.web.forms import Required, VersionedForm, at_most


class ClocksForm(VersionedForm):
    """Own values of a partnership or a group. Its boxes are made from `core.partnerships.clocks.SETTINGS`."""

    @classmethod
    def over(cls, own: Mapping[str, Any], version: int) -> "ClocksForm":
        """The form with own values in it."""
        return cls(version=str(version), **{name: str(value) for name, value in own.items()})

    @property
    def own(self) -> dict[str, str]:
        """What was typed: clock -> text, without the empty boxes."""
        return {name: self[name].data for name in SETTINGS if self[name].data}

    def show(self, faults: Mapping[str, str]) -> None:
        """Put each fault beside its box."""
        for name, fault in faults.items():
            self[name].errors = [fault]


for _name, _setting in SETTINGS.items():
    setattr(ClocksForm, _name, StringField(_setting.label, [at_most(20, _setting.label)], description=_setting.source))


class CopiesForm(VersionedForm):
    """How a reader's copy of an agenda or of minutes comes to them."""

    copies = RadioField(
        "How should copies be sent?",
        [Required("Choose how copies should be sent")],
        choices=offered(
            [
                (LINK, "A link alone. Whoever opens it signs in first"),
                (ATTACHED, "A link, and the copy as a locked file attached to the mail"),
            ]
        ),
    )
