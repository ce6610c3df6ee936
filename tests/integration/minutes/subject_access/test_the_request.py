"""Their request: when it is due, who may deal with it, and what stays of it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.answer_by import due_after
from core.audit.models import AuditRecord
from core.clock import utc_now
from core.dates import in_words
from core.extensions import db
from core.facts import MaskReason
from core.minutes.access.due import due_on
from core.recording.models import Recusal
from tests.builders import a_case, today
from tests.integration.minutes.subject_access.asking import (
    OTHER_CASE,
    THIRD,
    asked,
    begun,
    issued,
    the_copy,
)


def test_it_is_due_a_calendar_month_after_they_asked_and_says_when_that_is_over(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    day = today() - timedelta(days=60)
    path = begun(conference, coordinator, day=day)
    page = coordinator.get(path).text
    assert in_words(due_after(day)) in page
    assert "Overdue" in page
    assert "Overdue" in coordinator.get(conference.path("minutes")).text
    ahead = {"person": conference.neighbour.id, **asked(today() + timedelta(days=1))}
    late = coordinator.post(conference.path("minutes/access/new"), ahead)
    assert late.status_code == 422
    assert "must be today or earlier" in late.text


def test_what_is_due_stands_on_the_home_page_of_whoever_can_make_it(conference, minutes, visitor):
    late = today() - timedelta(days=40)
    begun(conference, visitor(conference.coordinator), day=late)
    step, day = "issue the subject-access copy", f"by {in_words(due_after(late))}"
    for leader in (conference.coordinator, conference.chair):
        home = visitor(leader).get("/").text
        assert step in home and day in home
    first = conference.meeting.items[0]
    db.session.add(
        Recusal(item_id=first.id, case_id=first.case_id, user_id=conference.coordinator.id, declared_at=utc_now())
    )
    db.session.commit()
    assert step not in visitor(conference.coordinator).get("/").text
    the_copy().issued_at = utc_now()
    db.session.commit()
    assert step not in visitor(conference.chair).get("/").text


def test_the_day_of_the_request_is_put_right_while_it_is_a_draft(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    read, day = the_copy().version, today() - timedelta(days=12)
    assert coordinator.post(f"{path}/day", {"version": read, **asked(day)}).status_code == 303
    assert the_copy().asked_on == day
    assert in_words(due_after(day)) in coordinator.get(path).text
    late = visitor(conference.chair).post(f"{path}/day", {"version": read, **asked(today() - timedelta(days=3))})
    assert late.status_code == 409
    assert in_words(day) in late.text
    ahead = coordinator.post(f"{path}/day", {"version": the_copy().version, **asked(today() + timedelta(days=1))})
    assert ahead.status_code == 422
    assert the_copy().asked_on == day


def test_two_months_more_are_recorded_with_a_reason_for_whoever_was_told_within_the_first(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    day = today() - timedelta(days=60)
    path, due = begun(conference, coordinator, day=day), due_after(day, further_months=2)
    assert in_words(due) in coordinator.get(f"{path}/extend").text
    told = {f"told_on-{box}": getattr(day, box) for box in ("day", "month", "year")}
    assert coordinator.post(f"{path}/extend", {"reason": " ", **told}).status_code == 422
    for wrong in (today(), day - timedelta(days=1)):
        boxes = {f"told_on-{box}": getattr(wrong, box) for box in ("day", "month", "year")}
        refused = coordinator.post(f"{path}/extend", {"reason": "Forty items", **boxes})
        assert refused.status_code == 422
        assert f"{in_words(due_after(day))}, when the first month ends" in refused.text
    assert the_copy().extended_at is None
    assert coordinator.post(f"{path}/extend", {"reason": "Forty <items>", **told}).status_code == 303
    page = coordinator.get(path).text
    assert in_words(due) in page and "Forty &lt;items&gt;" in page and "Samir Hussain" in page
    assert "Overdue" not in page
    assert "two months later than usual" in coordinator.get(conference.path("minutes")).text
    again = coordinator.post(f"{path}/extend", {"reason": "Still more", **told})
    assert again.status_code == 422
    assert "The law gives no further time" in again.text
    other = coordinator.post(f"{path}/day", {"version": the_copy().version, **asked(today())})
    assert other.status_code == 422
    assert f"They were told on {in_words(day)}" in other.text
    assert (the_copy().asked_on, due_on(the_copy())) == (day, due)


def test_a_draft_that_is_withdrawn_stays_with_its_reason_and_another_can_be_begun(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator, day=today() - timedelta(days=60))
    masks, read = len(the_copy().masks), the_copy().version
    assert coordinator.post(f"{path}/withdraw", {"reason": " "}).status_code == 422
    assert coordinator.post(f"{path}/withdraw", {"reason": "It is for <his> cousin"}).status_code == 303
    page = coordinator.get(path).text
    assert "Withdrawn" in page and "Samir Hussain" in page and "It is for &lt;his&gt; cousin" in page
    assert "Overdue" not in page
    assert "withdrawn" in coordinator.get(conference.path("minutes")).text
    for rest, data, status in (
        ("look-again", {}, 403),
        ("day", {"version": the_copy().version, **asked(today())}, 403),
        ("extend", {"reason": "Complex"}, 403),
        ("withdraw", {"reason": "Once more"}, 409),
        ("issue", {"version": read, "read": "y"}, 409),
    ):
        answer = coordinator.post(f"{path}/{rest}", data)
        assert answer.status_code == status, rest
        assert "This copy was withdrawn" in answer.text
    assert coordinator.get(f"{path}/copy.pdf").status_code == 409
    assert len(the_copy().masks) == masks
    assert the_copy().withdrawn_reason == "It is for <his> cousin"
    assert begun(conference, coordinator) != path


def test_it_is_started_from_the_persons_page_by_whoever_may_make_it(conference, minutes, visitor):
    person, coordinator = f"/people/{conference.martin.id}", visitor(conference.coordinator)
    assert f"{person}/access" in coordinator.get(person).text
    start = f"{conference.path('minutes/access/new')}?person={conference.martin.id}"
    assert start in coordinator.get(f"{person}/access").text
    chosen = re.search(rf'<input[^>]*value="{conference.martin.id}"[^>]*>', coordinator.get(start).text)
    assert "checked" in chosen[0]
    path = begun(conference, coordinator)
    found = coordinator.get(f"{person}/access").text
    assert path in found and start not in found, "one at a time"
    officer = visitor(conference.officer)
    assert f"{person}/access" not in officer.get(person).text
    assert officer.get(f"{person}/access").status_code == 403
    recusal = {"case_id": conference.ashdown.id, "user_id": conference.coordinator.id, "declared_at": utc_now()}
    db.session.add(Recusal(item_id=conference.meeting.items[0].id, **recusal))
    a_case(conference.partnership, conference.police, group=conference.group, subject=conference.martin)
    db.session.commit()
    closed = coordinator.get(f"{person}/access").text
    assert "Of 1 more meeting, part of what the minutes hold" in closed
    assert path not in closed and start not in closed


def test_one_copy_for_a_person_at_a_time(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    second = coordinator.post(conference.path("minutes/access/new"), {"person": conference.martin.id, **asked(today())})
    assert second.status_code == 422
    assert "has been begun and is not issued yet" in second.text
    issued(coordinator, path)
    assert begun(conference, coordinator) != path


def test_whoever_declared_an_interest_in_one_of_the_items_makes_no_copy(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    db.session.add(
        Recusal(
            item_id=conference.meeting.items[0].id,
            case_id=conference.ashdown.id,
            user_id=conference.chair.id,
            declared_at=utc_now(),
        )
    )
    db.session.commit()
    chair = visitor(conference.chair)
    refused = chair.get(path)
    assert refused.status_code == 403
    assert "You declared a conflict of interest" in refused.text
    assert chair.get(f"{path}/copy.pdf").status_code == 403
    page = chair.get(conference.path("minutes/access/new")).text
    assert "Martin Ashdown" not in page
    assert "2 people are not listed" in page
    assert f"{OTHER_CASE} Raman" in page
    assert path not in chair.get(conference.path("minutes")).text
    assert chair.post(conference.path("minutes/access/new"), {"person": conference.martin.id}).status_code == 422


@pytest.mark.parametrize("who", ["officer", "landlord"])
def test_whoever_does_not_lead_the_group_makes_and_reads_none(conference, minutes, visitor, who):
    path = begun(conference, visitor(conference.coordinator))
    browser = visitor(getattr(conference, who))
    for address in (path, f"{path}/copy.pdf", conference.path("minutes/access/new")):
        assert browser.get(address).status_code == 403


def test_before_the_minutes_are_approved_there_is_none(conference, visitor):
    coordinator = visitor(conference.coordinator)
    coordinator.post(conference.path("minutes"))
    refused = coordinator.get(conference.path("minutes/access/new"))
    assert refused.status_code == 403
    assert "when the chair has approved them" in refused.text


def test_the_trail_keeps_what_was_done_and_names_nobody(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    item = conference.meeting.items[0]
    coordinator.post(
        f"{path}/items/{item.id}/mask", {"words": "the lady next door", "reason": MaskReason.THIRD_PARTY, "note": THIRD}
    )
    coordinator.post(f"{path}/masks/{the_copy().masks[0].id}/lift", {"reason": "They agree"})
    coordinator.post(f"{path}/day", {"version": the_copy().version, **asked(today() - timedelta(days=3))})
    told = {f"told_on-{box}": getattr(today(), box) for box in ("day", "month", "year")}
    coordinator.post(f"{path}/extend", {"reason": f"{THIRD} is in all of it", **told})
    issued(coordinator, path)
    coordinator.get(f"{path}/copy.pdf")
    second = begun(conference, coordinator)
    coordinator.post(f"{second}/withdraw", {"reason": f"{THIRD} asked"})
    coordinator.get(f"/people/{conference.martin.id}/access")
    bodies = [body for body in db.session.scalars(select(AuditRecord.body)) if '"access.' in body]
    done = {re.search(r'"action":"([^"]+)"', body)[1] for body in bodies}
    assert done >= {
        *("access.begin", "access.mask", "access.lift", "access.change_day", "access.extend", "access.issue"),
        *("access.download", "access.withdraw", "access.find"),
    }
    for word in (THIRD, "Ashdown", "next door", "They agree"):
        assert not [body for body in bodies if word in body]
    assert all(f'"p_{conference.martin.id}"' in body for body in bodies if "access.choose" not in body)


def test_another_meetings_address_finds_nothing(conference, minutes, visitor):
    coordinator = visitor(conference.coordinator)
    path = begun(conference, coordinator)
    other = path.replace(f"/meetings/{conference.meeting.id}/", "/meetings/987654/")
    assert coordinator.get(other).status_code == 404
    second = conference.meeting.items[1]
    assert coordinator.get(f"{path}/items/{second.id}/mask").status_code == 404, "an item of somebody else"
    assert coordinator.get(f"{path}/masks/987654/lift").status_code == 404
