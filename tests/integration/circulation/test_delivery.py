"""The outbox against a real mail server on loopback: taken, refused for a while, refused for good, not there."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from core.circulation.delivery import LEASE, WAITS, deliver_due
from core.circulation.letters import Letter
from core.circulation.models import Mail
from core.circulation.outbox import queue
from core.clock import utc_now
from core.extensions import db
from core.facts import MailKind, MailState
from tests.builders import a_group, a_partnership, a_user, an_agency

SUBJECT = "OFFICIAL-SENSITIVE: North CST, 4 March 2027, M-1: agenda"


class Server:
    """A mail server that answers as it is told, and keeps what it took."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[object] = []

    async def handle_DATA(self, _server, _session, envelope) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return answer


@pytest.fixture
def server(app) -> Iterator[Server]:
    """The mail server that the application is configured with."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(before, smtp_host="127.0.0.1", smtp_port=port, mail_from="rt@council.example")
    yield handler
    app.config["ROUNDTABLE"] = before
    controller.stop()


@pytest.fixture
def mail(app) -> Mail:
    """A mail that is due."""
    partnership = a_partnership()
    user = a_user(an_agency(partnership), group=a_group(partnership))
    row = queue(
        user,
        kind=MailKind.AGENDA,
        letter=Letter(SUBJECT, "Open it: /copies/1\n", "<p>Open it</p>"),
        now=utc_now(),
        partnership_id=partnership.id,
    )
    db.session.commit()
    return row


def deliver(after: timedelta = timedelta(0)) -> int:
    """What the worker does, so long from now."""
    db.session.commit()
    sent = deliver_due(now=lambda: utc_now() + after)
    db.session.expire_all()
    return sent


def test_a_mail_is_sent_once_with_the_marking_first(server, mail):
    assert deliver() == 1
    assert deliver() == 0
    assert len(server.taken) == 1
    assert server.taken[0]["Subject"] == SUBJECT
    assert server.taken[0]["Message-ID"] == mail.message_id
    assert mail.state is MailState.SENT
    assert mail.sent_at is not None


@pytest.mark.parametrize("answers", [["250 OK"], ["450 try later", "250 OK"], ["550 no such user"]])
def test_a_link_that_sets_a_password_is_forgotten_once_it_has_gone(server, mail, answers):
    mail.kind, server.answers = MailKind.ACCOUNT, list(answers)
    deliver()
    deliver(after=WAITS[0] + timedelta(seconds=5))
    assert mail.body == ""
    assert mail.body_html == ""
    said = ["Open it" in taken.get_body(("plain",)).get_content() for taken in server.taken]
    assert said == [True] * (answers[-1] == "250 OK")


def test_a_refusal_for_a_while_is_tried_again_later_under_the_same_id(server, mail):
    server.answers = ["450 try later", "250 OK"]
    assert deliver() == 0
    assert mail.state is MailState.WAITING
    assert "450" in mail.failure
    assert deliver() == 0, "not before its time"
    assert deliver(after=WAITS[0] + timedelta(seconds=5)) == 1
    assert server.taken[0]["Message-ID"] == mail.message_id


def test_a_refusal_for_good_has_failed_and_says_so_in_plain_words(server, mail):
    server.answers = ["550 no such user Martin Ashdown"]
    deliver()
    assert mail.state is MailState.FAILED
    assert "550" in mail.failure
    assert "Ashdown" not in mail.failure


def test_after_the_last_try_it_has_failed(app, mail):
    app.config["ROUNDTABLE"], before = (
        replace(app.config["ROUNDTABLE"], smtp_host="127.0.0.1", smtp_port=1),
        app.config["ROUNDTABLE"],
    )
    try:
        waited = timedelta(0)
        for wait in (timedelta(0), *WAITS):
            waited += wait + timedelta(seconds=5)
            assert mail.state is MailState.WAITING
            deliver(after=waited)
        assert mail.state is MailState.FAILED
        assert "could not be reached" in mail.failure
    finally:
        app.config["ROUNDTABLE"] = before


def test_a_row_whose_worker_went_missing_is_taken_up_again(server, mail):
    mail.state, mail.leased_until = MailState.SENDING, utc_now() + LEASE
    assert deliver() == 0
    assert deliver(after=LEASE + timedelta(seconds=1)) == 1


def test_nobody_whose_account_was_retired_is_sent_anything(server, mail):
    mail.user.retired_at = utc_now()
    assert deliver() == 0
    assert mail.state is MailState.WITHDRAWN
    assert server.taken == []
