"""Turns at the database's write lock."""

from threading import Thread
from time import monotonic, sleep

from core.turns import Turns


def waiting(turns: Turns, name: str, came: list[str]) -> Thread:
    """Somebody who waits by now, and gives their turn back at once."""

    def take() -> None:
        assert turns.acquire(timeout=30)
        came.append(name)
        turns.release()

    before = len(turns._waiting)
    thread = Thread(target=take)
    thread.start()
    until = monotonic() + 30
    while len(turns._waiting) == before:
        assert monotonic() < until
        sleep(0.001)
    return thread


def test_whoever_waits_is_not_overtaken_not_even_by_the_one_who_has_just_had_it() -> None:
    turns, came = Turns(), list[str]()
    assert turns.acquire(timeout=0)
    threads = [waiting(turns, name, came) for name in ("first", "second", "third")]
    turns.release()
    assert turns.acquire(timeout=30)
    came.append("the one who had it")
    turns.release()
    for thread in threads:
        thread.join()
    assert came == ["first", "second", "third", "the one who had it"]


def test_who_gives_up_leaves_the_turn_to_the_next() -> None:
    turns, came = Turns(), list[str]()
    assert turns.acquire(timeout=0)
    assert not turns.acquire(timeout=0.001)
    thread = waiting(turns, "next", came)
    turns.release()
    thread.join()
    assert came == ["next"]
    assert turns.acquire(timeout=0), "it is free again"
