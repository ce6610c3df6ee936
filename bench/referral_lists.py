"""A provider's work list among 10,000 open referrals: the request beside a hello page with sign-in and the same query.

    python bench/referral_lists.py [--referrals 10000] [--rounds 41]

Prints JSON lines as case_lists.py does, with its medians: milliseconds of processor time, SQLite, one process. The
yardstick signs in, reads the same rows and the same counts by stage in two plain statements, and says hello.
"""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from bench.case_lists import HELLO, medians, report
from core.accounts.operations import sign_in
from core.app import create_app
from core.cases.models import Case
from core.clock import utc_now
from core.config import Config
from core.extensions import db
from core.facts import CaseKind, Risk
from core.people.models import Person
from core.policy import Permission
from core.schema import bring_up_to_date
from core.web import render, requires
from tests.builders import a_partnership, a_provider, a_user, an_agency, today
from tests.support.referred import refer_many

VIEWS = {
    "work list": ("/referrals", ""),
    "work list, one stage": ("/referrals?stage=mentoring.accepted", "AND r.stage = 'accepted'"),
    "work list, overdue": ("/referrals?overdue=y", "AND r.stage_due < :today"),
    "work list, a later page": ("/referrals?after={after}", "AND r.stage_due > :day"),
}

LATER = today() + timedelta(days=3)
"""The day on which the later page begins."""

LISTED = """
    SELECT r.*, p.given_name, p.family_name, a.name FROM referral r JOIN person p ON p.id = r.person_id
    JOIN agency a ON a.id = r.referrer_agency_id JOIN case_file c ON c.id = r.case_id
    WHERE r.partnership_id = 1 AND r.provider_id = 1 AND r.closed_at IS NULL {more}
    ORDER BY r.stage_due IS NULL, r.stage_due, r.id LIMIT 41"""

COUNTED = """
    SELECT pathway_title, stage, count(*), sum(stage_due < :today) FROM referral
    WHERE partnership_id = 1 AND provider_id = 1 AND closed_at IS NULL GROUP BY 1, 2"""


def a_scheme(folder: Path, referrals: int) -> FlaskClient:
    """The browser of somebody who works for a provider with so many open referrals, each from a case of its own."""
    app = create_app(Config(data=folder))
    bring_up_to_date(app)
    with app.app_context():
        partnership = a_partnership()
        council, scheme = an_agency(partnership), an_agency(partnership)
        referrer, worker = a_user(council), a_user(scheme)
        provider = a_provider(partnership, scheme, "mentoring")
        ids = range(1, referrals + 1)
        named = {"partnership_id": partnership.id, "given_name": "Ana", "version": 1}
        people = [{"id": number, "ref": f"P{number}", "family_name": f"Bell {number}", **named} for number in ids]
        told = {
            "partnership_id": partnership.id,
            "kind": CaseKind.INDIVIDUAL,
            "title": "Ana Bell",
            "category": "Noise",
            "lead_agency_id": council.id,
            "opened_on": today(),
            "risk": Risk.MEDIUM,
            "updated_at": utc_now(),
            "version": 1,
        }
        cases = [{"id": number, "ref": f"C{number}", **told} for number in ids]
        db.session.execute(insert(Person), people)
        db.session.execute(insert(Case), cases)
        refer_many(provider, ids, ids, by=referrer)
        token = sign_in(worker.id, now=utc_now())
        db.session.commit()
        db.session.execute(db.text("ANALYZE"))
        db.session.commit()
    say_hello(app)
    client = app.test_client()
    client.set_cookie("roundtable", token)
    return client


def say_hello(app: Flask) -> None:
    """The yardstick's pages: sign-in, the rows and the counts, hello in the frame that every page has."""
    page: Any = app.jinja_env.from_string(HELLO)
    days = {"today": today().isoformat(), "day": LATER.isoformat()}
    for number, (_, more) in enumerate(VIEWS.values()):

        def hello(more: str = more) -> str:
            rows = 0
            for statement in (LISTED.format(more=more), COUNTED):
                told = {name: day for name, day in days.items() if f":{name}" in statement}
                rows += len(db.session.execute(db.text(statement), told).all())
            return render(page, rows=rows)

        app.add_url_rule(f"/hello/{number}", f"hello_{number}", requires(Permission.SEE_HOME)(hello))


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--referrals", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=41)
    chosen = options.parse_args()
    after = f"{LATER.isoformat()}.{chosen.referrals}"
    with tempfile.TemporaryDirectory() as folder:
        worker = a_scheme(Path(folder), chosen.referrals)
        for number, (name, (path, _)) in enumerate(VIEWS.items()):
            requests = (worker, path.format(after=after)), (worker, f"/hello/{number}")
            product, hello = medians(chosen.rounds, *requests)
            report(f"{name}, {chosen.referrals:,} referrals", product, "hello page, sign-in and query", hello, target=4)


if __name__ == "__main__":
    main()
