"""Drill: kill -9 of the server while four attendees record, with and without a network that cuts their connections.

What was acknowledged is there, once.
"""

import itertools
import random
import socket
import threading
import time
from collections import Counter

import pytest

from tests.drills.writing import check, number_of_meeting, tally, wait_for_more, writing

BEFORE, AFTER, DURING = "before the request was whole", "after it", "within the answer"
CUTS = (BEFORE, AFTER, DURING)
HOW_MANY_ARE_CUT = 0.3


class Cutting:
    """A network that cuts connections: at which request is drawn by lot, at which of three moments goes in turn."""

    def __init__(self, port, rng):
        self.cuts = Counter()
        self._behind, self._rng = port, rng
        self._next = itertools.cycle(CUTS)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Nobody gets through any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return  # it is closed
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near):
        """Requests and answers of one connection, until it is cut or either side hangs up."""
        try:
            with near, socket.create_connection(("127.0.0.1", self._behind), timeout=30) as far:
                while (request := _message(near)) and self._through(request, near, far):
                    pass
        except OSError:
            pass  # the server was killed

    def _through(self, request, near, far):
        """Whether request and answer both got through."""
        cut = next(self._next) if self._rng.random() < HOW_MANY_ARE_CUT else None
        self.cuts[cut] += 1
        if cut == BEFORE:
            within_the_text = len(request) - self._rng.randrange(1, 30)
            far.sendall(request[: self._rng.choice((self._rng.randrange(len(request)), within_the_text))])
            return False
        far.sendall(request)
        if cut == AFTER:
            time.sleep(self._rng.uniform(0, 0.03))  # the server has it, is at it, has done it
            return False
        answer = _message(far)
        near.sendall(answer[: self._rng.randrange(len(answer))] if cut == DURING and answer else answer)
        return cut is None and bool(answer)


def _message(sender):
    """One request or answer, whole, as far as it comes."""
    message = b""
    while b"\r\n\r\n" not in message:
        more = sender.recv(65536)
        if not more:
            return message
        message += more
    head, _, body = message.partition(b"\r\n\r\n")
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    length = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    while len(body) < length:
        more = sender.recv(65536)
        if not more:
            break
        body += more
    return head + b"\r\n\r\n" + body


@pytest.fixture
def cutting(meeting):
    """The network before the meeting's server."""
    made = Cutting(meeting.server.port, random.Random(43))
    yield made
    made.close()


def test_what_was_acknowledged_survives_a_kill_and_is_there_once(meeting, full, figure):
    rounds = 200 if full else 1
    begun = number_of_meeting()
    with writing(meeting) as writers:
        kill(meeting, writers, rounds)
    counted = tally(writers)
    figure("kill -9", f"{rounds} rounds, {counted}")
    check(writers, begun)
    assert counted.acknowledged >= rounds


def test_what_was_acknowledged_is_there_once_whenever_the_connection_is_cut(meeting, cutting, full, figure):
    rounds = 200 if full else 1
    begun = number_of_meeting()
    with writing(meeting, cutting.port) as writers:
        kill(meeting, writers, rounds, lines=1 if full else 20)
    counted, cuts = tally(writers), {cut: cutting.cuts[cut] for cut in CUTS}
    told = ", ".join(f"{many} {cut}" for cut, many in cuts.items())
    figure("connection cut", f"{rounds} times kill -9 and {sum(cuts.values())} cuts ({told}), {counted}")
    check(writers, begun)
    assert min(cuts.values()) >= rounds // 2 + 1, "each moment was tried"


def kill(meeting, writers, rounds, *, lines=1):
    """kill -9 so many times, each at a random moment after so many lines got through; and some at the end."""
    rng = random.Random(41)
    for _ in range(rounds):
        wait_for_more(writers, lines)
        time.sleep(rng.uniform(0.0, 0.4))
        meeting.server.kill()
        meeting.server.start()
    wait_for_more(writers, lines)
