"""Between a match and the end of mentoring: checks that run out, and the mentor who is there already."""

from datetime import timedelta

import pytest

from core.errors import Refused
from core.extensions import db
from core.referrals import showing

from .conftest import TODAY, World

YESTERDAY = TODAY - timedelta(days=1)
START = {"started_on": YESTERDAY.isoformat()}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"check_until": YESTERDAY}, "enhanced DBS check ran out on"),
        ({"certificate_until": YESTERDAY}, "child protection certificate ran out on"),
        ({"left_on": YESTERDAY}, "left the scheme on"),
    ],
)
def test_a_mentor_whose_check_ran_out_since_the_match_cannot_begin_and_is_flagged(
    world: World, changes, told: str
) -> None:
    mentor = world.mentor()
    referral = world.matched(mentor)
    for name, value in changes.items():
        setattr(mentor, name, value)
    page = showing.page_of(world.actor(world.worker), world.read(referral.id), on=TODAY)
    assert [told in flag for flag in page.flags] == [True]
    with pytest.raises(Refused, match=f"Priya Shah must not mentor now: {told}"):
        world.move(world.read(referral.id), "start", answers=START)


def test_the_referrer_reads_no_name_of_a_mentor_whose_check_ran_out(world: World) -> None:
    mentor = world.mentor()
    referral = world.matched(mentor)
    mentor.check_until = YESTERDAY
    assert showing.page_of(world.actor(world.referrer), world.read(referral.id), on=TODAY).flags == ()


def test_a_mentor_without_room_left_may_begin_with_the_one_they_are_matched_with(world: World) -> None:
    referral = world.move(world.matched(world.mentor(capacity=1)), "start", answers=START)
    assert referral.stage == "active"
    assert showing.page_of(world.actor(world.worker), referral, on=TODAY).flags == []


def test_reviews_are_counted_from_the_first_session_and_not_from_the_day_it_was_recorded(world: World) -> None:
    referral = world.move(world.matched(world.mentor()), "start", answers=START)
    assert referral.payload["started_on"] == YESTERDAY.isoformat()
    assert referral.stage_due is not None
    assert (referral.stage_due - YESTERDAY).days in range(89, 93)
    assert referral.stage_due.day == YESTERDAY.day or YESTERDAY.day > 28


def test_the_mentor_who_is_there_already_is_not_offered_again(world: World, visitor) -> None:
    referral = world.matched(world.mentor(capacity=3))
    world.mentor("Ines Vale")
    db.session.commit()
    page = visitor(world.worker).get(f"/referrals/{referral.id}/moves/rematch_matched").get_data(as_text=True)
    assert "Ines Vale, 1 place free" in page
    assert "Priya Shah, " not in page
    assert "is the mentor now" in page
