"""A new password for somebody who forgot theirs: mailed to the owner alone, good once, within the hour."""

import re
from datetime import timedelta

from core.accounts.models import ResetAsked
from core.accounts.resets.operations import AT_AN_ADDRESS, mail_what_was_asked
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency, an_app

NEW = "harbour-violin-maple-17"


def ask(browser, email):
    return browser.post("/forgotten-password", {"email": email}, follow_redirects=True)


def work():
    """As the worker does, every minute and when it is woken."""
    mail_what_was_asked(now=utc_now())
    db.session.commit()


def without_keys(page):
    return "\n".join(line for line in page.splitlines() if 'type="hidden"' not in line)


def test_a_link_is_mailed_to_the_owner_works_once_and_everybody_is_told_the_same(app, visitor):
    partnership = a_partnership()
    agency = an_agency(partnership)
    user = a_user(agency, group=a_group(partnership), password=PASSWORD)
    retired, uninvited = a_user(agency, password=PASSWORD), a_user(agency)
    retired.retired_at = utc_now()
    an_app(user)
    signed_in = visitor(user)
    addresses = [user.email.upper(), "nobody@agency.example", retired.email, uninvited.email]
    told = {without_keys(ask(visitor(), address).text) for address in addresses}
    assert len(told) == 1
    assert "If there is an account" in told.pop()
    assert db.session.query(Mail).count() == 0, "nothing that takes time is done before the answer"
    work()
    assert db.session.query(ResetAsked).count() == 0
    mail = db.session.query(Mail).one()
    assert mail.to_address == user.email
    assert user.name not in mail.subject + mail.body
    link = re.search(r"/invitations/[\w-]+", mail.body)[0]
    assert signed_in.get("/").status_code == 200, "asking alone changes nothing"
    stranger = visitor()
    assert stranger.post(link, {"password": NEW, "again": NEW}).status_code == 303
    assert signed_in.get("/").status_code == 302
    assert stranger.post("/sign-in", {"email": user.email, "password": NEW}).location == "/sign-in/code"
    assert visitor().post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 422


def test_a_link_runs_out_and_no_mailbox_is_flooded(app, visitor):
    user = a_user(an_agency(a_partnership()), password=PASSWORD)
    for email in (user.email, "nobody@agency.example"):
        answers = [ask(visitor(), email).text for _ in range(AT_AN_ADDRESS + 1)]
        assert ["Too many tries" in answer for answer in answers] == [False] * AT_AN_ADDRESS + [True]
    db.session.commit()
    mail_what_was_asked(now=utc_now() - timedelta(minutes=61))
    db.session.commit()
    assert db.session.query(Mail).count() == 1
    link = re.search(r"/invitations/[\w-]+", db.session.query(Mail).one().body)[0]
    assert "This link cannot be used" in visitor().get(link).text
