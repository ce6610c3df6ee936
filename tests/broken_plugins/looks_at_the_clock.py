"""A pathway that takes the day from the clock, not from whoever asks."""

from collections.abc import Sequence
from datetime import date

from core.plugin_api import Finding, ReferralFacts
from tests.broken_plugins.errand import Errand, ErrandPayload


class Looks(Errand):
    """Who is eligible on a day depends on when one asks."""

    def eligibility(self, facts: ReferralFacts[ErrandPayload], on: date) -> Sequence[Finding]:
        return [Finding.eligible("Fit.") if date.today() >= on else Finding.refused("Not yet.")]  # noqa: DTZ011
