"""List of cases, search and case page: the request beside a hello page with sign-in and the same rows' query.

    python bench/case_lists.py [--few 1000] [--many 200000] [--rounds 41]

Prints JSON lines: among the many cases, a request with all checks and its record in the trail beside the yardstick, a
page that says hello to whoever is signed in and reads the same rows by plain SQL; and the same request beside itself
among the few cases. Medians of rounds taken in turn, SQLite, one process. Milliseconds and ratios are processor time,
since the machine is shared; `wall_ratio` is that of the clock, the waits for the disk included.
"""

import argparse
import json
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from core.accounts.models import User
from core.accounts.operations import sign_in
from core.actions.models import Action
from core.app import create_app
from core.cases.models import Case, CaseAgency, CaseEvent, CaseGroup, CasePerson
from core.cases.typology import CATEGORIES
from core.clock import utc_now
from core.config import Config
from core.extensions import db
from core.facts import ActionStatus, CaseKind, CaseStatus, PersonRole, Risk
from core.people.models import Person
from core.people.names import search_name
from core.policy import Permission
from core.schema import bring_up_to_date
from core.web import render, requires
from tests.builders import a_group, a_partnership, a_user, an_agency

AGENCIES, GROUPS = 22, 8
GIVEN = (
    "Amara",
    "Bartosz",
    "Cerys",
    "Dáithí",
    "Ellie",
    "Fatima",
    "Grace",
    "Hardi",
    "Imran",
    "Jayden",
    "Kyle",
    "Lorraine",
)
STEMS = (
    "Ash",
    "Birch",
    "Clay",
    "Dun",
    "Elder",
    "Fern",
    "Gorse",
    "Hazel",
    "Ivy",
    "Juniper",
    "Kel",
    "Linden",
    "Moss",
    "Nettle",
)
ENDS = ("worth", "ley", "ton", "croft", "by", "thorpe", "field", "wick", "holm", "don", "shaw", "gate", "more", "well")
NEEDLE, NEEDLES = "Quillfeather", range(101, 106)
"""A name that is searched for, and the cases that bear it."""
BATCH = 5_000


class World:
    """A partnership with so many cases, and the browser of a member of one of its groups."""

    def __init__(self, folder: Path, cases: int) -> None:
        self.app = create_app(Config(data=folder))
        bring_up_to_date(self.app)
        self.random = Random(cases)
        with self.app.app_context():
            self.fill(cases)
            reader = db.session.get_one(User, self.reader)
            token = sign_in(reader.id, now=utc_now())
            db.session.commit()
            db.session.execute(db.text("ANALYZE"))
            db.session.commit()
        say_hello(self.app)
        self.client: FlaskClient = self.app.test_client()
        self.client.set_cookie("roundtable", token)

    def fill(self, cases: int) -> None:
        """Two persons and two actions a case; each case is led by an agency, heard by a group, opened to a third."""
        partnership = a_partnership()
        agencies = [an_agency(partnership) for _ in range(AGENCIES)]
        groups = [a_group(partnership) for _ in range(GROUPS)]
        self.reader = a_user(agencies[0], group=groups[0]).id
        self.partnership = partnership.id
        agency_ids, group_ids = [agency.id for agency in agencies], [group.id for group in groups]
        db.session.commit()
        for first in range(1, cases + 1, BATCH):
            self.add(range(first, min(first + BATCH, cases + 1)), agency_ids, group_ids)

    def add(self, numbers: range, agencies: list[int], groups: list[int]) -> None:
        """One batch of cases with everything in them."""
        pick, now, today = self.random.choice, utc_now(), date(2026, 11, 2)
        rows: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (Person, Case, CasePerson, CaseAgency, CaseGroup, Action, CaseEvent)
        }
        for number in numbers:
            needle = number in NEEDLES
            given, family = pick(GIVEN), NEEDLE if needle else pick(STEMS) + pick(ENDS) + pick(ENDS)
            opened = today - timedelta(days=self.random.randrange(1_500))
            lead, group = pick(agencies), groups[0] if needle else pick(groups)
            rows[Case].append(
                {
                    "id": number,
                    "partnership_id": self.partnership,
                    "ref": f"BEN-{opened.year}-{number:06}",
                    "kind": CaseKind.INDIVIDUAL,
                    "title": f"{given} {family}",
                    "search_title": search_name("", f"{given} {family}"),
                    "category": pick(CATEGORIES),
                    "lead_agency_id": lead,
                    "opened_on": opened,
                    "status": pick((CaseStatus.OPEN, CaseStatus.MONITORING, CaseStatus.CLOSED)),
                    "risk": pick(list(Risk)),
                    "hate_incident": number % 20 == 0,
                    "restricted": number % 25 == 0 and not needle,
                    "summary": "Complaints from four households; a warning letter was delivered by hand. " * 4,
                    "updated_at": now,
                    "version": 1,
                }
            )
            for person, role in ((2 * number, PersonRole.SUBJECT), (2 * number + 1, PersonRole.VICTIM)):
                other, name = pick(GIVEN), family if role is PersonRole.SUBJECT else pick(STEMS) + pick(ENDS)
                rows[Person].append(
                    {
                        "id": person,
                        "partnership_id": self.partnership,
                        "ref": f"P{person:07}",
                        "given_name": other,
                        "family_name": name,
                        "search_name": search_name(other, name),
                        "version": 1,
                    }
                )
                rows[CasePerson].append({"case_id": number, "person_id": person, "role": role})
            rows[CaseGroup].append({"case_id": number, "group_id": group, "since": opened})
            rows[CaseAgency].append(
                {"case_id": number, "agency_id": pick(agencies), "since": opened, "basis": "Consent"}
            )
            for late in (-20, 20):
                rows[Action].append(
                    {
                        "partnership_id": self.partnership,
                        "ref": f"A{number:07}{late}",
                        "group_id": group,
                        "case_id": number,
                        "text": "Visit and deliver a warning letter",
                        "owner_agency_id": lead,
                        "agreed_on": opened,
                        "due_on": today + timedelta(days=late),
                        "updated_at": now,
                        "version": 1,
                        "status": ActionStatus.OPEN if number % 3 else ActionStatus.DONE,
                    }
                )
            rows[CaseEvent].append({"case_id": number, "at": now, "kind": "opened", "text": "Case opened", "note": ""})
        for table, batch in rows.items():
            db.session.execute(insert(table), batch)
        db.session.commit()


VIEWS = {
    "list": "/cases",
    "list, filtered": "/cases?status=open&risk=high&category=Noise&overdue=y",
    "search": f"/cases?q={NEEDLE.lower()}",
    "case page": f"/cases/{NEEDLES[0]}",
}

LISTED = """
    SELECT c.id, c.ref, c.title, c.kind, c.category, c.status, c.risk, c.hate_incident, c.restricted,
      c.opened_on, a.name,
      (SELECT count(*) FROM action x WHERE x.case_id = c.id AND x.status = 'open' AND x.due_on < '2026-11-21')
    FROM case_file c JOIN agency a ON a.id = c.lead_agency_id
    WHERE c.partnership_id = 1 AND (c.lead_agency_id = 1
      OR EXISTS (SELECT 1 FROM case_agency s WHERE s.case_id = c.id AND s.agency_id = 1)
      OR (NOT c.restricted AND EXISTS (SELECT 1 FROM case_group g WHERE g.case_id = c.id AND g.group_id = 1)))
      {more}
    ORDER BY c.opened_on DESC, c.id DESC LIMIT 41"""

QUERIES = {
    "list": [LISTED.format(more="")],
    "list, filtered": [
        LISTED.format(
            more="""AND c.status = 'open' AND c.risk = 'high' AND c.category = 'Noise' AND EXISTS (
            SELECT 1 FROM action x WHERE x.case_id = c.id AND x.status = 'open' AND x.due_on < '2026-11-21')"""
        )
    ],
    "search": [
        LISTED.format(
            more=f"""AND c.id IN (
              SELECT p.case_id FROM case_person p JOIN person_names n ON n.rowid = p.person_id
              WHERE n.person_names MATCH '"{NEEDLE.lower()}"'
              UNION SELECT rowid FROM case_file_names WHERE case_file_names MATCH '"{NEEDLE.lower()}"')"""
        )
    ],
    "case page": [
        f"SELECT * FROM case_file c JOIN agency a ON a.id = c.lead_agency_id WHERE c.id = {NEEDLES[0]}",
        f"SELECT * FROM case_person c JOIN person p ON p.id = c.person_id WHERE c.case_id = {NEEDLES[0]}",
        f"SELECT * FROM case_agency c JOIN agency a ON a.id = c.agency_id WHERE c.case_id = {NEEDLES[0]}",
        f"SELECT * FROM case_group c JOIN forum g ON g.id = c.group_id WHERE c.case_id = {NEEDLES[0]}",
        f"SELECT * FROM action c JOIN agency a ON a.id = c.owner_agency_id WHERE c.case_id = {NEEDLES[0]}",
        f"SELECT * FROM case_event WHERE case_id = {NEEDLES[0]} ORDER BY at DESC LIMIT 100",
    ],
}
"""The yardstick's reading: what the page shows, in as few plain statements as a careful hand would write."""


HELLO = """{% extends "base.html" %}{% block title %}Hello{% endblock %}
{% block content %}<h1 class="govuk-heading-l">Hello: {{ rows }} rows</h1>{% endblock %}"""


def say_hello(app: Flask) -> None:
    """The yardstick's pages: sign-in, the rows, hello in the frame that every page has."""
    page: Any = app.jinja_env.from_string(HELLO)
    for number, statements in enumerate(QUERIES.values()):

        def hello(statements: list[str] = statements) -> str:
            rows = [db.session.execute(db.text(statement)).all() for statement in statements]
            return render(page, rows=sum(map(len, rows)))

        app.add_url_rule(f"/hello/{number}", f"hello_{number}", requires(Permission.SEE_HOME)(hello))


def timed(client: FlaskClient, path: str) -> tuple[float, float]:
    """How long one request takes: milliseconds of processor time, and by the clock."""
    began, began_by_clock = time.thread_time(), time.perf_counter()
    answer = client.get(path)
    took, took_by_clock = time.thread_time() - began, time.perf_counter() - began_by_clock
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return 1000 * took, 1000 * took_by_clock


def medians(rounds: int, *requests: tuple[FlaskClient, str]) -> list[tuple[float, float]]:
    """Each request's medians, processor time and clock, taken in turn after two rounds that do not count."""
    taken = [[timed(*request) for request in requests] for _ in range(rounds + 2)][2:]
    return [
        (statistics.median(cpu for cpu, _ in column), statistics.median(clock for _, clock in column))
        for column in zip(*taken, strict=True)
    ]


def report(job: str, product: tuple[float, float], named: str, yardstick: tuple[float, float], target: float) -> None:
    """One JSON line."""
    ratio = round(product[0] / yardstick[0], 2)
    line = {
        "job": job,
        "product_ms": round(product[0], 2),
        "yardstick": named,
        "yardstick_ms": round(yardstick[0], 2),
        "ratio": ratio,
        "wall_ratio": round(product[1] / yardstick[1], 2),
        "target": target,
        "met": ratio <= target,
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--few", type=int, default=1_000)
    options.add_argument("--many", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=41)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = (World(Path(folder) / str(cases), cases) for cases in (chosen.few, chosen.many))
        for number, (name, path) in enumerate(VIEWS.items()):
            product, hello, small = medians(
                chosen.rounds, (many.client, path), (many.client, f"/hello/{number}"), (few.client, path)
            )
            job = f"{name}, {chosen.many:,} cases"
            report(job, product, "hello page, sign-in and query", hello, target=4)
            report(f"{job} beside {chosen.few:,}", product, "the same page, few cases", small, target=2)


if __name__ == "__main__":
    main()
