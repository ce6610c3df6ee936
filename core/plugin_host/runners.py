"""Threads that are kept for what must not hold up whoever asked: one works off tasks, more join where one hangs.

A thread cannot be stopped. One that hangs is left behind, as a daemon, with the task that it has; should that ever end,
the thread is free for others again.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Generic, Protocol, TypeVar

IDLE = "plugin runner"
"""The name of a thread that has nothing to do; one at work bears its task's."""


class Place(Protocol):
    """Where a thread works: each makes its own, and closes it in the end."""

    def close(self) -> None:
        """Nobody will work there any more."""


At = TypeVar("At", bound=Place)


@dataclass(slots=True, eq=False)
class Task(Generic[At]):
    """Something to run; `run` raises nothing. `begun` and `done` say how far it is."""

    name: str
    run: Callable[[At], None]
    begun: bool = False
    done: bool = False


def work_off(tasks: Sequence[Task[At]], place: Callable[[], At], *, within: float) -> None:
    """Run the tasks, in turn where none is slow, and come back when all are done or `within` seconds are over.

    Each time a share of the time is over, one more thread takes what has not begun: all begin in the first half of the
    time, so that each has the second half whatever the others do. One that is not done then may still run.
    """
    if not tasks:
        return
    shared = _Tasks(tasks, place)
    share, end = within / 2 / len(tasks), time.monotonic() + within
    _start(shared)
    while not shared.ended.wait(max(0.0, min(share, end - time.monotonic()))):
        if time.monotonic() >= end:
            shared.waiting.clear()  # nobody would read the answer
            return
        if shared.waiting:
            _start(shared)


class _Tasks(Generic[At]):
    """Tasks that one or more threads take from the front, until none is left."""

    def __init__(self, tasks: Sequence[Task[At]], place: Callable[[], At]) -> None:
        self.all, self.place = tasks, place
        self.waiting = deque(tasks)
        self.ended = Event()

    def work_off(self, thread: Thread) -> None:
        """Take and run what is waiting."""
        here = self.place()
        try:
            while (task := self._next()) is not None:
                thread.name = task.name
                task.begun = True
                task.run(here)
                task.done = True
        finally:
            here.close()
            if all(each.done for each in self.all):
                self.ended.set()

    def _next(self) -> Task[At] | None:
        try:
            return self.waiting.popleft()
        except IndexError:
            return None


class _Runner:
    """One thread, and the queue from which it gets its work."""

    def __init__(self) -> None:
        self.work: SimpleQueue[_Tasks[Any]] = SimpleQueue()
        self.thread = Thread(target=self._run, daemon=True, name=IDLE)
        self.thread.start()

    def _run(self) -> None:
        while True:
            self.work.get().work_off(self.thread)
            self.thread.name = IDLE
            _idle.append(self)


_idle: deque[_Runner] = deque()


def _start(tasks: _Tasks[Any]) -> None:
    """Have one more thread take part: one that is idle, or a new one."""
    (_an_idle_one() or _Runner()).work.put(tasks)


def _an_idle_one() -> _Runner | None:
    while _idle:
        try:
            runner = _idle.pop()
        except IndexError:  # somebody else took it
            return None
        if runner.thread.is_alive():  # after a fork they are the parent's
            return runner
    return None
