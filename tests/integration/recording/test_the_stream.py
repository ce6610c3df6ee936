"""The stream of a meeting's hints, as the server sends it."""

import json
import time
from collections.abc import Callable

from core.extensions import db
from core.facts import GroupRole
from core.recording.feed import MOST_STREAMS, feed
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_user, an_agency


def soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold within some seconds."""
    end = time.monotonic() + 5
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()


def a_chair_in_the_room(visitor):
    partnership = a_partnership()
    council = an_agency(partnership)
    group = a_group(partnership)
    meeting = a_meeting(group, cases=[a_case(partnership, council, group=group, title="Martin Ashdown")])
    chair, taker = a_user(council, group=group, role=GroupRole.CHAIR), a_user(council, group=group)
    browser, live = visitor(chair), f"/meetings/{meeting.id}/live"
    browser.post(f"{live}/open", {"chair": chair.id, "minute_taker": taker.id, "early": "y"})
    browser.post(f"{live}/accept", {"accepted": "y"})
    return browser, meeting, live


def test_a_write_reaches_the_stream_while_it_holds_no_database_connection(app, visitor):
    browser, meeting, live = a_chair_in_the_room(visitor)
    item_id = meeting.items[0].id
    db.session.commit()
    answer = browser.get(f"{live}/stream", buffered=False)
    assert answer.mimetype == "text/event-stream"
    chunks = answer.iter_encoded()
    first = json.loads(next(chunks).decode().split("data: ")[1])
    db.session.close()
    assert soon(lambda: db.engine.pool.checkedout() == 0), (
        "only the thread that begins to listen takes one, for a moment"
    )
    browser.post(f"{live}/items/{item_id}/write/decision", {"text": "Something about Martin"})
    told = next(chunks).decode()
    assert json.loads(told.split("data: ")[1]) == {
        "number": first["number"] + 1,
        "parts": [f"item-{item_id}"],
    }
    answer.close()
    assert feed.streams == 0


def test_one_reader_too_many_is_told_to_ask_instead(app, visitor):
    browser, meeting, live = a_chair_in_the_room(visitor)
    for _ in range(MOST_STREAMS):
        assert feed.join(meeting.id, 1)
    db.session.commit()
    try:
        assert browser.get(f"{live}/stream").status_code == 503
    finally:
        for _ in range(MOST_STREAMS):
            feed.leave(meeting.id)
    assert browser.get(f"{live}/now").status_code == 200
