"""Drill: the same form sent 20 times in parallel under one key is one row and 20 equal answers."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from core.actions.models import Action
from core.clock import local_date, utc_now
from core.extensions import db

TIMES = 20


def test_one_post_twenty_times_is_one_row(meeting, full, figure):
    due = local_date(utc_now())
    form = {
        "text": "Visit the flat",
        "owner": meeting.agency_id,
        "due-day": due.day,
        "due-month": due.month,
        "due-year": due.year,
    }
    clients = [meeting.client(0) for _ in range(TIMES)]
    for client in clients:
        client.post(f"{meeting.write}/write/nothing", {})  # fetches its token, and is a 404
    rounds = 20 if full else 1
    for done in range(1, rounds + 1):
        key, start = str(uuid.uuid4()), Barrier(TIMES)

        def send(client, key=key, start=start):
            start.wait()
            return client.post(f"{meeting.write}/action", form, key=key)

        with ThreadPoolExecutor(TIMES) as threads:
            answers = list(threads.map(send, clients))
        assert {status for status, _, _ in answers} == {303}
        assert len(set(answers)) == 1
        assert db.session.scalar(select(func.count()).select_from(Action)) == done
        db.session.rollback()
        altered = clients[0].post(f"{meeting.write}/action", {**form, "text": "Something else"}, key=key)
        assert altered[0] == 422
        assert db.session.scalar(select(func.count()).select_from(Action)) == done
        db.session.rollback()
    for client in clients:
        client.close()
    figure(f"one POST {TIMES} times", f"{rounds} rounds, {rounds} rows, all answers equal, altered body 422")
