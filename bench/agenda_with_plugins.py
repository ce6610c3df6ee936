"""The agenda page with all schemes annotating its cases, beside the same page on an installation without plugins.

    python bench/agenda_with_plugins.py [--cases 40] [--actions 4] [--rounds 300]

One database, two applications in one process that take turns: every case has an open referral on each pathway that is
built in, so that each plugin says something of each item. Prints one JSON line: milliseconds (p50, p95, p99) of both
and the ratio of the medians, of time and of processor time: the latter hardly minds what else the machine does.
"""

import argparse
import gc
import json
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.agenda_page import a_meeting, percentiles, product
from core.app import create_app
from core.config import Config
from core.extensions import db
from core.meetings.models import Meeting
from core.schema import bring_up_to_date
from tests import builders
from tests.support.referred import refer_on_every_pathway

TARGET = 1.2


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--actions", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        every = create_app(Config(data=Path(folder)))
        bring_up_to_date(every)
        none = create_app(Config(data=Path(folder), plugins=()))
        with every.app_context():
            meeting_id, token = a_meeting(arguments.cases, arguments.actions)
            said = annotate(meeting_id)
        path = f"/meetings/{meeting_id}"
        what = {"product": product(every, token, path), "yardstick": product(none, token, path)}
        for _ in range(20):
            told = {name: page() for name, page in what.items()}
        assert told["product"].count(b"Mentoring: ") == arguments.cases and b"Mentoring: " not in told["yardstick"]
        gc.collect()
        gc.freeze()  # as the server does after it has forked
        taken: dict[str, list[float]] = {name: [] for name in what}
        worked: dict[str, list[float]] = {name: [] for name in what}
        for _ in range(arguments.rounds):
            for name, page in what.items():
                start, work = time.perf_counter(), time.process_time()
                page()
                taken[name].append(time.perf_counter() - start)
                worked[name].append(time.process_time() - work)
        for app in (every, none):
            with app.app_context():
                db.engine.dispose()
    figures = {name: percentiles(times) for name, times in taken.items()}
    ratio = figures["product"]["p50"] / figures["yardstick"]["p50"]
    line = {
        "job": f"agenda page, {said} referrals annotated",
        "product_ms": figures["product"],
        "yardstick": "the same page, no plugin",
        "yardstick_ms": figures["yardstick"],
        "ratio": round(ratio, 2),
        "ratio_processor": round(median(worked["product"]) / median(worked["yardstick"]), 2),
        "target": TARGET,
        "met": ratio <= TARGET,
    }
    print(json.dumps(line))


def annotate(meeting_id: int) -> int:
    """Refer on every pathway from each case of the meeting; how many referrals there are then."""
    meeting = db.session.get_one(Meeting, meeting_id)
    cases, partnership = [item.case for item in meeting.items], meeting.group.partnership
    referrer = builders.a_user(builders.an_agency(partnership))
    return refer_on_every_pathway(partnership, cases, builders.a_person(partnership), by=referrer)


if __name__ == "__main__":
    main()
