"""How late or how near something is, in words."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.dates import lateness


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 11, 25), "today"),
        (date(2026, 11, 26), "in 1 working day"),
        (date(2026, 11, 30), "in 3 working days"),
        (date(2026, 11, 24), "1 working day late"),
        (date(2026, 11, 22), "3 working days late"),
    ],
)
def test_lateness_is_counted_in_working_days(due: date, words: str) -> None:
    assert lateness(due, date(2026, 11, 25)) == words


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(2002, 1, 1), date(2055, 1, 1)))
def test_lateness_says_late_after_the_day_and_never_before(due: date, on: date) -> None:
    assert ("late" in lateness(due, on)) == (due < on)
