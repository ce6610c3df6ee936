"""One form sent twice is one write; and a body that is too large is refused before it is read."""

import hmac
import uuid
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.app import LARGEST_BODY
from core.clock import utc_now
from core.extensions import db
from core.jobs import EXTENSION
from core.web.answers import KEPT_FOR
from core.web.models import StoredAnswer
from tests.builders import PASSWORD, a_partnership, a_user, an_agency
from tests.integration.matrix.filling import every_form
from tests.integration.matrix.walking import address, browser_of, ids_for, routes_of
from tests.support.fingerprint import stored

NOT_REPEATED = ("accounts.sign_out", "accounts.end_sessions")
"""Whoever has signed out is nobody to whom an answer could be given again."""


@pytest.mark.sqlite_alone
def test_the_same_form_sent_twice_is_saved_once_and_answered_the_same(app, world, snapshot):
    wrong = []
    for form in every_form(app, world):
        if form.route.endpoint in NOT_REPEATED:
            continue
        key = str(uuid.uuid4())
        first = form.send(idempotency_key=key)
        between = stored()
        second = form.send(idempotency_key=key)
        if (first.status_code, first.headers.get("Location"), first.data) != (
            second.status_code,
            second.headers.get("Location"),
            second.data,
        ):
            wrong.append(f"{form.route.name}: {first.status_code}, then {second.status_code}")
        if stored() != between:
            wrong.append(f"{form.route.name}: saved twice")
        altered = form.send(idempotency_key=key, something_else="1")
        if altered.status_code not in (403, 404, 422) or stored() != between:
            wrong.append(f"{form.route.name}: another form under its key is answered {altered.status_code}")
        snapshot.put_back()
    assert not wrong, "\n".join(wrong)


def test_a_key_is_its_users_own(app, world, snapshot):
    key = str(uuid.uuid4())
    mine, theirs = browser_of(app, world, "member"), browser_of(app, world, "chair")
    path = f"/actions/{world.stages['own']['action_id']}/progress"
    assert mine.post(path, {"version": "1", "note": "We rang", "idempotency_key": key}).status_code == 303
    answer = theirs.post(path, {"version": "1", "note": "We rang", "idempotency_key": key})
    assert answer.status_code == 409, "it is a request of its own, and comes too late"
    assert theirs.post(path, {"version": "2", "note": "So did we", "idempotency_key": key}).status_code == 303


def test_an_answer_is_kept_for_a_day_and_then_deleted_by_the_sweep(app):
    def an_answer(age):
        key = str(uuid.uuid4())
        row = StoredAnswer(user_id=1, key=key, request_sha256="0" * 64, at=utc_now() - age)
        db.session.add(row)
        return key

    old, young = an_answer(KEPT_FOR + timedelta(minutes=1)), an_answer(KEPT_FOR - timedelta(minutes=1))
    db.session.commit()
    app.extensions[EXTENSION].sweep()
    kept = set(db.session.scalars(select(StoredAnswer.key)))
    assert young in kept
    assert old not in kept


def test_a_refused_form_can_be_mended_and_sent_under_its_key(app, world):
    """A refusal is no answer to keep: the mended form carries the key that it was given."""
    key, browser = str(uuid.uuid4()), browser_of(app, world, "member")
    path = f"/actions/{world.stages['own']['action_id']}/progress"
    assert browser.post(path, {"version": "1", "note": "", "idempotency_key": key}).status_code == 422
    assert browser.post(path, {"version": "1", "note": "We rang", "idempotency_key": key}).status_code == 303


def test_whoever_may_do_it_no_longer_is_sent_on_by_a_repeat_and_gets_nothing_else(app, world):
    key, browser = str(uuid.uuid4()), browser_of(app, world, "member")
    path = f"/actions/{world.stages['own']['action_id']}/progress"
    form = {"version": "1", "note": "We rang", "idempotency_key": key}
    assert browser.post(path, form).status_code == 303
    db.session.get_one(User, world.people["member"].user_id).agency_id = world.stages["extra"]["left_agency_id"]
    db.session.commit()
    again = browser.post(path, form)
    assert again.status_code == 303
    assert browser.get(again.headers["Location"]).status_code == 404
    assert browser.post(path, {**form, "note": "Altered"}).status_code == 404


def test_a_password_leaves_no_digest_that_could_be_guessed_from_the_database_alone(app, visitor):
    user = a_user(an_agency(a_partnership()), password=PASSWORD)
    sent = {"current": PASSWORD, "password": "harbour-violin-maple-17", "again": "harbour-violin-maple-17"}
    sent["idempotency_key"] = str(uuid.uuid4())
    assert visitor(user).post("/account/password", sent).status_code == 303
    kept = db.session.scalars(select(StoredAnswer)).one()
    text = "POST /account/password?\0" + "".join(f"{name}\0{value}\0" for name, value in sorted(sent.items()))
    assert kept.request_sha256 != sha256(text.encode()).hexdigest()
    assert kept.request_sha256 == hmac.new(app.config["SECRET_KEY"], text.encode(), sha256).hexdigest()


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("actor", ["chair", "anonymous"])
def test_a_body_of_a_gigabyte_is_refused_unread(app, world, actor):
    class Endless(BytesIO):
        """A body that must not be read: it says so."""

        def read(self, *_size: int | None) -> bytes:
            raise AssertionError("the body was read")

        readline = readinto = read

    browser = browser_of(app, world, actor)
    for route in routes_of(app):
        if route.method != "GET":
            answer = browser.client.open(
                address(app, route, ids_for(world, route)),
                method="POST",
                content_type="application/x-www-form-urlencoded",
                environ_overrides={"CONTENT_LENGTH": str(1 << 30), "wsgi.input": Endless()},
            )
            assert answer.status_code == 413, route.name


@pytest.mark.sqlite_alone
def test_a_body_just_too_large_is_told_so_in_words(app, world):
    answer = browser_of(app, world, "chair").post("/account/password", {"current": "x" * (LARGEST_BODY + 1)})
    assert answer.status_code == 413
    assert "too large" in answer.get_data(as_text=True)


@pytest.mark.sqlite_alone
def test_a_form_of_very_many_parts_is_refused(app, world):
    browser = browser_of(app, world, "chair")
    parts = b"".join(b'--x\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % n for n in range(2_000))
    answer = browser._send(
        "POST", "/account/password", data=parts + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )
    assert answer.status_code == 413
