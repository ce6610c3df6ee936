"""Ages as pages say them: as of the day that matters, and never grown up where nobody knows."""

from datetime import date

import pytest

from core.people.ages import childhood, told

TODAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    ("born", "then", "words"),
    [
        (date(2013, 6, 1), date(2025, 8, 1), "12 when it happened; 12 today"),
        (date(2013, 3, 3), date(2026, 3, 2), "12 when it happened; 13 today"),
        (date(2016, 2, 29), date(2026, 2, 28), "9 when it happened; 10 today"),
        (date(2025, 3, 3), date(2024, 3, 3), "not born when it happened; 1 today"),
        (None, date(2025, 1, 1), "age not known"),
    ],
)
def test_an_age_is_told_as_of_both_days(born, then, words):
    assert told(born, TODAY, then=then, when="when it happened") == words


def test_an_age_by_itself_says_that_it_is_todays():
    assert told(date(2000, 1, 1), TODAY) == "26 today"


def test_nobody_of_an_unknown_age_is_called_a_child_or_an_adult():
    assert childhood(None, TODAY) == "" and "adult" not in told(None, TODAY)
