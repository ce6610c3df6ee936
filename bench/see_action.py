"""Another attendee's action appears: from sending the form to its words at the others.

    python bench/see_action.py [--watchers 40] [--attendees 14] [--saves 16] [--processes 2]

Product: a hint arrives at each stream (hints hold no personal data), and the attendee's page then fetches the item and
reads the action in it, with every check and a record in the trail. Yardstick: a bare Flask stream that carries the
words themselves, woken by `PRAGMA data_version` every 50 ms, under the same server. `idle` is what watchers cost while
nothing happens, as a share of one core.

On PostgreSQL with two web processes (`--processes 2`: that alone) and 60 watchers: what is saved at the one is seen at
the other, beside two bare processes of which the one saves and notifies, and the other listens.
"""

import argparse
import http.client
import json
import os
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode

import psycopg

from bench.room import Room, a_cluster, a_floor, a_room, another_process, clients, quantile

FLOOR = """
import sqlite3, sys, threading, time
from flask import Flask, Response, request
path = sys.argv[2]; app = Flask(__name__); local = threading.local(); changed = threading.Condition()
state = {"rev": 0, "body": ""}; started = []
def connect():
    c = sqlite3.connect(path, timeout=15, isolation_level=None, check_same_thread=False)
    c.execute("pragma journal_mode=wal"); c.execute("pragma synchronous=full"); return c
def db():
    if not hasattr(local, "c"): local.c = connect()
    return local.c
c = connect(); c.execute("create table action(id integer primary key, body text)")
c.execute("create table audit(id integer primary key, what text)"); c.execute("create table m(rev integer)")
c.execute("insert into m values (0)"); c.close()
def watch():
    c = connect(); version = None
    while True:
        now = c.execute("pragma data_version").fetchone()[0]
        if now != version:
            version = now; row = c.execute("select id, body from action order by id desc limit 1").fetchone()
            if row and row[0] != state["rev"]:
                with changed: state["rev"], state["body"] = row; changed.notify_all()
        time.sleep(0.05)
@app.post("/act")
def act():
    c = db(); c.execute("begin immediate"); c.execute("insert into action(body) values (?)", (request.form["text"],))
    c.execute("insert into audit(what) values ('a')"); c.execute("update m set rev = rev + 1"); c.execute("commit")
    return "", 204
@app.get("/stream")
def stream():
    with changed:
        if not started: started.append(1); threading.Thread(target=watch, daemon=True).start()
    def lines():
        seen = state["rev"]; yield ": hi\\n\\n"
        while True:
            with changed:
                changed.wait_for(lambda: state["rev"] != seen, 15)
                new = state["rev"] != seen; seen, body = state["rev"], state["body"]
            yield f"data: {body}\\n\\n" if new else ": beat\\n\\n"
    return Response(lines(), mimetype="text/event-stream")
"""


FLOOR_OF_TWO = """
import sys, threading, psycopg
from flask import Flask, Response, request
url = sys.argv[2]; app = Flask(__name__); local = threading.local(); changed = threading.Condition()
state = {"rev": 0, "body": ""}; started = []
def db():
    if not hasattr(local, "c"): local.c = psycopg.connect(url)
    return local.c
def listen():
    c = psycopg.connect(url, autocommit=True); c.execute("listen floor")
    for told in c.notifies():
        rev, body = told.payload.split(" ", 1)
        with changed: state["rev"], state["body"] = int(rev), body; changed.notify_all()
@app.post("/act")
def act():
    c = db(); text = request.form["text"]
    c.execute("insert into action(body) values (%s)", (text,)); c.execute("insert into audit(what) values ('a')")
    tell = "select pg_notify('floor', n.rev || ' ' || %s) from n"
    c.execute("with n as (update m set rev = rev + 1 returning rev) " + tell, (text,))
    c.commit(); return "", 204
@app.get("/stream")
def stream():
    with changed:
        if not started: started.append(1); threading.Thread(target=listen, daemon=True).start()
    def lines():
        seen = state["rev"]; yield ": hi\\n\\n"
        while True:
            with changed:
                changed.wait_for(lambda: state["rev"] != seen, 15)
                new = state["rev"] != seen; seen, body = state["rev"], state["body"]
            yield f"data: {body}\\n\\n" if new else ": beat\\n\\n"
    return Response(lines(), mimetype="text/event-stream")
"""
BETWEEN_SAVES = 0.5
"""Seconds from a save that has come to everybody to the next one."""
PATIENCE = 60.0
"""Seconds in which a save has come to everybody, or never does."""
MOST_WATCHERS = 60
"""Of one meeting, at the second of two processes."""
TABLES = "create table action(id serial, body text); create table audit(id serial, what text); create table m(rev int)"


class Watcher(threading.Thread):
    """An open stream. `heard` gets the moment of each message; `then` is done after each."""

    def __init__(self, port: int, path: str, cookie: str, then=None) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        self.heard: list[float] = []
        self.seen: list[float] = []
        self.fetched = 0
        self.then = then

    def run(self) -> None:
        """Read until the connection is closed."""
        try:
            for line in self.socket.makefile("rb"):
                if line.startswith(b"data: "):
                    self.heard.append(time.perf_counter())
                    if self.then is not None:
                        self.then(self)
        except (OSError, ValueError):
            return


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--watchers", type=int, default=40)
    parser.add_argument("--attendees", type=int, default=14)
    parser.add_argument("--saves", type=int, default=16)
    parser.add_argument("--processes", type=int, choices=(1, 2), help="one kind alone")
    chosen = parser.parse_args()
    if chosen.processes != 1:
        of_two_processes(MOST_WATCHERS, chosen.attendees, chosen.saves)
    if chosen.processes == 2:
        return
    floor = floor_delays(chosen.watchers, chosen.saves)
    bare = quantile(floor, 0.95)
    with a_room(max(chosen.attendees, 20)) as room:
        hints = hint_delays(room, chosen.watchers, chosen.saves)
        show(f"a hint at {chosen.watchers} streams, p95", hints, bare)
        words = word_delays(room, chosen.attendees, chosen.saves)
        show(f"the words at {chosen.attendees} attendees, p95", words, bare)
        idle(room, 60)


def of_two_processes(watchers: int, attendees: int, saves: int) -> None:
    """Save at one web process, watch at the other."""
    with a_cluster() as cluster:
        cluster.execute("CREATE DATABASE floor")
        url = cluster.url("floor").replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute(f"{TABLES}; insert into m values (0)")
        with a_floor(FLOOR_OF_TWO, url) as there, a_floor(FLOOR_OF_TWO, url) as here:
            bare = quantile(bare_delays(here, there, watchers, saves), 0.95)
        cluster.execute("CREATE DATABASE product")
        with a_room(max(attendees, 20), cluster.url("product")) as room, another_process(room) as other:
            hints = _product(room, watchers, saves, None, at=other)
            show(f"two processes on PostgreSQL, a hint at {watchers} streams of the other, p95", hints, bare)
            words = word_delays(room, attendees, saves, at=other)
            show(f"two processes on PostgreSQL, the words at {attendees} attendees of the other, p95", words, bare)
            idle(other, 60)


def floor_delays(watchers: int, saves: int) -> list[float]:
    """Milliseconds from sending to the words at each watcher."""
    with a_floor(FLOOR) as port:
        return bare_delays(port, port, watchers, saves)


def bare_delays(here: int, there: int, watchers: int, saves: int) -> list[float]:
    """The same, saved at one port and watched at another."""
    threads = [Watcher(there, "/stream", "") for _ in range(watchers)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    connection = http.client.HTTPConnection("127.0.0.1", here)
    sent = []
    for _ in range(saves):
        sent.append(time.perf_counter())
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/act", urlencode({"text": "Visit"}), headers)
        connection.getresponse().read()
        _until_all([thread.heard for thread in threads], len(sent))
        time.sleep(BETWEEN_SAVES)
    return delays(sent, [thread.heard for thread in threads])


def hint_delays(room: Room, watchers: int, saves: int) -> list[float]:
    """Milliseconds from sending the form to the hint at each stream."""
    return _product(room, watchers, saves, None)


def word_delays(room: Room, attendees: int, saves: int, *, at: Room | None = None) -> list[float]:
    """Milliseconds from sending the form to the words in the part of the page that the hint makes it fetch."""
    there = at or room
    readers = dict(enumerate(clients(there, attendees)))
    counts: dict[int, int] = {}

    def fetch_for(number: int):
        def fetch(watcher: Watcher) -> None:
            status, _, part = readers[number].get(f"{room.live}/item")
            assert status == 200
            shown = len(re.findall('id="action-', part))
            watcher.seen += [time.perf_counter()] * (shown - counts.get(number, shown))
            counts[number] = shown
            watcher.fetched += 1

        return fetch

    return _product(room, attendees, saves, fetch_for, at=there)


def _product(room: Room, watchers: int, saves: int, then_for, *, at: Room | None = None) -> list[float]:
    there = at or room
    writer = clients(room, 1)[0]
    cookie = [f"roundtable={token}" for token in room.tokens]
    threads = [
        Watcher(there.server.port, f"{room.live}/stream", cookie[n % len(cookie)], then_for(n) if then_for else None)
        for n in range(watchers)
    ]
    for thread in threads:
        thread.start()
    # The greeting, with the number that the meeting stood at, and what each page showed then.
    _until(lambda: all(thread.heard and (not then_for or thread.fetched) for thread in threads))
    for thread in threads:
        thread.heard.clear()
        thread.seen.clear()
    moments = [thread.seen if then_for else thread.heard for thread in threads]
    sent: list[float] = []
    for _ in range(saves):
        sent.append(time.perf_counter())
        assert writer.post(f"{room.item}/action", room.action)[0] == 303
        # Each save's own arrival: the next is not made while pages still fetch for the last.
        _until_all(moments, len(sent))
        time.sleep(BETWEEN_SAVES)
    found = delays(sent, moments)
    for thread in threads:
        thread.socket.shutdown(socket.SHUT_RDWR)
    time.sleep(6)  # a vanished reader is noticed at the next beat
    return found


def _until_all(arrived: list[list[float]], number: int) -> None:
    """Until so many saves came to everybody."""
    _until(lambda: all(len(moments) >= number for moments in arrived))


def _until(is_so: Callable[[], bool]) -> None:
    """Until it is so; what never comes is told by `delays`."""
    last = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < last:
        time.sleep(0.01)


def delays(sent: list[float], arrived: list[list[float]]) -> list[float]:
    """Milliseconds of each save at each watcher. Raises when one did not arrive."""
    for moments in arrived:
        if len(moments) != len(sent):
            raise RuntimeError(f"{len(sent)} saves, {len(moments)} of them arrived")
    return [(there - here) * 1000 for moments in arrived for here, there in zip(sent, moments, strict=True)]


def show(job: str, product: list[float], bare: float) -> None:
    """One line."""
    ours = quantile(product, 0.95)
    line = {
        "job": job,
        "product_ms": round(ours, 1),
        "p50_ms": round(quantile(product, 0.5), 1),
        "yardstick": "bare stream",
        "yardstick_ms": round(bare, 1),
        "ratio": round(ours / bare, 2),
        "target": "<= 1.5 x",
        "met": ours <= 1.5 * bare,
    }
    print(json.dumps(line), flush=True)


def idle(room: Room, watchers: int) -> None:
    """What open streams cost while nothing happens."""
    threads = [
        Watcher(room.server.port, f"{room.live}/stream", f"roundtable={room.tokens[n % len(room.tokens)]}")
        for n in range(watchers)
    ]
    for thread in threads:
        thread.start()
    time.sleep(3)
    before, start = _processor_seconds(room.server.port), time.monotonic()
    time.sleep(11)
    share = (_processor_seconds(room.server.port) - before) / (time.monotonic() - start) * 100
    line = {"job": f"{watchers} watchers, idle", "product_percent": round(share, 1), "target": "<= 5 % of one core"}
    print(json.dumps({**line, "met": share <= 5}), flush=True)


def _processor_seconds(port: int) -> float:
    """Of every process that listens on the port."""
    listed = subprocess.run(["pgrep", "-f", f"[ ]{port}$"], stdout=subprocess.PIPE, text=True, check=False)
    total = 0
    for pid in listed.stdout.split():
        with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123  a file of the kernel
            fields = stat.read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
