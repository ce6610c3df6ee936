"""Whom a provider of mentoring takes, within the ages of the scheme: its own settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from core.plugin_api import PathwayForm, Required, WholeNumberField

YOUNGEST, OLDEST = 13, 19
"""Ages at which somebody may be referred, both included [Charnwood 5.4]."""

_RANGE = f"Enter a whole number from {YOUNGEST} to {OLDEST}"


class WhomWeTakeForm(PathwayForm):
    """What an agency that provides mentoring says of its own scheme."""

    heading = "Whom does your scheme take?"

    youngest = WholeNumberField(
        "Youngest age", _RANGE, least=YOUNGEST, most=OLDEST, default=YOUNGEST, description="On the day of the referral"
    )
    oldest = WholeNumberField(
        "Oldest age",
        _RANGE,
        least=YOUNGEST,
        most=OLDEST,
        default=OLDEST,
        description="Who becomes older meanwhile stays with you.",
    )
    behaviour = RadioField(
        "Why they are referred",
        choices=[
            SelectChoice("either", "They have offended, or are likely to"),
            SelectChoice("offending", "They have offended"),
            SelectChoice("likely", "They are likely to offend"),
        ],
        default="either",
        validators=[Required("Say why they are referred to you")],
    )

    def check_together(self) -> None:
        """There is an age in between."""
        if not (self.youngest.errors or self.oldest.errors) and self.youngest.data > self.oldest.data:
            self.oldest.errors = [*self.oldest.errors, "The oldest age must not be below the youngest"]


@dataclass(frozen=True, slots=True)
class Takes:
    """Whom a provider takes: ages, both included, and the behaviour for which somebody is referred; empty for any."""

    youngest: int = YOUNGEST
    oldest: int = OLDEST
    behaviour: str = ""


def whom_it_takes(settings: Mapping[str, Any]) -> Takes:
    """What the provider filled in; the whole scheme while it has not."""
    behaviour = settings.get("behaviour", "either")
    return Takes(
        youngest=settings.get("youngest", YOUNGEST),
        oldest=settings.get("oldest", OLDEST),
        behaviour="" if behaviour == "either" else behaviour,
    )
