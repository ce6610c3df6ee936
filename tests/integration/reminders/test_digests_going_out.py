"""The day's reminders on their way: written anew, withdrawn, sent once, whoever makes them."""

from datetime import datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from core.circulation.delivery import deliver_due
from core.clock import at_local, utc_now
from core.extensions import db
from core.facts import ActionStatus, MailState
from core.jobs import EXTENSION
from core.partnerships.models import PartnershipAgency, Signature
from core.recording.models import Recusal
from core.reminders.operations import DAY_OVER, NOTHING_LEFT, STOPPED, make_digests
from core.reminders.queries import people_to_remind
from tests.builders import (
    a_meeting,
    a_user,
    an_action,
    today,
)
from tests.integration.reminders.test_digests import (
    DAY,
    HALF_PAST_SEVEN,
    IN_THREE_DAYS,
    MORNING,
    digests,
    make,
    table,
)

__all__ = ["table"]


def delivered(monkeypatch, at: datetime) -> list[str]:
    """What goes out to the mail server then, as text."""
    sent = []
    monkeypatch.setattr("core.circulation.delivery.send", lambda message, config: sent.append(message.as_string()))
    db.session.commit()
    deliver_due(now=lambda: at)
    return sent


def test_what_was_done_meanwhile_is_not_reminded_of(table, monkeypatch):
    first, second = (an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS) for _ in range(2))
    make()
    first.status = ActionStatus.DONE
    (sent,) = delivered(monkeypatch, MORNING + timedelta(minutes=5))
    assert second.ref in sent and first.ref not in sent
    assert digests()[table.officer.name].state is MailState.SENT


def done(table, action):
    action.status = ActionStatus.DONE


def agency_left(table, _action):
    membership = select(PartnershipAgency).where(PartnershipAgency.agency_id == table.police.id)
    db.session.scalars(membership).one().left_on = DAY


def signature_ended(table, _action):
    db.session.execute(db.delete(Signature).where(Signature.agency_id == table.police.id))


def interest_declared(table, _action):
    item = a_meeting(table.group, cases=[table.case]).items[0]
    interest = {"item_id": item.id, "case_id": table.case.id, "declared_at": utc_now(), "reason": "A cousin"}
    db.session.add(Recusal(user_id=table.officer.id, **interest))


@pytest.mark.parametrize("ended", [done, agency_left, signature_ended, interest_declared])
def test_a_digest_whose_reader_may_or_need_do_nothing_of_it_any_more_is_withdrawn(table, monkeypatch, ended):
    action = an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    make()
    ended(table, action)
    assert delivered(monkeypatch, MORNING) == []
    mail = digests()[table.officer.name]
    assert (mail.state, mail.failure) == (MailState.WITHDRAWN, NOTHING_LEFT)


def test_who_stopped_the_daily_mail_is_made_none_and_sent_none_and_sees_what_is_due_at_home(
    table, visitor, monkeypatch
):
    action = an_action(table.case, table.group, table.police, due_on=today() - timedelta(days=1))
    action.owner_user_id = table.officer.id
    soon = an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    colleague = a_user(table.police, "Piet Police", group=table.group)
    make()
    assert set(digests()) == {table.officer.name, colleague.name}

    officer = visitor(table.officer)
    assert officer.post("/account/daily-mail/stop").status_code == 303
    assert [soon.ref in body for body in delivered(monkeypatch, MORNING)] == [True]
    mails = digests()
    assert (mails[table.officer.name].state, mails[table.officer.name].failure) == (MailState.WITHDRAWN, STOPPED)
    assert mails[colleague.name].state is MailState.SENT
    assert {user.id for user in people_to_remind(on=DAY)} & {table.officer.id, colleague.id} == {colleague.id}
    assert action.ref in officer.get("/").text

    assert "Send me the daily mail again" in officer.get("/account").text
    assert officer.post("/account/daily-mail/start").status_code == 303
    assert table.officer.id in {user.id for user in people_to_remind(on=DAY)}


def test_a_digest_that_could_not_go_out_that_day_does_not_go_out_on_the_next(table, monkeypatch):
    an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    make()
    assert delivered(monkeypatch, MORNING + timedelta(days=1)) == []
    assert digests()[table.officer.name].failure == DAY_OVER


def test_the_worker_makes_them_and_sends_them_at_once(app, table, monkeypatch):
    an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
    db.session.commit()
    sent = []
    monkeypatch.setattr("core.circulation.delivery.send", lambda message, config: sent.append(message["To"]))
    for at in (at_local(DAY, time(7)), MORNING, MORNING + timedelta(minutes=1)):
        monkeypatch.setattr("core.jobs.utc_now", lambda at=at: at)
        app.extensions[EXTENSION].remind()
    assert sent == [table.officer.email]


def test_several_workers_at_the_same_moment_write_one_mail_to_each(app, table):
    for _ in range(3):
        an_action(table.case, table.group, table.police, due_on=IN_THREE_DAYS)
        an_action(table.case, table.group, table.landlord, due_on=IN_THREE_DAYS)
    db.session.commit()
    began, made = Barrier(4), []

    def work() -> None:
        with app.app_context():
            began.wait()
            made.append(make_digests(now=MORNING, hour=HALF_PAST_SEVEN))

    workers = [Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(made) == 4, "none has failed"
    assert set(digests()) == {table.officer.name, table.landlady.name}
