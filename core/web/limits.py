"""A limit on how often something is asked for, in this process. For what nobody signs in to."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

MOST_KEYS = 10_000
"""Beyond so many askers all are forgotten: memory is worth more than the strictness of a limit."""


@dataclass
class Limit:
    """At most `times` in `within` for each key."""

    times: int
    within: timedelta
    _asked: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def allows(self, key: str, *, now: datetime) -> bool:
        """Count one more, unless there have been too many; whether there have not."""
        with self._lock:
            if len(self._asked) > MOST_KEYS:
                self._asked.clear()
            asked = self._asked.setdefault(key, deque(maxlen=self.times))
            if len(asked) == self.times and asked[0] > now - self.within:
                return False
            asked.append(now)
            return True

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._asked.clear()
