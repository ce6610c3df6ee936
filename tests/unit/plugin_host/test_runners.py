"""Tasks are worked off in turn by a thread that is kept; where one hangs, others go on."""

import threading
import time

from core.plugin_host.runners import Task, work_off


class Place:
    """Where a test's tasks run."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_quick_tasks_run_in_turn_at_one_place_in_a_thread_that_is_kept() -> None:
    ran: list[tuple[int, threading.Thread, Place]] = []

    def task(number: int) -> Task[Place]:
        return Task(str(number), lambda here: ran.append((number, threading.current_thread(), here)))

    for _ in range(3):
        work_off([task(number) for number in range(4)], Place, within=5)
    assert [number for number, _, _ in ran] == [0, 1, 2, 3] * 3
    assert len({thread for _, thread, _ in ran}) == 1
    assert ran[0][1] is not threading.current_thread()
    assert ran[0][1].daemon
    assert len({here for _, _, here in ran}) == 3
    assert all(here.closed for _, _, here in ran)


def test_every_task_begins_in_the_first_half_of_the_time_however_many_hang() -> None:
    go, began = threading.Event(), dict[str, float]()

    def hang(_: Place) -> None:
        go.wait(10)

    start = time.monotonic()
    hanging = [Task(f"hangs {number}", hang) for number in range(4)]
    last = Task[Place]("quick", lambda _: began.update(quick=time.monotonic() - start))
    try:
        work_off([*hanging, last], Place, within=1)
        assert 1 <= time.monotonic() - start < 1.5
        assert began["quick"] < 0.9
        assert [each.done for each in (*hanging, last)] == [False] * 4 + [True]
    finally:
        go.set()
    end = time.monotonic() + 5
    while not all(each.done for each in hanging):
        assert time.monotonic() < end
        time.sleep(0.005)


def test_what_has_not_begun_when_the_time_is_over_never_does() -> None:
    ran: list[str] = []
    go = threading.Event()
    tasks = [Task[Place]("first", lambda _: ran.append(f"first {go.wait(10)}"))]
    tasks.append(Task[Place]("second", lambda _: ran.append("second")))
    work_off(tasks, Place, within=0)
    go.set()
    time.sleep(0.05)
    assert "second" not in ran
    assert not tasks[1].begun
