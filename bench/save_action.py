"""Save an action: the product's form, with every check, beside the barest write of the same row.

    python bench/save_action.py [--saves 300] [--seconds 8] [--processes 2]

The yardstick is a Flask view that inserts action and audit row and raises the meeting's revision in one transaction,
under the same server, on SQLite with the product's `synchronous=FULL`. Both are measured over HTTP: one client
of each saves in turn, then 40 writers paced to 163 saves a second.

On PostgreSQL with two web processes (`--processes 2`: that alone), every other writer at the second; the yardstick is
then two bare processes on a PostgreSQL that synchronises its commits, too.
"""

import argparse
import http.client
import json
import time
from collections.abc import Callable, Sequence

import psycopg

from bench.room import Room, a_cluster, a_floor, a_room, another_process, clients, paced, quantile
from tests.support.server import Client

FLOOR = """
import sqlite3, sys, threading, time
from flask import Flask, request
path = sys.argv[2]; local = threading.local(); app = Flask(__name__)
def db():
    if not hasattr(local, "c"):
        local.c = sqlite3.connect(path, timeout=15, isolation_level=None)
        local.c.execute("pragma journal_mode=wal"); local.c.execute("pragma synchronous=full")
    return local.c
for statement in ("create table meeting(id integer primary key, rev integer not null)",
                  "create table action(id integer primary key, meeting_id int, agency_id int, body text, due text)",
                  "create index ix on action(meeting_id)",
                  "create table audit(id integer primary key, at real, who integer, what text)",
                  "insert into meeting values (1, 0)"):
    db().execute(statement)
local.c.close(); del local.c
@app.post("/act")
def act():
    c = db(); c.execute("begin immediate")
    row = (request.form["text"],)
    c.execute("insert into action(meeting_id, agency_id, body, due) values (1, 1, ?, '2027-01-01')", row)
    c.execute("insert into audit(at, who, what) values (?, 1, 'action.record')", (time.time(),))
    c.execute("update meeting set rev = rev + 1 where id = 1"); c.execute("commit")
    return "", 204
"""
FLOOR_ON_POSTGRESQL = """
import sys, threading, time, psycopg
from flask import Flask, request
url = sys.argv[2]; local = threading.local(); app = Flask(__name__)
@app.post("/act")
def act():
    if not hasattr(local, "c"): local.c = psycopg.connect(url)
    c = local.c
    row = (request.form["text"],)
    c.execute("insert into action(meeting_id, agency_id, body, due) values (1, 1, %s, '2027-01-01')", row)
    c.execute("insert into audit(at, who, what) values (%s, 1, 'action.record')", (time.time(),))
    c.execute("update meeting set rev = rev + 1 where id = 1"); c.commit()
    return "", 204
"""
TABLES = """create table meeting(id serial primary key, rev integer not null);
create table action(id serial primary key, meeting_id int, agency_id int, body text, due text);
create index ix on action(meeting_id);
create table audit(id serial primary key, at float, who integer, what text);
insert into meeting(rev) values (0)"""
WRITERS, PER_SECOND = 40, 163
Senders = list[Callable[[], bool]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--saves", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--processes", type=int, choices=(1, 2), default=1)
    chosen = parser.parse_args()
    if chosen.processes == 2:
        of_two_processes(chosen.saves, chosen.seconds)
        return
    with a_room(20) as room, a_floor(FLOOR) as port:
        floor = [floor_sender(port) for _ in range(WRITERS)]
        measure("save an action", product_senders(clients(room, WRITERS), room), floor, chosen.saves, chosen.seconds)


def of_two_processes(saves: int, seconds: float) -> None:
    """The same at two web processes on one PostgreSQL."""
    with a_cluster() as cluster:
        cluster.execute("CREATE DATABASE floor")
        url = cluster.url("floor").replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute(TABLES)
        cluster.execute("CREATE DATABASE product")
        with (
            a_floor(FLOOR_ON_POSTGRESQL, url) as here,
            a_floor(FLOOR_ON_POSTGRESQL, url) as there,
            a_room(20, cluster.url("product")) as room,
            another_process(room) as other,
        ):
            half = WRITERS // 2
            floor = [floor_sender(port) for _ in range(half) for port in (here, there)]
            pairs = zip(clients(room, half), clients(other, half), strict=True)
            product = product_senders([client for pair in pairs for client in pair], room)
            measure("two processes on PostgreSQL, save an action", product, floor, saves, seconds)


def measure(job: str, product: Senders, floor: Senders, saves: int, seconds: float) -> None:
    """One of each in turn, then all at their pace."""
    alone = in_turn({"floor": floor[0], "product": product[0]}, saves)
    report(f"{job}, p50", alone["product"], alone["floor"], 0.5, 4)
    together = {name: ([], 0) for name in ("floor", "product")}
    for _ in range(2):  # in turn, so that a busy neighbour disturbs both
        for name, senders in (("floor", floor), ("product", product)):
            times, failed = paced(senders, per_second=PER_SECOND, seconds=seconds / 2)
            together[name] = (together[name][0] + times, together[name][1] + failed)
    report(
        f"{job}, {PER_SECOND}/s from {WRITERS} writers, p99",
        together["product"][0],
        together["floor"][0],
        0.99,
        3,
        reached=len(together["product"][0]) >= 0.95 * PER_SECOND * seconds,
        saves=len(together["product"][0]),
        failed=together["product"][1],
    )


def product_senders(writers: Sequence[Client], room: Room) -> Senders:
    """What each of the writers saves."""
    return [lambda client=client: client.post(f"{room.item}/action", room.action)[0] == 303 for client in writers]


def floor_sender(port: int) -> Callable[[], bool]:
    """A client of the yardstick."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = "text=" + "Contact+the+housing+agency+and+report+back+to+the+meeting+about+the+visit." * 2

    def send() -> bool:
        connection.request("POST", "/act", body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        return answer.status == 204

    return send


def in_turn(senders: dict[str, Callable[[], bool]], times: int) -> dict[str, list[float]]:
    """Milliseconds of each save, one of each in turn after ten that do not count."""
    taken: dict[str, list[float]] = {name: [] for name in senders}
    for turn in range(times + 10):
        for name, send in senders.items():
            start = time.perf_counter()
            assert send()
            if turn >= 10:
                taken[name].append((time.perf_counter() - start) * 1000)
    return taken


def report(
    job: str,
    product: list[float],
    floor: list[float],
    part: float,
    target: float,
    *,
    reached: bool = True,
    **more: object,
) -> None:
    """One line. Not `reached`: the writers could not keep their pace, and the target is missed whatever the ratio."""
    ours, bare = quantile(product, part), quantile(floor, part)
    line = {
        "job": job,
        "product_ms": round(ours, 2),
        "yardstick": "bare write",
        "yardstick_ms": round(bare, 2),
        "ratio": round(ours / bare, 2),
        "target": f"<= {target} x",
        "met": reached and ours <= target * bare,
        **more,
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
