"""The form of the clocks: a box for each, empty where the value above is followed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from wtforms import RadioField, StringField

from core.partnerships.clocks import SETTINGS, Setting
from core.partnerships.terms.operations import ATTACHED, LINK
from core.web.choices import offered
from core.web.forms import Required, VersionedForm, at_most


class ClocksForm(VersionedForm):
    """Own values of a partnership or a group. `clocks_form` makes its boxes."""

    settings: ClassVar[Mapping[str, Setting]] = SETTINGS

    @classmethod
    def over(cls, own: Mapping[str, Any], version: int) -> "ClocksForm":
        """The form with own values in it."""
        return cls(version=str(version), **{name: str(value) for name, value in own.items() if name in cls.settings})

    @property
    def own(self) -> dict[str, str]:
        """What was typed: clock -> text, without the empty boxes."""
        return {name: self[name].data for name in self.settings if self[name].data}

    def show(self, faults: Mapping[str, str]) -> None:
        """Put each fault beside its box."""
        for name, fault in faults.items():
            self[name].errors = [fault]


def clocks_form(settings: Mapping[str, Setting]) -> type[ClocksForm]:
    """The form with a box for each of these: which pathways there are is known once the plugins are loaded."""
    boxes = {
        name: StringField(setting.label, [at_most(20, setting.label)], description=setting.source)
        for name, setting in settings.items()
    }
    return type("ClocksForm", (ClocksForm,), {"settings": settings, **boxes})


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
