"""How long a pathway's own code may run before whoever called it is freed of it.

It runs in a request's thread and transaction, and on SQLite nobody else writes meanwhile. So it has a limit. What is
over it is interrupted: the request fails as if the pathway had raised, and nothing of it is saved. A thread that waits
in a library's or the system's code cannot be interrupted; then, where another process takes its place, this one ends,
which rolls back what it had begun, and no process calls that pathway again before the next start.
"""

import ctypes
import logging
import mmap
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

log = logging.getLogger("roundtable.plugins")

SECONDS = 10.0
"""A move that takes longer is no longer one that somebody waits for."""

GRACE = 5.0
"""So long after having been interrupted a thread may take to end."""

MOST_PATHWAYS = 4096

_LOOK = 0.5


class Overran(BaseException):
    """Raised in the midst of a pathway's code that has run for too long: no `except Exception` holds it up."""


@dataclass(slots=True, eq=False)
class _Call:
    number: int
    name: str
    until: float
    interrupted: bool = False
    seen: bool = False


class Limits:
    """The calls of pathways' code that are under way in this process, and which pathways are off for having hung."""

    def __init__(self, *, seconds: float = SECONDS, grace: float = GRACE) -> None:
        self.seconds, self.grace = seconds, grace
        self.leave: Callable[[], None] | None = None
        """How this process ends when a call cannot be interrupted; None where no other would take its place."""
        self._calls: dict[int, _Call] = {}
        self._lock = threading.Lock()
        self._watcher = 0
        self._off = mmap.mmap(-1, MOST_PATHWAYS)  # the processes that are forked from this one see it, too

    def is_off(self, number: int) -> bool:
        """Whether the pathway of that number hung so that a process had to end."""
        return self._off[number] != 0

    @contextmanager
    def within(self, number: int, name: str) -> Iterator[None]:
        """Run what is in here for so long and no longer. Raises Overran.

        `number`: of the pathway, the same in all processes. What is called in here again has its caller's time.
        """
        thread = threading.get_ident()
        call = self._calls.get(thread)
        is_outer = call is None
        if call is None:
            call = _Call(number, name, time.monotonic() + self.seconds)
            with self._lock:
                self._calls[thread] = call
                self._watch()
        try:
            yield
        except Overran:
            call.seen = True
            raise
        finally:
            if is_outer:
                try:
                    self._over(thread, call)
                finally:
                    self._calls.pop(thread, None)

    def _over(self, thread: int, call: _Call) -> None:
        with self._lock:
            self._calls.pop(thread, None)
        if call.interrupted and not call.seen:
            # Just as it ended, or swallowed by what it interrupted: it is met here, and nowhere behind.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)
            raise Overran

    def _watch(self) -> None:
        if self._watcher == os.getpid():
            return
        self._watcher = os.getpid()
        threading.Thread(target=self._look, name="plugin limits", daemon=True).start()

    def _look(self) -> None:
        while True:
            time.sleep(min(_LOOK, self.seconds / 2, self.grace / 2))
            now = time.monotonic()
            with self._lock:
                for thread, call in list(self._calls.items()):
                    if now > call.until and not call.interrupted:
                        call.interrupted = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overran))
                stuck = [call for call in list(self._calls.values()) if now > call.until + self.grace]
            if stuck and self.leave is not None:
                for call in stuck:
                    self._off[call.number] = 1
                    log.critical("%s hangs and cannot be interrupted: this process ends, and it is off", call.name)
                self.leave()
                return


def end_process() -> None:
    """At once: the server puts another process in its place, and the database rolls back what this one had begun."""
    logging.shutdown()
    os._exit(1)
