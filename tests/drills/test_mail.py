"""Drills: the mail server refuses, stalls, puts off, turns down, hangs up; the worker is killed. Nothing is lost."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.accounts.operations import sign_in
from core.circulation.delivery import LEASE, WAITS
from core.circulation.letters import Letter
from core.circulation.models import Mail
from core.circulation.outbox import queue
from core.clock import utc_now
from core.extensions import db
from core.facts import GroupRole, MailKind, MailState, MeetingStatus
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency
from tests.support.browser import Browser
from tests.support.databases import Place
from tests.support.mail import DROP, MailServer, configured, deliver, free_port, mail_server
from tests.support.server import ROOT, Client

WORKER = """
from core.app import create_app
from core.circulation.delivery import deliver_due
from core.clock import utc_now
from core.config import Config
app = create_app(Config.from_environment())
with app.app_context():
    print("ready", flush=True)
    input()
    print(deliver_due(now=utc_now), flush=True)
"""
"""One round of a worker's, in a process of its own; it begins when it is told to."""


class Post:
    """A group whose members are written to, on a database of its own."""

    def __init__(self, place: Place) -> None:
        self.app, self.url, self.data = place.app, place.url, place.data
        self.partnership = a_partnership()
        council = an_agency(self.partnership, "Council")
        self.group = a_group(self.partnership)
        self.coordinator = a_user(council, "Cody", group=self.group, role=GroupRole.COORDINATOR)
        self.meeting = a_meeting(self.group, status=MeetingStatus.CLOSED)
        self.readers = [a_user(council, f"Reader {number}", group=self.group) for number in range(20)]
        db.session.commit()

    def write(self, number: int) -> list[Mail]:
        """So many mails about the meeting, due now."""
        letter = Letter("OFFICIAL-SENSITIVE: North CST, 4 March 2027, M-1: minutes", "Open it.\n", "<p>Open it.</p>")
        written = [
            queue(
                self.readers[each % len(self.readers)],
                kind=MailKind.MINUTES,
                letter=letter,
                now=utc_now() - timedelta(seconds=1),
                partnership_id=self.partnership.id,
                meeting=self.meeting,
            )
            for each in range(number)
        ]
        db.session.commit()
        return written

    def states(self) -> Counter[str]:
        """How many mails stand how."""
        db.session.rollback()
        return Counter(str(state) for state in db.session.scalars(select(Mail.state)))

    def worker(self, server: MailServer) -> subprocess.Popen[str]:
        """A worker's process, ready to begin."""
        environment = {
            **os.environ,
            "ROUNDTABLE_DATA": str(self.data),
            "ROUNDTABLE_DATABASE_URL": self.url,
            "ROUNDTABLE_SMTP_HOST": "127.0.0.1",
            "ROUNDTABLE_SMTP_PORT": str(server.port),
            "PYTHONPATH": str(ROOT),
        }
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process


def begin(process: subprocess.Popen[str]) -> None:
    """Let it send what is due."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def end(process: subprocess.Popen[str]) -> str:
    """What it said last, once it has ended."""
    said, _ = process.communicate(timeout=120)
    return said.strip()


@pytest.fixture
def post(place: Place) -> Post:
    """The group and its members."""
    return Post(place)


def test_a_server_that_is_not_there_costs_one_try_and_loses_nothing(post, full, figure):
    number = 200 if full else 20
    mails = post.write(number)
    with configured(post.app, free_port()):
        assert deliver() == 0
    tries = db.session.scalar(select(func.sum(Mail.attempts)))
    assert post.states() == {"waiting": number} and tries == 1, "one mail finds out for all of them"
    with mail_server() as server, configured(post.app, server.port):
        assert deliver() == number - 1, "the one that found out waits for its turn"
        assert deliver(after=WAITS[0] + timedelta(seconds=5)) == 1
    assert sorted(server.ids) == sorted(mail.message_id for mail in mails)
    figure("SMTP refused", f"{number} mails, {tries} try while it was away, lost 0, twice 0")


def test_a_server_that_stalls_is_given_up_and_tried_again(post, full, figure):
    stall, timeout = (60.0, 20.0) if full else (3.0, 0.5)
    (mail,) = post.write(1)
    with mail_server() as server, configured(post.app, server.port, timeout=timeout):
        server.stall, begun = stall, time.monotonic()
        assert deliver() == 0
        waited = time.monotonic() - begun
        assert mail.state is MailState.WAITING and "could not be reached, or hung up" in mail.failure
        assert timeout <= waited < stall
        server.stall = 0
        assert deliver(after=WAITS[0] + timedelta(seconds=5)) == 1
    assert set(server.ids) == {mail.message_id}
    figure(f"SMTP stalled {stall:g} s", f"given up after {waited:.1f} s, then sent, one Message-ID")


def test_three_times_put_off_it_arrives_at_the_fourth_try(post, figure):
    (mail,) = post.write(1)
    with mail_server() as server, configured(post.app, server.port):
        server.answers = ["450 later", "450 later", "450 later"]
        after = timedelta(0)
        for wait in WAITS[:3]:
            assert deliver(after=after) == 0
            assert mail.state is MailState.WAITING and "450" in mail.failure
            after += wait + timedelta(seconds=5)
        assert deliver(after=after) == 1
    assert server.ids == [mail.message_id] and mail.attempts == 4
    figure("SMTP 450 three times", f"sent at try {mail.attempts}, after {after}, once")


def test_what_is_turned_down_for_good_is_shown_to_the_coordinator_in_plain_words(post, figure):
    (mail,) = post.write(1)
    with mail_server() as server, configured(post.app, server.port):
        server.answers = ["550 5.1.1 Martin Ashdown does not live here"]
        assert deliver() == 0
        assert deliver(after=timedelta(days=30)) == 0
    page = Browser(post.app, post.coordinator).get(f"/meetings/{post.meeting.id}/sent").get_data(as_text=True)
    assert mail.state is MailState.FAILED and mail.failure in page
    assert "for good (code 550)" in page and "Try again" in page and "Ashdown" not in page
    figure("SMTP 550", f"shown as “{mail.failure}”")


def test_a_connection_that_dies_after_the_mail_was_taken_brings_it_again_under_the_same_id(post, full, figure):
    number = 50 if full else 5
    mails = post.write(number)
    with mail_server() as server, configured(post.app, server.port):
        server.answers = [DROP] * number
        after = timedelta(0)
        while post.states()["sent"] < number:
            deliver(after=after)
            after += WAITS[0] + timedelta(seconds=5)
            assert after < timedelta(hours=10)
    times = Counter(server.ids)
    assert times.keys() == {mail.message_id for mail in mails}
    figure(
        "SMTP dropped after DATA",
        f"{number} mails taken {len(server.ids)} times in all, {len(times)} Message-IDs, lost 0",
    )


class KillsAtQuit(MailServer):
    """Takes the mail, says so, and kills the worker before it can make a note of that."""

    def __init__(self) -> None:
        super().__init__()
        self.victim = 0

    async def handle_QUIT(self, _server, _session, _envelope) -> str:
        """The client has its 250: it is about to commit."""
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
            self.victim = 0
        return "221 Bye"


def test_a_worker_that_is_killed_between_accept_and_commit_sends_it_again_under_the_same_id(post, full, figure):
    rounds = 20 if full else 1
    mails = post.write(rounds)
    with mail_server(KillsAtQuit()) as server, configured(post.app, server.port):
        for _ in range(rounds):
            process = post.worker(server)
            server.victim = process.pid
            begin(process)
            assert process.wait(60) == -signal.SIGKILL
            end(process)
        assert post.states() == {"sending": rounds}, "taken, and not noted"
        assert deliver() == 0, "not while the lease lasts"
        assert deliver(after=LEASE + timedelta(seconds=1)) == rounds
    times = Counter(server.ids)
    assert times == {mail.message_id: 2 for mail in mails}
    figure(
        "worker killed in between", f"{rounds} rounds, accepted and not noted; lost 0, each again under its Message-ID"
    )


def test_two_workers_share_the_outbox_and_send_nothing_twice(post, full, figure):
    number = 400 if full else 40
    mails = post.write(number)
    with mail_server() as server:
        workers = [post.worker(server) for _ in range(2)]
        begun = time.monotonic()
        for process in workers:
            begin(process)
        sent = [int(end(process)) for process in workers]
        took = time.monotonic() - begun
    assert sum(sent) == number and post.states() == {"sent": number}
    assert sorted(server.ids) == sorted(mail.message_id for mail in mails)
    figure("two workers", f"{number} mails in {took:.1f} s, {sent[0]} + {sent[1]}, twice 0, lost 0")


def test_pages_answer_as_fast_while_the_mail_server_stalls(post, server, full, figure):
    rounds, requests = (5, 200) if full else (2, 40)
    token = sign_in(post.coordinator.id, now=utc_now())
    db.session.commit()
    db.session.remove()
    server.start()
    quiet, stalled = [], []
    client = Client(server.port, token)
    times_of(client, 20)
    for _ in range(rounds):
        quiet.append(p95(times_of(client, requests)))
        with mail_server() as stalling:
            stalling.stall = 60
            post.write(3)
            process = post.worker(stalling)
            begin(process)
            while post.states()["sending"] != 1:
                time.sleep(0.02)
            stalled.append(p95(times_of(client, requests)))
            assert process.poll() is None, "it was waiting for the mail server all the while"
            process.kill()
            end(process)
        db.session.rollback()
        db.session.execute(update(Mail).values(state=MailState.SENT))
        db.session.commit()
    client.close()
    before, during = min(quiet), min(stalled)
    figure("pages while SMTP stalls", f"p95 {during * 1000:.1f} ms, {before * 1000:.1f} ms when it does not")
    # In the suite other tests run beside it: there it is asked that no page waits for the mail server's minute.
    assert during < (before * 1.5 + 0.02 if full else before * 4 + 1)


def times_of(client: Client, number: int) -> list[float]:
    """Seconds that a page took, so many times, on a connection that is warm."""
    client.close()
    client.get("/meetings")
    times = []
    for _ in range(number):
        begun = time.perf_counter()
        status, _, _ = client.get("/meetings")
        times.append(time.perf_counter() - begun)
        assert status == 200
    return times


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]
