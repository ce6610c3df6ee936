"""What statistics tell of mentoring: how many were referred, and how it ended for those who had a mentor. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from core.plugin_api import Ending, Period, ReferralCounted, Statistic

OUTCOMES = (
    ("asb", "ceased", "anti-social behaviour ceased"),
    ("asb", "reduced", "anti-social behaviour reduced"),
    ("abc", "came_off", "came off an Acceptable Behaviour Contract"),
    ("work", "started", "work or training started"),
    ("school", "improved", "school improved"),
    ("home", "improved", "home life improved"),
    ("confidence", "improved", "confidence improved"),
)
"""Measure, answer and how it is told: what Charnwood's scheme reported [Charnwood 5.4]."""


def in_figures(counted: Sequence[ReferralCounted], period: Period) -> Iterator[Statistic]:
    """Referrals of the period and how those ended that were closed in it.

    One that another provider took over was referred once and is counted as handed over, not as withdrawn.
    """
    opened = [each for each in counted if period.start <= each.opened_on <= period.end and not each.taken_over]
    closed = [each for each in counted if each.closed_on is not None and period.start <= each.closed_on <= period.end]
    why = Counter(each.ending for each in closed)
    by_move = [each for each in closed if each.ending is Ending.MOVE]
    ended = [each for each in by_move if each.stage == "ended"]
    yield Statistic("Young people referred for mentoring", len(opened))
    yield Statistic("Young people with a referral open", len(_open(counted, period)), "On the last day")
    yield Statistic("Referrals declined", len(by_move) - len(ended))
    yield Statistic("Mentoring ended by the scheme", len(ended))
    yield Statistic("Mentoring ended: consent not given or withdrawn", why[Ending.CONSENT])
    yield Statistic("Mentoring handed over to another provider", why[Ending.HANDED_OVER])
    note = f"Of {len(ended)} that the scheme ended"
    for measure, answer, told in OUTCOMES:
        number = sum(each.measures.get(measure) == answer for each in ended)
        yield Statistic(f"Mentoring ended, {told}", number, note)


def _open(counted: Sequence[ReferralCounted], period: Period) -> list[ReferralCounted]:
    return [
        each
        for each in counted
        if each.opened_on <= period.end and (each.closed_on is None or each.closed_on > period.end)
    ]
