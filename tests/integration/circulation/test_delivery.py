"""The outbox against a real mail server on loopback: taken, refused for a while, refused for good, not there."""

from datetime import timedelta

import pytest

from core.circulation.delivery import LEASE, WAITS
from core.circulation.letters import Letter
from core.circulation.models import Mail
from core.circulation.outbox import queue
from core.clock import utc_now
from core.extensions import db
from core.facts import MailKind, MailState
from tests.builders import a_group, a_partnership, a_user, an_agency
from tests.support.mail import configured, deliver, free_port

SUBJECT = "OFFICIAL-SENSITIVE: North CST, 4 March 2027, M-1: agenda"


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
    with configured(app, free_port()):
        waited = timedelta(0)
        for wait in (timedelta(0), *WAITS):
            waited += wait + timedelta(seconds=5)
            assert mail.state is MailState.WAITING
            deliver(after=waited)
    assert mail.state is MailState.FAILED
    assert "could not be reached" in mail.failure


def test_a_row_whose_worker_went_missing_is_taken_up_again(server, mail):
    mail.state, mail.leased_until = MailState.SENDING, utc_now() + LEASE
    assert deliver() == 0
    assert deliver(after=LEASE + timedelta(seconds=1)) == 1


def test_nobody_whose_account_was_retired_is_sent_anything(server, mail):
    mail.user.retired_at = utc_now()
    assert deliver() == 0
    assert mail.state is MailState.WITHDRAWN
    assert server.taken == []
