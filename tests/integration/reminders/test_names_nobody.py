"""No reminder and no calendar feed carries a name, of anybody's: the canaries of tests/integration/test_canaries.py."""

import re
from datetime import time, timedelta

import pytest
from sqlalchemy import select

from core.circulation.models import Mail
from core.clock import at_local
from core.extensions import db
from core.facts import MailKind
from core.reminders.operations import make_digests
from tests.builders import today
from tests.integration.matrix.walking import browser_of
from tests.integration.matrix.world import WORDS
from tests.support.browser import Browser

THEIR_OWN = ("member", "chair", "coordinator", "observer", "unsigned", "recused", "partnership admin")


@pytest.mark.sqlite_alone
def test_the_reminders_of_three_weeks_name_nobody(app, world):
    for day in range(1, 22):
        make_digests(now=at_local(today() + timedelta(days=day), time(8)), hour=time(7, 30))
    mails = db.session.scalars(select(Mail).where(Mail.kind == MailKind.REMINDER)).all()
    assert len(mails) > 20
    said = "\n".join(f"{mail.subject}\n{mail.body}\n{mail.body_html}" for mail in mails)
    # The other partnership's group is called by its word, and so may its mails.
    assert not [word for word in WORDS.values() if word.casefold() in said.casefold()]


def test_nobodys_feed_names_anybody(app, world):
    for actor in THEIR_OWN:
        browser = browser_of(app, world, actor)
        assert browser.post("/account/calendar").status_code == 303
        address = re.search(r"/calendar/[\w-]+\.ics", browser.get("/account/calendar").text)
        assert address, actor
        feed = Browser(app).get(address[0])
        assert feed.status_code == 200
        assert not [word for word in WORDS.values() if word.casefold() in feed.text.casefold()]
