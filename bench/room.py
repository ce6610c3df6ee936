"""What the benchmarks of the live meeting share: a meeting in session behind a real server, clients, floors."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.accounts.operations import sign_in
from core.app import create_app
from core.clock import local_date, utc_now
from core.config import Config
from core.extensions import db
from core.facts import Actor, GroupRole
from core.recording.queries import attendance_by_user
from core.recording.room.operations import accept, open_meeting
from core.schema import bring_up_to_date
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency
from tests.support.databases import Cluster
from tests.support.server import Client, Server


@dataclass
class Room:
    """A meeting of 20 cases in session; every attendee has accepted the statement."""

    server: Server
    live: str
    item: str
    """Address of the current item."""
    tokens: list[str]
    action: dict[str, object]
    """A form that records an action."""


@contextmanager
def a_cluster() -> Iterator[Cluster]:
    """A PostgreSQL of its own, which writes to the disk as the product's would."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="roundtable-postgresql-")))
    cluster.start(durable=True)
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def a_room(attendees: int, url: str = "") -> Iterator[Room]:
    """The room, its server started and stopped; on SQLite, or on the empty database at `url`."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        config = Config(data=data, database_url=url)
        app = create_app(config)
        bring_up_to_date(app)
        with app.app_context():
            partnership = a_partnership()
            agencies = [an_agency(partnership) for _ in range(8)]
            group = a_group(partnership)
            cases = [
                a_case(partnership, agencies[0], group=group, title=f"Case {n}", subject=a_person(partnership))
                for n in range(20)
            ]
            users = [a_user(agencies[0], group=group, role=GroupRole.CHAIR)]
            users += [a_user(agencies[n % 8], group=group) for n in range(1, attendees)]
            held = a_meeting(group, cases=cases)
            now = utc_now()
            chair, taker = users[0].id, users[1].id
            actors = [
                Actor(user.id, user.name, agency_id=user.agency_id, partnership_id=partnership.id) for user in users
            ]
            open_meeting(actors[0], meeting=held, chair_id=chair, minute_taker_id=taker, now=now, on=local_date(now))
            expected = attendance_by_user(held.id)
            for actor in actors:
                accept(actor, meeting=held, line=expected[actor.user_id], now=now)
            tokens = [sign_in(user.id, now=now) for user in users]
            due = local_date(now)
            form: dict[str, object] = {
                "text": "Contact the housing agency and report back to the meeting about the visit. " * 2,
                "owner": agencies[1].id,
                "due-day": due.day,
                "due-month": due.month,
                "due-year": due.year + 1,
            }
            live = f"/meetings/{held.id}/live"
            item = f"{live}/items/{held.current_item_id}"
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        server = Server(data, config.url)
        server.start()
        try:
            yield Room(server, live, item, tokens, form)
        finally:
            server.kill()


@contextmanager
def another_process(room: Room) -> Iterator[Room]:
    """The same room, seen from a second web process on its database."""
    server = room.server.another()
    server.start()
    try:
        yield replace(room, server=server)
    finally:
        server.kill()


@contextmanager
def a_floor(program: str, database: str = "") -> Iterator[int]:
    """A Flask application under the same gunicorn settings, on a database of its own or that one: its port."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        probe.close()
        process = subprocess.Popen(
            [sys.executable, "-c", program + SERVE, str(port), database or str(Path(folder) / "floor.db")],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


SERVE = """
import gc
from gunicorn.app.base import BaseApplication
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": f"127.0.0.1:{sys.argv[1]}", "worker_class": "gthread", "workers": 1,
                            "threads": 128, "keepalive": 15, "control_socket_disable": True, "loglevel": "error",
                            "post_fork": lambda s, w: (gc.collect(), gc.freeze())}.items():
            self.cfg.set(name, value)
    def load(self): return app
sys.argv, arguments = sys.argv[:2], sys.argv
Server().run()
"""


def wait_for(port: int) -> None:
    """Until something answers there."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the floor did not start")


def clients(room: Room, number: int) -> list[Client]:
    """Signed-in connections, warmed up."""
    made = [Client(room.server.port, room.tokens[n % len(room.tokens)]) for n in range(number)]
    for client in made:
        client.post(f"{room.item}/write/nothing", {})
    return made


def paced(senders: Sequence[Callable[[], bool]], *, per_second: float, seconds: float) -> tuple[list[float], int]:
    """Each sender in a thread of its own, together so many a second: the times in ms, and how many failed."""
    for send in senders:  # connects anew where the server has hung up on a silent connection
        with suppress(OSError, http.client.HTTPException):
            send()
    pause = len(senders) / per_second
    times: list[float] = []
    failed = [0]
    end = time.monotonic() + seconds

    def run(number: int, send: Callable[[], bool]) -> None:
        time.sleep(pause * number / len(senders))
        while time.monotonic() < end:
            start = time.perf_counter()
            try:
                right = send()
            except (OSError, http.client.HTTPException):
                right = False
            took = time.perf_counter() - start
            times.append(took * 1000)
            failed[0] += not right
            time.sleep(max(0.0, pause - took))

    threads = [threading.Thread(target=run, args=each) for each in enumerate(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, failed[0]


def quantile(times: Sequence[float], part: float) -> float:
    """That part of the times lies below."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]
