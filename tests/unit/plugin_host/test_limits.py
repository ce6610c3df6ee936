"""What hangs is interrupted; what cannot be is ended with its process, and off in all the others."""

import subprocess
import sys
import threading
import time

import pytest

from core.plugin_host.limits import Limits, Overran


def spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(50))


def test_what_is_quick_is_let_be_and_what_hangs_is_interrupted() -> None:
    limits = Limits(seconds=0.2, grace=30)
    with limits.within(0, "quick"):
        pass
    begun = time.monotonic()
    with pytest.raises(Overran), limits.within(0, "outer"), limits.within(1, "inner"):
        spin(20)
    assert time.monotonic() - begun < 10
    with limits.within(0, "the next in this thread"):
        spin(0.1)
    assert not limits.is_off(0)


def test_an_interruption_never_reaches_what_comes_after() -> None:
    limits = Limits(seconds=0.02, grace=30)
    interrupted = 0
    for number in range(60):  # some end at about the moment at which they are interrupted
        try:
            with limits.within(0, "just in time"):
                spin(0.02 + number % 5 * 0.01)
        except Overran:
            interrupted += 1
        spin(0.01)
    assert interrupted


def test_an_interruption_that_is_swallowed_is_met_all_the_same() -> None:
    limits = Limits(seconds=0.1, grace=30)
    with pytest.raises(Overran), limits.within(0, "swallows"):
        try:
            spin(20)
        except BaseException:
            spin(0.05)


def test_what_cannot_be_interrupted_ends_the_process() -> None:
    limits, left = Limits(seconds=0.05, grace=0.05), threading.Event()
    limits.leave = left.set
    go_on = threading.Event()

    def hang() -> None:
        with limits.within(3, "hangs"):
            go_on.wait(20)

    thread = threading.Thread(target=hang)
    threading.excepthook, kept = (lambda _: None), threading.excepthook
    thread.start()
    try:
        assert left.wait(10)
        assert limits.is_off(3) and not limits.is_off(2)
    finally:
        go_on.set()
        thread.join()
        threading.excepthook = kept


FORKED = """
import os, sys, time
from core.plugin_host.limits import Limits, end_process
limits = Limits(seconds=0.05, grace=0.05)
limits.leave = end_process
child = os.fork()
if not child:
    with limits.within(7, "hangs"):
        time.sleep(20)
    os._exit(0)
_, status = os.waitpid(child, 0)
print(os.waitstatus_to_exitcode(status), limits.is_off(7), limits.is_off(6))
"""


def test_the_process_that_takes_its_place_calls_it_no_more() -> None:
    told = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.split() == ["1", "True", "False"]
    assert "hangs hangs and cannot be interrupted" in told.stderr
