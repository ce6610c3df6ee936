"""Drill: the disk is full while four attendees write. (No file may grow: a limit that is set on the running server.)

What cannot be recorded is not shown: pages with names are refused with 503, and name nobody. What had been acknowledged
stays. As soon as there is room again all goes on, without a restart.
"""

import resource
import time

import pytest
from sqlalchemy import text

from core.extensions import db
from tests.drills.writing import check, number_of_meeting, tally, wait_for_more, writing

NAME = "Martin Ashdown"
"""The case's, on the live page."""

ROOM_LEFT = 50_000
"""Bytes that the largest file may still grow: some lines are written before it is full."""

NOTHING = 4096
"""Bytes of a file that can be written at all: no page can note in the trail whom it showed."""

NO_LIMIT = resource.RLIM_INFINITY


def limit_files(server, size):
    """No file of the server's may grow beyond that."""
    for process in server.processes():
        resource.prlimit(process, resource.RLIMIT_FSIZE, (size, NO_LIMIT))


@pytest.mark.sqlite_alone
def test_a_full_disk_loses_nothing_shows_nobody_and_is_got_over_unaided(meeting, place, full, figure):
    rounds = 20 if full else 2
    begun, reader = number_of_meeting(), meeting.client(0)
    assert NAME in reader.get(meeting.live)[2]
    refusals = []
    with writing(meeting) as writers:
        for _ in range(rounds):
            wait_for_more(writers, 10)
            largest = max(file.stat().st_size for file in place.data.glob("drill.db*") if file.suffix != ".db-shm")
            limit_files(meeting.server, largest + ROOM_LEFT)
            refused = sum(writer.refused for writer in writers)
            until = time.monotonic() + 5
            while sum(writer.refused for writer in writers) == refused and time.monotonic() < until:
                time.sleep(0.01)  # what is written fills the room that is left; a log that begins anew has more of it
            limit_files(meeting.server, NOTHING)
            until = time.monotonic() + 60
            while sum(writer.refused for writer in writers) < refused + 4:
                assert time.monotonic() < until, "nobody is refused"
                time.sleep(0.01)
            refusals += [reader.get(address) for address in (meeting.live, f"{meeting.live}/item", meeting.live)]
            limit_files(meeting.server, NO_LIMIT)
            wait_for_more(writers, 4)
            again = reader.get(meeting.live)
            assert again[0] == 200 and NAME in again[2]
    reader.close()
    counted, named = tally(writers), [answer for answer in refusals if answer[0] != 503 or NAME in answer[2]]
    figure(
        "disk full",
        f"{rounds} times, {counted}; {len(refusals)} pages with names asked for meanwhile, {len(named)} shown; "
        f"unaided again each time",
    )
    check(writers, begun)
    assert named == []
    assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
