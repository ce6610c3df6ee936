"""The stage machine: no walk reaches a stage without its consents, and a closed referral has no clock."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.plugin_api import (
    Clock,
    ConsentNeeded,
    Eligibility,
    Finding,
    Mover,
    Pause,
    Progress,
    Reached,
    RunningClock,
    overall,
)
from core.referrals.machine import Consent, due, halted_by, next_due, ways
from core.working_days import add_months
from plugins.mentoring import PATHWAY
from plugins.mentoring.pathway import PARENT, YOUNG_PERSON
from tests.broken_plugins.errand import Errand

FIT = (Finding.eligible("Is 15."),)
MOVERS = frozenset({Mover.PROVIDER})
START = date(2026, 3, 2)


def ways_from(stage, *, needed=(), consents=None, findings=FIT, movers=MOVERS, pathway=PATHWAY, obstacles=None):
    known = {"needed": needed, "consents": consents or {}, "findings": findings, "movers": movers}
    return ways(pathway, stage=stage, obstacles=obstacles, **known)


def by_key(found):
    return {way.transition.key: way for way in found}


def test_a_move_says_every_reason_why_it_is_closed_and_to_others_only_whose_it_is() -> None:
    needed, against = Errand().consents(None, START), {"take": ("It rains.",), "drop": ("It rains.",)}
    take, _ = ways_from("asked", needed=needed, obstacles=against, pathway=Errand())
    assert take.closed == ("The asker: consent not recorded.", "It rains.")
    for way in ways_from("asked", needed=needed, obstacles=against, movers=frozenset(), pathway=Errand()):
        assert way.closed == ("Only the provider can do this.",)


def test_only_moves_from_where_the_referral_is_are_offered() -> None:
    assert set(by_key(ways_from("running", pathway=Errand()))) == {"finish"}
    assert ways_from("done", pathway=Errand()) == ()


def test_a_consent_that_is_not_asked_for_today_holds_nothing_up() -> None:
    assert by_key(ways_from("asked", needed=(), pathway=Errand()))["take"].is_open


@pytest.mark.parametrize("finding", [Finding.refused("Is 21."), Finding.undetermined("No date of birth.")])
def test_who_is_not_found_eligible_is_not_accepted_but_may_be_declined(finding: Finding) -> None:
    found = by_key(ways_from("referred", findings=(finding,)))
    assert found["accept"].closed == (finding.reason,)
    assert found["decline_referred"].is_open


def test_a_pathway_that_found_nothing_out_has_not_found_anybody_eligible() -> None:
    assert overall(()) is Eligibility.UNDETERMINED


def test_a_withdrawn_or_refused_consent_halts_and_one_not_yet_given_does_not() -> None:
    (needed,) = Errand().consents(None, START)
    assert halted_by([needed], {"asker": Consent.WITHDRAWN}) == needed
    assert halted_by([needed], {"asker": Consent.REFUSED}) == needed
    assert halted_by([needed], {"asker": Consent.NOT_ASKED}) is None
    assert halted_by([needed], {}) is None
    assert halted_by([], {"asker": Consent.WITHDRAWN}) is None


consent_states = st.sampled_from(list(Consent))


@given(
    walk=st.lists(st.tuples(st.integers(0, 20), consent_states, consent_states), max_size=30),
    parent_needed=st.booleans(),
)
def test_no_walk_through_mentoring_reaches_a_stage_without_its_consents(walk, parent_needed) -> None:
    """Consents change at every step as they like; only open moves are made."""
    needed = [ConsentNeeded(YOUNG_PERSON, "The young person", "")]
    if parent_needed:
        needed.append(ConsentNeeded(PARENT, "A parent", ""))
    stage, history = "referred", [Reached("referred", START)]
    for step, (choice, own, parents) in enumerate(walk, start=1):
        consents = {YOUNG_PERSON: own, PARENT: parents}
        open_ways = [way for way in ways_from(stage, needed=needed, consents=consents) if way.is_open]
        if not open_ways:
            continue
        move = open_ways[choice % len(open_ways)].transition
        stage = move.target
        history.append(Reached(stage, START + timedelta(days=step)))
        if not PATHWAY.stage(stage).closed:
            assert own is Consent.GIVEN
            assert parents is Consent.GIVEN or not parent_needed
        else:
            assert next_due(PATHWAY, None, Progress(tuple(history))) is None
            assert ways_from(stage, needed=needed, consents=consents) == ()


@given(day=st.dates(date(1990, 1, 1), date(2060, 1, 1)), months=st.integers(1, 36))
def test_months_later_is_never_in_another_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or later.day >= 28


def test_a_clock_in_working_days_skips_the_weekend_and_one_in_months_does_not() -> None:
    friday = date(2026, 3, 6)
    assert due(RunningClock(Clock("Answer", working_days=3), friday)) == date(2026, 3, 11)
    assert due(RunningClock(Clock("Review", months=3), date(2026, 11, 30))) == date(2027, 2, 28)


def test_the_clock_of_a_stage_starts_when_the_referral_comes_to_it() -> None:
    progress = Progress((Reached("asked", date(2026, 3, 6)),))
    assert next_due(Errand(), None, progress) == ("Answer", date(2026, 3, 11))


def test_a_clock_counts_by_the_terms_and_one_that_nobody_sets_as_it_is() -> None:
    class Chosen(Errand):
        clocks = {"later": Clock("Look again", months=1)}

        def clock(self, payload, progress):
            return RunningClock(payload, progress.since)

    progress = Progress((Reached("asked", date(2026, 3, 6)),))
    lengths = {"asked": 1, "later": 2}
    assert next_due(Errand(), None, progress, lengths) == ("Answer", date(2026, 3, 9))
    assert next_due(Chosen(), Clock("Look again", months=1), progress, lengths) == ("Look again", date(2026, 5, 6))
    assert next_due(Chosen(), Clock("As they chose", weeks=1), progress, lengths) == (
        "As they chose",
        date(2026, 3, 13),
    )


def test_a_move_that_no_longer_exists_is_refused_in_plain_words() -> None:
    with pytest.raises(Refused, match="no longer exists"):
        PATHWAY.transition("hand_over")


@pytest.mark.parametrize(
    ("pauses", "day"),
    [
        ((), date(2026, 3, 5)),
        ((Pause(date(2026, 3, 3), date(2026, 3, 4)),), date(2026, 3, 6)),
        ((Pause(date(2026, 3, 3), date(2026, 3, 5)),), date(2026, 3, 9)),  # a Saturday waits for Monday
        ((Pause(date(2026, 2, 1), date(2026, 3, 4)),), date(2026, 3, 9)),  # only the days since the clock began
        ((Pause(date(2026, 2, 1), date(2026, 2, 20)),), date(2026, 3, 5)),
    ],
)
def test_a_clock_is_later_by_the_days_on_which_it_stood_still(pauses, day) -> None:
    assert due(RunningClock(Clock("Confirm", working_days=3), START), pauses) == day


def test_while_it_is_paused_every_move_waits() -> None:
    found = ways(Errand(), stage="asked", needed=(), consents={}, findings=FIT, movers=MOVERS, paused=True)
    assert {way.is_open for way in found} == {False}
    assert all("paused" in way.closed[-1] for way in found)
