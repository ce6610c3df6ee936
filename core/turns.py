"""Turns at what one thread at a time may have."""

from collections import deque
from threading import Lock


class Turns:
    """A lock that is handed on in the order in which it was asked for: whoever waits is not overtaken.

    Python's own is free for a moment after each turn. Whoever comes then takes it, and whoever was woken for it goes to
    the end of the queue: with forty that write, the last wait several times as long as the others.
    """

    def __init__(self) -> None:
        self._changing = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def acquire(self, *, timeout: float) -> bool:
        """Wait for one's turn, so many seconds at most; whether it came."""
        with self._changing:
            if not self._taken:
                self._taken = True
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._changing:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
            return True  # it was handed over just as the waiting ended

    def release(self) -> None:
        """Hand on to whoever has waited longest."""
        with self._changing:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
