"""Drill: PostgreSQL itself is restarted, every other time as if it had died, while four attendees write.

Nothing that was acknowledged is lost, nothing is there twice; pages answer again and streams go on unaided.
"""

import json
import random
import tempfile
import time
from pathlib import Path

import pytest

from core.app import create_app
from core.config import Config
from core.extensions import db
from tests.drills.conftest import a_meeting_in_session
from tests.drills.watching import watching
from tests.drills.writing import check, number_of_meeting, tally, wait_for_more, writing
from tests.support.databases import Cluster, let_go, migrate
from tests.support.server import Client, Server

ROUNDS, SHORT = 20, 2
MODES = ("immediate", "fast")


@pytest.fixture
def cluster():
    """A server of the drill's own, which waits for the disk as a real one does."""
    made = Cluster(Path(tempfile.mkdtemp(prefix="roundtable-postgresql-")))
    made.start(durable=True)
    yield made
    made.stop()


@pytest.fixture
def two(cluster, tmp_path):
    """A meeting in session, its web process, and a second one, which is not started yet."""
    cluster.execute("CREATE DATABASE drill")
    url = cluster.url("drill")
    migrate(url, tmp_path)
    servers = [Server(tmp_path, url) for _ in range(2)]
    app = create_app(Config(data=tmp_path, database_url=url, testing=True))
    with app.app_context():
        yield a_meeting_in_session(servers[0]), servers[1]
        for server in servers:
            server.kill()
        db.session.remove()
        let_go(db.engine)


@pytest.mark.postgresql_alone
def test_a_database_that_is_restarted_loses_nothing_and_ends_nobodys_page(cluster, two, database, full, figure):
    (meeting, second), rounds = two, ROUNDS if full else SHORT
    second.start()
    reader, rng = Client(second.port, meeting.tokens[0]), random.Random(47)
    slowest, begun = 0.0, number_of_meeting()
    let_go(db.engine)  # ours would be cut, too, and none of them is needed before the end
    with (
        writing(meeting) as writers,
        watching(meeting.server, meeting, 3) as here,
        watching(second, meeting, 3) as there,
    ):
        for done in range(rounds):
            wait_for_more(writers)
            time.sleep(rng.uniform(0.0, 0.3))
            cluster.restart(MODES[done % 2])
            back = time.monotonic()
            wait_for_more(writers)
            number = seen(reader, meeting)
            slowest = max(slowest, *(each.wait_for(number) - back for each in (*here, *there)))
        ended = [each for each in (*here, *there) if each.ended]
    reader.close()
    counted, refused = tally(writers), sum(writer.refused for writer in writers)
    figure(
        "database restarted",
        f"{rounds} times, {counted}, {refused} times answered 503; {len(ended)} of {len(here) + len(there)} streams "
        f"ended, the slowest heard of the first save after {slowest:.1f} s",
    )
    check(writers, begun)
    assert ended == []
    assert slowest < 10


def seen(reader, meeting):
    """The number that the meeting stands at, as the other process tells it: at once, or as soon as it is back."""
    until = time.monotonic() + 10
    while True:
        status, _, body = reader.get(f"{meeting.live}/now")
        assert status in (200, 503), (status, body[:500])
        if status == 200:
            return json.loads(body)["number"]
        assert time.monotonic() < until, "the page does not come back"
        time.sleep(0.05)
