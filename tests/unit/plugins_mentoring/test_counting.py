"""What statistics tell of mentoring."""

from datetime import date

from core.plugin_api import Ending, Period, ReferralCounted
from plugins.mentoring.counting import OUTCOMES, in_figures
from plugins.mentoring.pathway import Mentoring

IN_MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
BEFORE, DURING, AFTER = date(2026, 2, 27), date(2026, 3, 31), date(2026, 4, 1)


def one(opened: date, closed: date | None = None, ending: Ending | None = None, **more: object) -> ReferralCounted:
    told = {"stage": "ended", "taken_over": False, "measures": {}, **more}
    return ReferralCounted(opened_on=opened, closed_on=closed, ending=ending, **told)


def test_each_is_counted_once_by_why_it_ended_and_a_hand_over_is_no_withdrawal() -> None:
    improved = {"confidence": "improved", "asb": "ceased", "home": "worse"}
    found = (
        one(BEFORE, DURING, Ending.MOVE, measures=improved),
        one(DURING, DURING, Ending.HANDED_OVER, measures=improved),
        one(DURING, taken_over=True, stage="referred"),
        one(BEFORE, DURING, Ending.CONSENT),
        one(DURING, DURING, Ending.MOVE, stage="declined"),
        one(DURING, AFTER, Ending.MOVE, measures=improved),
    )
    told = {each.label: each.value for each in in_figures(found, IN_MARCH)}
    assert told["Young people referred for mentoring"] == 3
    assert told["Young people with a referral open"] == 2
    assert told["Referrals declined"] == told["Mentoring ended by the scheme"] == 1
    assert told["Mentoring ended: consent not given or withdrawn"] == 1
    assert told["Mentoring handed over to another provider"] == 1
    assert told["Mentoring ended, confidence improved"] == told["Mentoring ended, anti-social behaviour ceased"] == 1
    assert told["Mentoring ended, home life improved"] == 0


def test_every_outcome_that_is_told_is_one_that_is_asked_for() -> None:
    asked = {measure.key: dict(measure.answers) for measure in Mentoring().outcomes()}
    assert all(answer in asked[measure] for measure, answer, _ in OUTCOMES)
    assert {measure for measure, _, _ in OUTCOMES} == set(asked)
