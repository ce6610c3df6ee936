"""The sessions of a mentor and a young person, which the scheme's own staff record."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.audit.models import AuditRecord
from core.extensions import db
from core.facts import GroupRole
from core.recording.models import Recusal
from plugins.mentoring.models import Match, Session
from plugins.mentoring.queries import matches_of, sessions_of
from tests import builders

from .conftest import TODAY, World
from .test_pages import in_boxes, register, text

YESTERDAY = TODAY - timedelta(days=1)
NOTE = "Baked bread, talked of his grandfather"


def at(referral) -> str:
    return f"/pathways/mentoring/referrals/{referral.id}/sessions"


def begun(world: World):
    """A referral whose first session was yesterday."""
    referral = world.visited()
    referral.opened_at -= timedelta(days=5)
    mentor = world.mentor()
    referral = world.move(world.match(referral, mentor), "start", answers={"started_on": YESTERDAY.isoformat()})
    db.session.commit()
    return referral


def test_the_first_session_is_in_the_list_and_others_follow(world: World, visitor) -> None:
    referral = begun(world)
    browser = visitor(world.worker)
    assert at(referral) in text(browser.get(f"/referrals/{referral.id}"))
    answer = browser.post(f"{at(referral)}/new", {"came": "yes", "note": NOTE, **in_boxes("held_on", TODAY)})
    assert answer.status_code == 303
    assert [(held.held_on, held.came, held.note, name) for held, name in sessions_of(referral.id)] == [
        (TODAY, True, NOTE, "Priya Shah"),
        (YESTERDAY, True, "", "Priya Shah"),
    ]
    assert NOTE in text(browser.get(at(referral)))


def test_a_young_person_who_did_not_come_is_recorded_and_not_counted(world: World, visitor) -> None:
    referral = begun(world)
    visitor(world.worker).post(f"{at(referral)}/new", {"came": "no", **in_boxes("held_on", TODAY)})
    match = db.session.scalars(select(Match)).one()
    assert [(count, last) for _, count, last in matches_of(match.mentor_id)] == [(1, YESTERDAY)]
    page = text(visitor(world.worker).get(f"{register(world)}/{match.mentor_id}"))
    assert referral.ref in page
    assert "Jayden" not in page


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"came": "yes", **in_boxes("held_on", TODAY + timedelta(days=1))}, "between the referral and today"),
        ({"came": "yes", **in_boxes("held_on", TODAY - timedelta(days=30))}, "between the referral and today"),
        ({"came": "yes"}, "Enter the date of the session"),
        (in_boxes("held_on", TODAY), "Say whether the young person came"),
    ],
)
def test_a_session_entered_wrongly_is_told_and_keeps_what_was_typed(world: World, visitor, fields, told) -> None:
    referral = begun(world)
    answer = visitor(world.worker).post(f"{at(referral)}/new", {"note": NOTE, **fields})
    assert answer.status_code == 422
    assert text(answer).count(told) == 2
    assert NOTE in text(answer)
    assert len(sessions_of(referral.id)) == 1


def test_before_the_first_session_and_after_the_end_none_can_be_recorded(world: World, visitor) -> None:
    referral = world.visited()
    db.session.commit()
    browser = visitor(world.worker)
    sent = {"came": "yes", **in_boxes("held_on", TODAY)}
    for told in ("record the first session on the referral first", "This referral is closed"):
        page = text(browser.get(at(referral)))
        assert told in page
        assert f"{at(referral)}/new" not in page
        answer = browser.post(f"{at(referral)}/new", sent)
        assert answer.status_code == 422
        assert told in text(answer)
        referral = world.read(referral.id)
        if referral.closed_at is None:
            world.move(referral, "decline_home_visit", answers={"reason": "area"})
            db.session.commit()
    assert sessions_of(referral.id) == []


def test_a_session_belongs_to_the_mentor_of_its_day(world: World, visitor) -> None:
    referral = begun(world)
    first = db.session.scalars(select(Match)).one()
    first.since = YESTERDAY
    referral = world.match(world.read(referral.id), world.mentor("Ines Vale"), "rematch_active")
    referral = world.move(referral, "start", answers={"started_on": TODAY.isoformat()})
    db.session.commit()
    visitor(world.worker).post(f"{at(referral)}/new", {"came": "yes", **in_boxes("held_on", YESTERDAY)})
    names = [(held.held_on, name) for held, name in sessions_of(referral.id)]
    assert names == [(TODAY, "Ines Vale"), (YESTERDAY, "Priya Shah"), (YESTERDAY, "Priya Shah")]
    assert referral.payload["started_on"] == YESTERDAY.isoformat()


def test_nobody_but_the_schemes_staff_learns_of_the_sessions(world: World, visitor) -> None:
    referral = begun(world)
    other = builders.a_user(builders.an_agency(world.partnership), "Olga Other")
    builders.a_provider(world.partnership, other.agency, "mentoring")
    db.session.commit()
    for user in (world.referrer, world.member, world.chair, other):
        browser = visitor(user)
        assert browser.get(at(referral)).status_code == 404
        assert browser.post(f"{at(referral)}/new", {}).status_code == 404
        assert at(referral) not in text(browser.get(f"/referrals/{referral.id}"))
    assert visitor(world.worker).get("/pathways/mentoring/referrals/999/sessions").status_code == 404


def test_a_worker_with_a_conflict_of_interest_does_not_read_them(world: World, visitor) -> None:
    referral = begun(world)
    insider = builders.a_user(world.scheme, "Ivy Insider", group=world.group, role=GroupRole.MEMBER)
    meeting = builders.a_meeting(world.group, cases=[world.case])
    db.session.add(
        Recusal(item_id=meeting.items[0].id, case_id=world.case_id, user_id=insider.id, declared_at=referral.opened_at)
    )
    db.session.commit()
    assert visitor(insider).get(at(referral)).status_code == 403


def test_a_session_leaves_a_record_with_the_person_and_no_note(world: World, visitor) -> None:
    referral = begun(world)
    visitor(world.worker).post(f"{at(referral)}/new", {"came": "yes", "note": NOTE, **in_boxes("held_on", TODAY)})
    (record,) = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "mentoring.session"))
    assert f'"p_{world.person.id}"' in record.body
    assert NOTE not in record.body


def test_a_longer_list_costs_no_more_queries(world: World, count_queries) -> None:
    referral = begun(world)
    short = count_queries(sessions_of, referral.id)
    match = db.session.scalars(select(Match)).one()
    for _ in range(20):
        db.session.add(Session(match_id=match.id, referral_id=referral.id, held_on=TODAY, came=True))
    db.session.flush()
    assert count_queries(sessions_of, referral.id) == short == 1


def test_the_register_says_who_must_stop_and_what_runs_out_soon(world: World, visitor) -> None:
    begun(world)
    mentor = db.session.scalars(select(Match)).one().mentor
    page = text(visitor(world.worker).get(register(world)))
    assert "Renew soon: child protection certificate runs out on" in page
    assert "must stop" not in page
    mentor.check_until = YESTERDAY
    db.session.commit()
    page = text(visitor(world.worker).get(register(world)))
    assert "Priya Shah mentors 1 young person and must stop: enhanced DBS check ran out" in page
