"""The feed of hints: who is woken, with what, and when a stream ends."""

import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from core.recording import feed as module
from core.recording.feed import Feed, Hint, Stream, Told, parts, tell_when_committed


def message(chunk: bytes) -> dict[str, object]:
    """The content of a message of server-sent events."""
    line = next(line for line in chunk.decode().splitlines() if line.startswith("data: "))
    content: dict[str, object] = json.loads(line.removeprefix("data: "))
    return content


def a_stream(feed: Feed, meeting_id: int = 1, number: int = 5, beat: float = 0.02) -> Stream:
    assert feed.join(meeting_id, number)
    return Stream(meeting_id, number, source=feed, beat=beat)


def test_a_stream_says_first_where_the_meeting_stands() -> None:
    assert message(next(a_stream(Feed()))) == {"number": 5}


def test_a_change_is_told_with_the_parts_that_changed_and_names_nobody() -> None:
    feed = Feed()
    stream = a_stream(feed)
    next(stream)
    feed.tell(1, [Hint(6, "item", 12), Hint(7, "agenda", 12)])
    assert message(next(stream)) == {"number": 7, "parts": ["item-12", "agenda"]}


def test_when_nothing_changes_the_stream_beats() -> None:
    stream = a_stream(Feed())
    next(stream)
    assert next(stream).startswith(b"event: beat")


def test_a_number_without_a_hint_makes_the_page_fetch_all_its_parts() -> None:
    feed = Feed()
    stream = a_stream(feed)
    next(stream)
    feed.tell_numbers({1: 6, 99: 4})
    feed.tell(1, [Hint(7, "item", 12)])
    assert message(next(stream)) == {"number": 7}


def test_a_number_that_was_told_already_is_not_told_again() -> None:
    feed = Feed()
    stream = a_stream(feed)
    next(stream)
    feed.tell_numbers({1: 5})
    feed.tell(1, [Hint(4, "item", 12)])
    assert next(stream).startswith(b"event: beat")


def test_one_meetings_change_wakes_no_other_meetings_stream() -> None:
    feed = Feed()
    here, there = a_stream(feed, 1), a_stream(feed, 2)
    next(here), next(there)
    feed.tell(1, [Hint(6, "item", 12)])
    assert message(next(here))["number"] == 6
    assert next(there).startswith(b"event: beat")


def test_a_waiting_stream_is_woken_at_once() -> None:
    feed = Feed()
    stream = a_stream(feed, beat=5)
    next(stream)
    threading.Timer(0.05, feed.tell, (1, [Hint(6, "item", 12)])).start()
    start = time.monotonic()
    assert message(next(stream))["number"] == 6
    assert time.monotonic() - start < 2


def test_there_are_at_most_so_many_streams_and_one_that_ends_makes_room() -> None:
    feed = Feed()
    streams = [a_stream(feed) for _ in range(module.MOST_STREAMS)]
    assert not feed.join(1, 5)
    streams[0].close()
    streams[0].close()  # the server may close twice
    assert feed.streams == module.MOST_STREAMS - 1
    assert feed.join(2, 1)


def test_a_stream_ends_after_a_while_so_that_whoever_may_no_longer_enter_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(module, "LONGEST_SECONDS", -1.0)
    assert list(a_stream(Feed())) == []


def test_what_another_process_writes_is_seen_and_the_looking_ends_with_the_last_stream(monkeypatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    feed, asked = Feed(), []

    def numbers_of(meetings: list[int]) -> dict[int, int]:
        asked.append(meetings)
        if len(asked) == 1:
            raise OSError("the database is away for a moment")
        return {1: 9}

    stream = a_stream(feed, beat=2)
    next(stream)
    feed.look_after(numbers_of)
    feed.look_after(numbers_of)
    assert message(next(stream)) == {"number": 9}
    stream.close()
    time.sleep(0.1)
    before = len(asked)
    time.sleep(0.05)
    assert len(asked) == before


def test_parts_are_named_once_and_in_order() -> None:
    hints = [Hint(1, "meeting", 3), Hint(2, "item", 3), Hint(3, "attendance"), Hint(4, "meeting", 4)]
    assert parts(hints) == ["meeting", "item-3", "attendance", "item-4"]


def test_when_the_feed_ends_nobody_looks_and_an_open_stream_only_beats() -> None:
    feed, asked = Feed(), threading.Event()
    stream = a_stream(feed)
    next(stream)
    feed.look_after(lambda meeting_ids: asked.set() or dict.fromkeys(meeting_ids, 5))
    assert asked.wait(5)
    feed.end()
    assert [thread for thread in threading.enumerate() if thread.name == "feed"] == []
    assert feed.streams == 0
    assert next(stream).startswith(b"event: beat")
    stream.close()
    assert feed.streams == 0


def test_after_its_end_the_feed_is_looked_after_again() -> None:
    feed, asked = Feed(), threading.Event()
    a_stream(feed)
    feed.look_after(lambda meeting_ids: {})
    feed.end()
    again = a_stream(feed)
    feed.look_after(lambda meeting_ids: asked.set() or {})
    assert asked.wait(5)
    again.close()
    feed.end()


def test_what_another_process_tells_comes_with_its_parts_and_the_own_comes_once_in_its_order() -> None:
    feed, listens, tellings = Feed(), threading.Event(), queue.SimpleQueue()

    @contextmanager
    def listen() -> Iterator[Callable[[float], list[Told]]]:
        listens.set()
        yield lambda seconds: [tellings.get(timeout=5)]

    stream = a_stream(feed, beat=5)
    next(stream)
    feed.look_after(lambda meetings: {}, listen)
    assert listens.wait(5)
    tellings.put((2, Hint(99, "item", 1)))  # of a meeting that nobody watches here
    feed.tell_own(1, Hint(7, "agenda"))  # told by the database, too, after what was saved before it
    tellings.put((1, Hint(6, "item", 12)))
    tellings.put((1, Hint(7, "agenda")))
    told = [message(next(stream))]
    told += [message(next(stream))] if told[0]["number"] == 6 else []
    assert [part for each in told for part in each["parts"]] == ["item-12", "agenda"]
    stream.close()
    tellings.put((1, Hint(8, "item")))
    feed.end()


def test_where_nobody_may_listen_the_numbers_are_asked_for(monkeypatch) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.01)
    feed = Feed()

    @contextmanager
    def refused() -> Iterator[Callable[[float], list[Told]]]:
        raise OSError("a pooler that lends a connection for a transaction at a time")
        yield

    stream = a_stream(feed, beat=5)
    next(stream)
    feed.look_after(lambda meetings: {1: 9}, refused)
    assert message(next(stream)) == {"number": 9}
    stream.close()
    feed.end()


def test_a_hint_left_before_a_savepoint_is_told_when_all_is_committed_and_not_before(monkeypatch) -> None:
    told: list[Hint] = []
    monkeypatch.setattr(module.feed, "tell_own", lambda _meeting, hint: told.append(hint))
    session = Session(create_engine("sqlite://"))
    tell_when_committed(session, 1, Hint(1, "meeting"))
    with session.begin_nested():
        session.execute(select(1))
    with suppress(ZeroDivisionError), session.begin_nested():
        raise ZeroDivisionError
    assert told == []
    session.commit()
    assert told == [Hint(1, "meeting")]
