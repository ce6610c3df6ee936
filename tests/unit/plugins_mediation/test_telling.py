"""What most schemes tell an agenda: where each referral stands, to those who are shown it."""

from datetime import date

from core.plugin_api import AgendaEntry, Audience, ReferralGlimpse, where_each_stands
from plugins.mediation import PATHWAY

STAGE = PATHWAY.stages[0]


def glimpse(number: int, *audiences: Audience) -> ReferralGlimpse:
    """A referral at its first stage, seen by whoever is one of these."""
    return ReferralGlimpse(
        number, f"R-{number}", PATHWAY.key, STAGE.key, STAGE.title, date(2026, 3, 2), audiences=frozenset(audiences)
    )


def test_nothing_is_said_of_a_referral_that_its_reader_is_not_shown() -> None:
    partners = frozenset({Audience.PROVIDER, Audience.REFERRER})
    entries = (AgendaEntry(7, 1, 3, (glimpse(1, Audience.ATTENDEES), glimpse(2, Audience.REFERRER))),)
    [told] = where_each_stands(PATHWAY, entries, partners)
    assert (told.item_id, told.referral_id, told.audiences) == (7, 2, partners)
    assert told.text == "Mediation: referred since 2 March 2026."
