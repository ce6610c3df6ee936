"""Within how many working days a contact plan is begun and its end told: by the terms of the groups that hear the case.

What was told once stands: a day is counted when a clock starts, by the terms of that day.
"""

from collections.abc import Sequence

from core.cases.models import Case
from core.cases.queries import groups_hearing
from core.partnerships.clocks import Clocks
from core.partnerships.terms.queries import clocks_in


def begun_within(case: Case) -> int:
    """Working days from naming somebody to a contact, an offer of support and the way to complain. Two queries."""
    return min(clocks.contact_begin for clocks in _clocks(case))


def told_within(case: Case) -> int:
    """Working days from closing a case to telling them how it ended. Two queries."""
    return min(clocks.contact_told for clocks in _clocks(case))


def _clocks(case: Case) -> Sequence[Clocks]:
    return clocks_in(case.partnership_id).of_each(groups_hearing({case.id})[case.id])
