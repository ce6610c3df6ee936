"""On which working days it is told that a signature ends: none is missed because it falls on a weekend."""

from datetime import date, timedelta

from core.reminders.schedule import AFTER_IT_ENDED, BEFORE_IT_ENDS, reminds_of_signature
from core.working_days import is_working_day

LAST = date(2026, 3, 31)


def test_each_of_the_days_is_told_of_once_on_a_working_day():
    first = LAST - timedelta(days=80)
    told = [
        day
        for number in range(160)
        if is_working_day(day := first + timedelta(days=number)) and reminds_of_signature(LAST, (day,))
    ]
    assert told[0] == date(2026, 1, 30), "60 days before is that Friday"
    assert {date(2026, 3, 24), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 8)} <= set(told)
    assert date(2026, 3, 2) in told, "30 days before is Sunday the 1st: told on Monday"
    assert told[-1] == LAST + timedelta(days=AFTER_IT_ENDED[-1]) and len(told) <= len(BEFORE_IT_ENDS + AFTER_IT_ENDED)
    assert not reminds_of_signature(LAST, (date(2026, 2, 16),))


def test_days_without_a_worker_are_made_good():
    assert reminds_of_signature(LAST, (date(2026, 3, 24), date(2026, 3, 25), date(2026, 3, 26)))
    assert not reminds_of_signature(LAST, (date(2026, 3, 26),))
