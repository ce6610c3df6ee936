"""The live feed of a meeting: hints that something changed, under which number. They hold no personal data.

Writers leave a hint in their transaction; once it has committed, the streams of this process are woken. On PostgreSQL
the hint is sent with the commit to every process that listens (core.recording.hearing). What was told to nobody here
is seen by asking the database for the numbers of the watched meetings: every few seconds beside listening, else once a
second.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass

from sqlalchemy import event
from sqlalchemy.orm import Session

BEAT_SECONDS = 5.0
"""A stream says at least this often that it is there, and so finds out that its reader has gone."""

MOST_STREAMS = 96
"""Each holds a thread of the 128; the pages of further readers ask instead."""

LONGEST_SECONDS = 600.0
"""A stream ends then, and the page connects anew: whoever may no longer enter is refused."""

LOOK_SECONDS = 1.0
CHECK_SECONDS = 5.0
"""Beside listening: what was lost on the way is made good so soon."""

HEAR_SECONDS = 0.2
"""So long a listener is deaf to the end of the feed."""

KEPT = 64

PENDING = "feed_pending"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something changed: the meeting's number, which part of its page, and the item's id."""

    number: int
    part: str
    item_id: int | None = None


Told = tuple[int, Hint]
"""A meeting's id, and what is told of it."""

Numbers = Callable[[list[int]], Mapping[int, int]]
Listen = Callable[[], AbstractContextManager[Callable[[float], Iterable[Told]]]]


class Feed:
    """The meetings that somebody watches in this process, and their newest hints."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._numbers: dict[int, int] = {}
        self._hints: dict[int, deque[Hint]] = {}
        self._watched: dict[int, int] = {}
        self._looker: threading.Thread | None = None
        self._ended = threading.Event()
        self._hears = False

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(self._watched.values())

    def tell(self, meeting_id: int, hints: Iterable[Hint]) -> None:
        """Wake the meeting's streams with what was committed."""
        with self._changed:
            if meeting_id not in self._watched:
                return
            for hint in hints:
                if hint.number > self._numbers[meeting_id]:  # else it is known, here or without its part
                    self._hints[meeting_id].append(hint)
                    self._numbers[meeting_id] = hint.number
            self._changed.notify_all()

    def tell_own(self, meeting_id: int, hint: Hint) -> None:
        """The same of what this process wrote. While it listens it hears that, too, in its order among the others'."""
        if not self._hears:
            self.tell(meeting_id, [hint])

    def tell_numbers(self, numbers: Mapping[int, int]) -> None:
        """Wake the streams of meetings whose number rose without a hint: another process wrote."""
        with self._changed:
            for meeting_id, number in numbers.items():
                if meeting_id in self._watched and number > self._numbers[meeting_id]:
                    self._numbers[meeting_id] = number
            self._changed.notify_all()

    def join(self, meeting_id: int, number: int) -> bool:
        """Count one more stream of the meeting, which stands at `number`; False when there are too many."""
        with self._changed:
            if self.streams >= MOST_STREAMS:
                return False
            self._watched[meeting_id] = self._watched.get(meeting_id, 0) + 1
            self._hints.setdefault(meeting_id, deque(maxlen=KEPT))
            self._numbers[meeting_id] = max(number, self._numbers.get(meeting_id, 0))
            return True

    def leave(self, meeting_id: int) -> None:
        """Count one stream less."""
        with self._changed:
            left = self._watched.get(meeting_id, 0) - 1
            if left > 0:
                self._watched[meeting_id] = left
            else:
                self._forget(meeting_id)

    def wait(self, meeting_id: int, seen: int, seconds: float) -> tuple[int, list[Hint]]:
        """The meeting's number as soon as it is above `seen`, or after so many seconds; and the hints since."""
        with self._changed:
            self._changed.wait_for(lambda: self._numbers.get(meeting_id, seen) > seen, seconds)
            hints = self._hints.get(meeting_id, ())
            return self._numbers.get(meeting_id, seen), [hint for hint in hints if hint.number > seen]

    def look_after(self, numbers_of: Numbers, listen: Listen | None = None) -> None:
        """See to it that one thread asks for the watched meetings' numbers, for as long as any is watched; or, where
        there is somebody to listen to, listens to them, and asks now and then.
        """
        with self._changed:
            if self._looker is not None:
                return
            self._ended.clear()
            self._looker = threading.Thread(target=self._look, args=(numbers_of, listen), name="feed", daemon=True)
        self._looker.start()

    def end(self) -> None:
        """Forget every stream and wait until nobody looks: the database that is asked is about to go."""
        with self._changed:
            for meeting_id in list(self._watched):
                self._forget(meeting_id)
            looker = self._looker
            self._ended.set()
        if looker is not None:
            looker.join()

    def _forget(self, meeting_id: int) -> None:
        for kept in (self._watched, self._hints, self._numbers):
            kept.pop(meeting_id, None)

    def _watched_now(self) -> list[int]:
        with self._changed:
            return list(self._watched)

    def _look(self, numbers_of: Numbers, listen: Listen | None) -> None:
        while self._is_watched():
            # Where the database is away nobody is told wrongly, and it is asked again in a second; where it lets nobody
            # listen, the numbers do.
            if listen is not None:
                with suppress(Exception):
                    self._listen(numbers_of, listen)
            self._ended.wait(LOOK_SECONDS)
            with suppress(Exception):
                self.tell_numbers(numbers_of(self._watched_now()))

    def _is_watched(self) -> bool:
        with self._changed:
            if not self._watched:
                self._looker = None
            return bool(self._watched)

    def _listen(self, numbers_of: Numbers, listen: Listen) -> None:
        """Hear what is told until nobody watches. What was told before, or got lost, the numbers make good."""
        with listen() as hear:
            self._hears = True
            try:
                while watched := self._watched_now():
                    self.tell_numbers(numbers_of(watched))
                    until = time.monotonic() + CHECK_SECONDS
                    while self._watched and time.monotonic() < until:
                        for meeting_id, hint in hear(HEAR_SECONDS):
                            self.tell(meeting_id, [hint])
            finally:
                self._hears = False


feed = Feed()
"""This process's feed."""


class Stream:
    """One reader's server-sent events: the number at once, each change, and a beat when nothing changes.

    Holds no database session. It counts as open from its making until `close`, which the server calls.
    """

    def __init__(self, meeting_id: int, number: int, *, source: Feed = feed, beat: float = BEAT_SECONDS) -> None:
        self._meeting_id = meeting_id
        self._seen = number
        self._source = source
        self._beat = beat
        self._ends = time.monotonic() + LONGEST_SECONDS
        self._greeted = self._closed = False

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        if self._closed or time.monotonic() > self._ends:
            raise StopIteration
        if not self._greeted:
            self._greeted = True
            return b"retry: 1000\n" + _message({"number": self._seen})
        number, hints = self._source.wait(self._meeting_id, self._seen, self._beat)
        if number <= self._seen:
            return b"event: beat\ndata:\n\n"
        # Without a hint for every number since, the page is told of the number alone, and fetches all its parts.
        known = [hint.number for hint in hints] == list(range(self._seen + 1, number + 1))
        self._seen = number
        return _message({"number": number, "parts": parts(hints)} if known else {"number": number})

    def close(self) -> None:
        """The reader has gone."""
        if not self._closed:
            self._closed = True
            self._source.leave(self._meeting_id)


def parts(hints: Iterable[Hint]) -> list[str]:
    """What a page fetches again: "agenda", "item-12"; each once, in order."""
    named = [
        name
        for hint in hints
        for name in (hint.part, f"item-{hint.item_id}" if hint.item_id is not None else "")
        if name and name != "item"
    ]
    return list(dict.fromkeys(named))


def _message(content: Mapping[str, object]) -> bytes:
    return f"data: {json.dumps(content)}\n\n".encode()


def tell_when_committed(session: Session, meeting_id: int, hint: Hint) -> None:
    """Leave a hint with the transaction in hand: told once it has committed, forgotten if it is rolled back."""
    session.info.setdefault(PENDING, []).append((meeting_id, hint))


@event.listens_for(Session, "after_commit")
def _tell(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint was released: nothing is committed that anybody could read yet
    for meeting_id, hint in session.info.pop(PENDING, ()):
        feed.tell_own(meeting_id, hint)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    if session.in_nested_transaction():
        return  # what was written before the savepoint stays
    session.info.pop(PENDING, None)
