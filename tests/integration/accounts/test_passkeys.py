"""Passkeys: added by their owner alone, signing in without password and code, and no answer taken twice."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from webauthn.helpers import bytes_to_base64url

from core.accounts.models import Passkey, UserSession
from core.accounts.operations import TRIES
from core.accounts.passkeys import views
from core.audit.models import AuditRecord
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MailKind
from core.web import begin_write
from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency
from tests.support.passkeys import PRESENT, Device


@pytest.fixture
def place(app):
    """A chair and a member, at a site that passkeys can be bound to."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = before.at("http://localhost:8000")

    class Place:
        partnership = a_partnership()
        agency = an_agency(partnership)
        group = a_group(partnership)
        chair = a_user(agency, "Cher Chair", group=group, role=GroupRole.CHAIR, password=PASSWORD)
        member = a_user(agency, "Mo Member", group=group, password=PASSWORD)

    yield Place()
    app.config["ROUNDTABLE"] = before


def question_on(browser, path):
    return unescape(re.search(r'data-question="([^"]+)"', browser.get(path).text)[1])


def add(browser, device, name="work phone"):
    answer = device.created(question_on(browser, "/account/passkeys"))
    return browser.post("/account/passkeys", {"name": name, "credential": answer}), answer


def come_in(browser, answer, where="/sign-in/passkey"):
    sent = browser.post(where, {"credential": answer})
    browser._csrf = None
    return sent


def test_a_chair_who_must_take_two_steps_takes_them_with_a_passkey_alone(place, visitor):
    browser, device = visitor(), Device()
    browser.post("/sign-in", {"email": place.chair.email, "password": PASSWORD})
    browser._csrf = None
    assert browser.get("/").location == "/account/two-step"
    elsewhere = visitor(place.chair)
    answered, made = add(browser, device)
    assert answered.status_code == 303
    assert elsewhere.get("/").location.startswith("/sign-in"), "whoever was in before is out"
    assert browser.get("/").status_code == 200, "the second step is there"
    assert browser.post("/account/passkeys", {"name": "again", "credential": made}).status_code == 422

    later = visitor()
    asked = question_on(later, "/sign-in")
    assert "allowCredentials" not in asked or '"allowCredentials": []' in asked, "the question names nobody"
    answer = device.signed(asked)
    assert come_in(later, answer, "/sign-in/passkey?next=/account").location == "/account"
    assert later.get("/").status_code == 200
    assert come_in(visitor(), answer).status_code == 422, "an answer that was used"
    by_password = visitor().post("/sign-in", {"email": place.chair.email, "password": PASSWORD})
    assert by_password.location == "/sign-in/code", "the password alone does not do any more"
    removing = re.search(r'action="(/account/passkeys/\d+/remove)"', later.get("/account/passkeys").text)[1]
    assert visitor(place.member).post(removing).status_code == 404
    elsewhere = visitor(place.chair)
    assert later.post(removing).status_code == 303
    assert later.get("/account").status_code == 200
    assert elsewhere.get("/account").location.startswith("/sign-in"), "what it may have opened ends with it"
    mails = db.session.query(Mail).order_by(Mail.id).all()
    assert [(mail.user_id, mail.kind) for mail in mails] == [(place.chair.id, MailKind.ACCOUNT)] * 2
    assert "was added" in mails[0].body and "was removed" in mails[1].body
    assert "http://localhost:8000/account\n" in mails[0].body, "a link that opens nothing by itself"
    assert come_in(visitor(), device.signed(question_on(visitor(), "/sign-in"))).status_code == 422


WRONG = {
    "made at another site": lambda device: Device(origin="http://localhost:9000", id=device.id, key=device.key),
    "made for another name": lambda device: Device(name="elsewhere.example", id=device.id, key=device.key),
    "not unlocked": lambda device: Device(flags=PRESENT, id=device.id, key=device.key),
    "of another device": lambda device: Device(id=device.id),
    "of a device that nobody added": lambda _device: Device(),
    "of a copy that lags behind": lambda device: Device(id=device.id, key=device.key, count=0),
}


def test_no_other_answer_lets_anybody_in_and_all_are_told_the_same(place, visitor):
    device = Device(count=5)
    add(visitor(place.member), device)
    db.session.commit()
    told = set()
    for what, other in WRONG.items():
        sent = come_in(visitor(), other(device).signed(question_on(visitor(), "/sign-in")))
        assert sent.status_code == 422, what
        told.add(re.search(r"error-summary__list.*?</ul>", sent.text, re.DOTALL)[0])
    for rubbish in ("", "{}", "[]", '{"response": {"clientDataJSON": "e30"}}', "x" * 5000):
        assert come_in(visitor(), rubbish).status_code == 422
    assert len(told) == 1
    late = device.signed(question_on(visitor(), "/sign-in"))
    with time_machine.travel(utc_now() + timedelta(minutes=16), tick=True):
        assert come_in(visitor(), late).status_code == 422, "a question of long ago"
    assert db.session.query(UserSession).count() == 1
    assert come_in(visitor(), device.signed(question_on(visitor(), "/sign-in"))).status_code == 303
    place.member.retired_at = utc_now()
    assert come_in(visitor(), device.signed(question_on(visitor(), "/sign-in"))).status_code == 422


def test_who_sends_what_no_device_signed_neither_writes_nor_goes_on_for_long(place, visitor, monkeypatch):
    device, stranger = Device(), visitor()
    add(visitor(place.member), device)
    refusals = db.session.query(AuditRecord).filter_by(action="sign_in", outcome="deny")
    locked = []
    monkeypatch.setattr(views, "begin_write", lambda: locked.append(begin_write()))
    made_up = json.dumps({"challenge": bytes_to_base64url(bytes(56))})
    answers = [device.signed(made_up), "{}", json.dumps({**json.loads(device.signed(made_up)), "id": "\ud800"})]
    for answer in answers:
        assert come_in(stranger, answer).status_code == 422
    assert (locked, refusals.count()) == ([], 0), "no question of ours was answered"
    copy = Device(id=device.id)
    told = [come_in(stranger, copy.signed(question_on(stranger, "/sign-in"))).text for _ in range(TRIES + 2)]
    assert "was not taken" in told[TRIES - 1] and "Too many tries" in told[TRIES]
    assert refusals.count() == TRIES
    owner = visitor()
    owner.client.environ_base["REMOTE_ADDR"] = "198.51.7.7"
    for _ in range(TRIES + 1):
        assert come_in(owner, device.signed(question_on(visitor(), "/sign-in"))).status_code == 303


def test_a_question_put_to_one_is_not_answered_by_another(place, visitor):
    asked = question_on(visitor(place.chair), "/account/passkeys")
    mine = visitor(place.member)
    assert mine.post("/account/passkeys", {"name": "x", "credential": Device().created(asked)}).status_code == 422
    to_sign_in = question_on(visitor(), "/sign-in")
    assert mine.post("/account/passkeys", {"name": "x", "credential": Device().created(to_sign_in)}).status_code == 422
    assert db.session.query(Passkey).count() == 0
