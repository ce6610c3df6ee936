"""The monthly list of what is due, and a page of it, among 10,000 and 1,000,000 closed cases: the ratio of the two.

python bench/retention.py [--cases N]

As many are due each time; the others were closed too lately. What is measured is what the worker asks to make the list
(core.retention.due.due_cases), and what the data protection lead opens (core.retention.queries.page_of).
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from core.app import create_app
from core.cases.models import Case
from core.clock import utc_now
from core.config import Config
from core.extensions import db
from core.facts import CaseKind, CaseStatus, Risk
from core.retention import queries
from core.retention.due import due_cases
from core.retention.models import RetentionEntry, RetentionList
from core.retention.operations import make_lists
from core.schema import bring_up_to_date
from core.web.transaction import begin_write
from core.working_days import add_months
from tests.builders import a_partnership, an_agency, today

DUE = 500
RUNS = 25
TARGET = 2.0


def measured(cases: int) -> tuple[float, float]:
    """Milliseconds, medians: to ask what is due, and to load a page of the list."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder), testing=True))
        bring_up_to_date(app)
        with app.app_context():
            partnership_id = _filled(cases)
            assert make_lists(now=utc_now()) == 1
            found = db.session.scalars(select(RetentionList)).one()
            assert len(db.session.scalars(select(RetentionEntry.id)).all()) == DUE
            last = add_months(today(), -72)
            asked = due_cases(partnership_id, last, on=today())
            due = _timed(lambda: db.session.execute(asked).all())
            page = _timed(lambda: queries.page_of(found.id))
            db.session.remove()
            db.engine.dispose()
    return due, page


def _filled(cases: int) -> int:
    begin_write()
    partnership = a_partnership()
    agency = an_agency(partnership)
    row = {
        "partnership_id": partnership.id,
        "kind": CaseKind.INDIVIDUAL,
        "title": "A case",
        "search_title": "a case",
        "category": "noise",
        "lead_agency_id": agency.id,
        "opened_on": date(2015, 1, 1),
        "closing_reason": "",
        "outcome": "",
        "status": CaseStatus.CLOSED,
        "risk": Risk.STANDARD,
        "hate_incident": False,
        "restricted": False,
        "summary": "",
        "updated_at": utc_now(),
        "version": 1,
    }
    lately, long_ago = today() - timedelta(days=100), add_months(today(), -80)
    for first in range(0, cases, 20_000):
        rows = [
            {**row, "ref": f"CAL-{number}", "closed_on": long_ago if number < DUE else lately}
            for number in range(first, min(first + 20_000, cases))
        ]
        db.session.execute(insert(Case), rows)
    db.session.commit()
    return int(partnership.id)


def _timed(do: Callable[[], object]) -> float:
    seen = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        do()
        seen.append(time.perf_counter() - begun)
        db.session.rollback()
    return statistics.median(seen) * 1_000


def main() -> None:
    """One JSON line for each of the two."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    cases = parser.parse_args().cases
    few, many = measured(10_000), measured(cases)
    for job, small, large in zip(("cases that are due", "a page of the list"), few, many, strict=True):
        line = {
            "job": f"{job}, among {cases:,}",
            "product_ms": round(large, 2),
            "yardstick": "the same among 10,000",
            "yardstick_ms": round(small, 2),
            "ratio": round(large / small, 2),
            "target": TARGET,
            "met": large <= TARGET * small,
        }
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
