"""How a signature is shown, and that it never says other than what the gate decides."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.partnerships.signatures import SOON, SignatureState, status_on
from core.policy.standing import in_force, left_to_countersign, standing_of

TODAY = date(2026, 11, 21)
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
PERIODS = st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=4)


@given(periods=PERIODS, left_on=st.none() | DAYS, day=DAYS)
def test_what_is_shown_as_in_force_is_what_opens_names(periods, left_on, day):
    status = status_on(day, left_on=left_on, periods=periods)
    member, signatory, _ = standing_of("Homes", left_on=left_on, signatures=periods, on=day)
    assert status.in_force is signatory
    assert (status.state is SignatureState.LEFT) is not member


@pytest.mark.parametrize(
    ("periods", "words"),
    [
        ([], "Never signed"),
        ([(date(2026, 4, 1), None)], "Signed, without an end"),
        ([(date(2026, 4, 1), date(2031, 3, 31))], "Signed until 31 March 2031"),
        ([(date(2026, 4, 1), TODAY)], "Runs out on 21 November 2026"),
        ([(date(2026, 4, 1), TODAY + SOON)], "Runs out on 20 January 2027"),
        ([(date(2026, 4, 1), TODAY + SOON + timedelta(days=1))], "Signed until 21 January 2027"),
        ([(date(2025, 4, 1), TODAY - timedelta(days=1))], "Ran out on 20 November 2026"),
        ([(date(2027, 1, 1), None)], "Signed from 1 January 2027"),
        ([(date(2025, 4, 1), date(2026, 3, 31)), (date(2027, 1, 1), None)], "Signed from 1 January 2027"),
    ],
)
def test_a_signature_in_words(periods, words):
    assert status_on(TODAY, left_on=None, periods=periods).words == words


def test_a_renewal_without_a_gap_is_not_chased():
    old, new = (date(2026, 1, 1), date(2026, 12, 1)), (date(2026, 12, 2), date(2031, 12, 1))
    assert status_on(TODAY, left_on=None, periods=[new, old]).state is SignatureState.SIGNED
    gap = (date(2026, 12, 3), None)
    assert status_on(TODAY, left_on=None, periods=[old, gap]).state is SignatureState.RUNS_OUT_SOON


def test_leaving_counts_from_its_day_whatever_was_signed():
    signed = [(date(2026, 1, 1), None)]
    assert status_on(TODAY, left_on=TODAY, periods=signed).words == "Left on 21 November 2026"
    assert status_on(TODAY, left_on=TODAY + timedelta(days=1), periods=signed).in_force


VERSIONS = st.lists(st.tuples(DAYS, st.none() | DAYS, st.sampled_from(["", "v1", "v2"]), st.none() | DAYS), max_size=4)


@given(versions=VERSIONS, day=DAYS)
def test_what_is_in_force_is_countersigned_or_left_to_countersign(versions, day):
    current = in_force(versions, on=day)
    _, signed, _ = standing_of("Homes", left_on=None, signatures=[each[:2] for each in versions], on=day)
    assert (current is not None) is signed
    left = left_to_countersign(versions, on=day)
    if current is None:
        assert left is None
    else:
        *_, version, countersigned = current
        assert left == (None if countersigned is not None and countersigned <= day else version)


def test_of_two_signatures_in_force_the_later_is_countersigned():
    old, new = (date(2025, 1, 1), None, "v1", date(2025, 1, 2)), (date(2026, 1, 1), None, "v2", None)
    assert left_to_countersign([new, old], on=date(2025, 12, 31)) is None
    assert left_to_countersign([old, new], on=date(2026, 1, 1)) == "v2"
