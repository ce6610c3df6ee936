"""The key to what a browser keeps of a meeting: whose it is, who gets one, and when it is gone."""

import uuid
from base64 import b64decode

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import MeetingStatus
from core.minutes.operations import approve, compose, fair_copy, submit
from core.recording.keeping.models import KeepingKey
from core.recording.queries import attendance_by_user
from core.web.answers import SAVED_BEFORE


def key_of(browser, scene):
    answer = browser.get(f"{scene.live}/key")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return answer.get_json()


def mark(chair, scene, presence):
    """The chair says that the officer of the police is there, or has left."""
    line = attendance_by_user(scene.meeting.id)[scene.police.id]
    form = {"version": str(line.version), "presence": presence}
    return chair.post(f"{scene.live}/attendance/{line.id}/presence", form).status_code


def test_each_has_a_key_of_their_own_and_always_the_same(scene, opened):
    police, housing = opened(scene.police), opened(scene.housing)
    first, again, other = key_of(police, scene), key_of(police, scene), key_of(housing, scene)
    assert (first["key"], first["whose"]) == (again["key"], scene.police.id)
    assert len(b64decode(first["key"])) == 32
    assert (other["key"] != first["key"], other["whose"]) == (True, scene.housing.id)
    made = db.session.scalars(
        select(AuditRecord).where(AuditRecord.action == "keeping.make_key").order_by(AuditRecord.seq)
    ).all()
    assert len(made) == len(db.session.scalars(select(KeepingKey)).all()) == 2


def test_its_token_is_the_sessions_own(scene, opened):
    police = opened(scene.police)
    path = f"{scene.live}/items/{scene.items[0].id}/write/discussion"
    sent = {"text": "Said", "csrf_token": key_of(police, scene)["token"]}
    assert police.post(path, sent).status_code == 303
    assert opened(scene.housing).post(path, sent).status_code == 400


@pytest.mark.parametrize("who", ["nobody", "not accepted", "left", "over"])
def test_whoever_may_not_enter_gets_none(scene, opened, visitor, who):
    chair, police = opened(scene.chair), opened(scene.police)
    before = key_of(police, scene)["key"]
    browser, expected = police, 403
    if who == "nobody":
        browser, expected = visitor(None), 302
    elif who == "not accepted":
        browser = visitor(scene.housing)
    elif who == "left":
        assert mark(chair, scene, "left") == 303
    else:
        scene.meeting.status, scene.meeting.closed_at = MeetingStatus.CLOSED, utc_now()
    answer = browser.get(f"{scene.live}/key")
    assert (answer.status_code, b'"key"' in answer.data) == (expected, False)
    if who == "left":  # let in again, what waits on the device can be opened again
        assert mark(chair, scene, "present") == 303
        assert key_of(police, scene)["key"] == before


def test_whoever_keeps_the_record_has_it_until_the_minutes_are_approved(scene, opened):
    chair = opened(scene.chair)
    scene.meeting.status, scene.meeting.closed_at = MeetingStatus.CLOSED, utc_now()
    key_of(chair, scene)
    now = utc_now()
    actor = actor_as_of(scene.chair.id, scene.partnership.id, on=local_date(now))
    minutes = compose(actor, scene.meeting, now=now)
    submit(actor, minutes, now=now)
    approve(actor, minutes, fair_copy(actor, minutes, now=now), now=now)
    assert db.session.scalars(select(KeepingKey)).all() == []
    assert chair.get(f"{scene.live}/key").status_code == 409


def test_whoever_is_shut_out_after_an_answer_was_lost_is_still_told_that_it_was_saved(scene, opened):
    police, item = opened(scene.police), scene.items[0]
    path, key = f"{scene.live}/items/{item.id}/write/discussion", str(uuid.uuid4())
    sent = {"text": "Said", "idempotency_key": key}
    script = {"HX-Request": "true"}
    assert police.post(path, sent, headers=script).status_code == 200
    assert police.post(f"{scene.live}/items/{item.id}/conflict", {"reason": ""}).status_code == 303
    again = police.post(path, sent, headers=script)
    assert (again.status_code, again.text) == (200, SAVED_BEFORE)
    for other in ({**sent, "text": "Said since"}, {**sent, "idempotency_key": str(uuid.uuid4())}):
        assert police.post(path, other, headers=script).status_code in (403, 404)
