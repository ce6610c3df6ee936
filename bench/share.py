"""The share of gate, audit trail and encryption in a page: what security costs of it.

    python bench/share.py [--rounds 200]

Two pages as WSGI calls, signed in and with every check: an agenda of 40 cases, and a referral to mediation, whose
payload lies sealed in the database. Prints a JSON line for each: milliseconds of the page (the median), and per cent
of the time that go into the gate (who asks, with which rights, and whether they may), the trail (what was shown,
committed before the first byte goes out) and encryption (sealing and opening). There is no yardstick and no target of
its own: the page's own targets hold with all of them on.
"""

import argparse
import gc
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.agenda_page import a_meeting, product
from bench.stage_move import to_confirm
from core.accounts import identity
from core.app import create_app
from core.config import Config
from core.encryption import columns
from core.extensions import db
from core.schema import bring_up_to_date
from core.web import gate

PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "gate": ((identity, "_load"), (gate, "_before_anything"), (gate, "decide")),
    "trail": ((gate, "_settle_disclosures"),),
    "encryption": ((columns, "opened"), (columns, "seal")),
}
"""The functions in which each part does its work, where they are looked up when they are called."""


class Stopwatch:
    """Seconds by part. What one part has another do is the other's."""

    def __init__(self) -> None:
        self.spent: defaultdict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = 0.0

    @contextmanager
    def of(self, part: str):
        """Time what is done in here for that part."""
        self._switch()
        self._running.append(part)
        try:
            yield
        finally:
            self._switch()
            self._running.pop()

    def _switch(self) -> None:
        now = time.perf_counter()
        if self._running:
            self.spent[self._running[-1]] += now - self._since
        self._since = now


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    watch = Stopwatch()
    for part, places in PARTS.items():
        for module, name in places:
            setattr(module, name, timed(watch, part, getattr(module, name)))
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder)))
        bring_up_to_date(app)
        with app.app_context():
            ids, worker = to_confirm(1)
            meeting_id, attendee = a_meeting(40, 4)
            db.session.commit()
        pages = {
            "an agenda of 40 cases": product(app, attendee, f"/meetings/{meeting_id}"),
            "a referral": product(app, worker, f"/referrals/{ids[0]}"),
        }
        for name, page in pages.items():
            show(name, watch, page, rounds)
        with app.app_context():
            db.engine.dispose()


def timed(watch: Stopwatch, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its time taken."""

    def run(*arguments: Any, **named: Any) -> Any:
        with watch.of(part):
            return function(*arguments, **named)

    return run


def show(name: str, watch: Stopwatch, page: Callable[[], bytes], rounds: int) -> None:
    """One line, after twenty pages that do not count."""
    for _ in range(20):
        page()
    gc.collect()
    watch.spent.clear()
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        page()
        taken.append(time.perf_counter() - start)
    line = {
        "job": f"share of gate, trail and encryption in {name}",
        "product_percent": {part: round(watch.spent[part] / sum(taken) * 100, 1) for part in PARTS},
        "yardstick": "the whole page",
        "yardstick_ms": round(median(taken) * 1000, 2),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
