"""The statistics begin with the quarter that is over."""

from datetime import date

import pytest

from core.plugin_api import Period
from core.reports.queries import last_full_quarter

Q4, Q1 = Period(date(2025, 10, 1), date(2025, 12, 31)), Period(date(2026, 1, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("on", "quarter"),
    [(date(2026, 1, 1), Q4), (date(2026, 3, 31), Q4), (date(2026, 4, 1), Q1), (date(2026, 6, 30), Q1)],
)
def test_the_last_full_quarter_ended_before_today(on, quarter):
    assert last_full_quarter(on) == quarter
