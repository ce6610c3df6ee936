"""The agenda page, signed in and audited, beside the least that SQLAlchemy's objects and Jinja take for the same rows.

    python bench/agenda_page.py [--cases 40] [--actions 4] [--rounds 300] [--database URL]

Product and floor take turns in one process, on one database: the product as WSGI calls with a session cookie, every
check on and the record of who read what written and synchronised to disk; the floor as three queries and a template.
Prints one JSON line: milliseconds (p50, p95, p99) of both, the ratio of the medians, queries and bytes of the page.
"""

import argparse
import gc
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import DictLoader, Environment
from sqlalchemy import Engine, ForeignKey, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship, selectinload

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.accounts.operations import sign_in
from core.app import create_app
from core.clock import utc_now
from core.config import Config
from core.database import prepare_engine
from core.extensions import db
from core.schema import bring_up_to_date
from tests import builders

TARGET = 2.0


class FloorBase(DeclarativeBase):
    """The floor's own view of the product's tables: the columns that the page shows, and no more."""


class Agency(FloorBase):
    """Who owns an action."""

    __tablename__ = "agency"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))


class Case(FloorBase):
    """What an item is about."""

    __tablename__ = "case_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(300))
    risk: Mapped[str] = mapped_column(String(40))
    actions: Mapped[list["Action"]] = relationship(order_by="Action.due_on")


class Action(FloorBase):
    """An action of a case."""

    __tablename__ = "action"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    owner_agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    ref: Mapped[str] = mapped_column(String(40))
    text: Mapped[str]
    due_on: Mapped[date]
    owner: Mapped[Agency] = relationship()


class Item(FloorBase):
    """An item of the agenda."""

    __tablename__ = "agenda_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"))
    position: Mapped[int]
    minutes_allotted: Mapped[int]
    reason: Mapped[str]
    case: Mapped[Case] = relationship()


class Meeting(FloorBase):
    """A meeting with its items."""

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(100))
    venue: Mapped[str] = mapped_column(String(200))
    items: Mapped[list[Item]] = relationship(order_by=Item.position)


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ meeting.ref }}</title></head><body>
<h1>{{ meeting.ref }}</h1><p>{{ meeting.venue }}</p><ol>
{% for item in meeting.items %}<li id="item-{{ item.id }}">
<h2><a href="/cases/{{ item.case.id }}">{{ loop.index }}. {{ item.case.title }}</a>
<strong>{{ item.case.risk }}</strong></h2>
<p>{{ item.case.ref }} · {{ item.minutes_allotted }} minutes</p><p>{{ item.reason }}</p>
<table><thead><tr><th>Open action</th><th>Agency</th><th>Due</th></tr></thead><tbody>
{% for action in item.case.actions %}
<tr><td><a href="/actions/{{ action.id }}">{{ action.ref }}</a> {{ action.text }}</td>
<td>{{ action.owner.name }}</td><td>{{ action.due_on }}</td></tr>
{% endfor %}</tbody></table></li>
{% endfor %}</ol></body></html>"""


def floor(engine: Engine, meeting_id: int) -> Callable[[], bytes]:
    """The page from objects, three queries."""
    template = Environment(loader=DictLoader({"page": PAGE}), autoescape=True).get_template("page")
    statement = (
        select(Meeting)
        .where(Meeting.id == meeting_id)
        .options(
            selectinload(Meeting.items)
            .joinedload(Item.case, innerjoin=True)
            .selectinload(Case.actions)
            .options(joinedload(Action.owner, innerjoin=True))
        )
    )

    def page() -> bytes:
        with Session(engine) as session:
            return template.render(meeting=session.scalars(statement).one()).encode()

    return page


def product(app: Any, token: str, path: str) -> Callable[[], bytes]:
    """The page as the server gives it to somebody who is signed in."""

    def page() -> bytes:
        status: list[str] = []
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "HTTP_COOKIE": f"roundtable={token}",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        answer = app.wsgi_app(environ, lambda given, *_: status.append(given))
        body = b"".join(answer)
        answer.close()
        assert status == ["200 OK"], status
        return body

    return page


def a_meeting(cases: int, actions: int) -> tuple[int, str]:
    """A meeting with so many cases and actions, and the session of one of its members."""
    partnership = builders.a_partnership()
    agencies = [builders.an_agency(partnership, f"Agency {n} of Northbridge") for n in range(12)]
    group = builders.a_group(partnership)
    member = builders.a_user(agencies[1], group=group)
    heard = []
    for n in range(cases):
        person = builders.a_person(partnership, "Person", f"Number {n}")
        case = builders.a_case(partnership, agencies[0], title=f"Person Number {n}", group=group, subject=person)
        for k in range(actions):
            text = f"Visit the household at number {n} and report what was found, part {k} of {actions}"
            builders.an_action(case, group, agencies[(n + k) % len(agencies)], text=text)
        heard.append(case)
    meeting = builders.a_meeting(group, cases=heard)
    token = sign_in(member.id, now=utc_now())
    db.session.commit()
    return meeting.id, token


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds at p50, p95 and p99."""
    ordered = sorted(seconds)
    return {f"p{p}": round(ordered[min(len(ordered) * p // 100, len(ordered) - 1)] * 1000, 2) for p in (50, 95, 99)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--actions", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--database", default="", help="SQLAlchemy URL of an empty database; SQLite unless given")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Config(data=Path(folder), database_url=arguments.database))
        bring_up_to_date(app)
        with app.app_context():
            meeting_id, token = a_meeting(arguments.cases, arguments.actions)
            queries: list[str] = []
            event.listen(db.engine, "before_cursor_execute", lambda *call: queries.append(call[2]))
        engine = create_engine(app.config["ROUNDTABLE"].url)
        prepare_engine(engine)
        what = {"product": product(app, token, f"/meetings/{meeting_id}"), "floor": floor(engine, meeting_id)}
        size = {}
        for _ in range(20):
            for name, page in what.items():
                size[name] = len(page())
        queries.clear()
        what["product"]()
        asked = len([each for each in queries if not each.startswith("BEGIN")])
        gc.collect()
        gc.freeze()  # as the server does after it has forked
        taken: dict[str, list[float]] = {name: [] for name in what}
        for _ in range(arguments.rounds):
            for name, page in what.items():
                start = time.perf_counter()
                page()
                taken[name].append(time.perf_counter() - start)
        engine.dispose()
        with app.app_context():
            db.engine.dispose()
    figures = {name: percentiles(times) for name, times in taken.items()}
    ratio = figures["product"]["p50"] / figures["floor"]["p50"]
    print(
        json.dumps(
            {
                "job": "agenda page",
                "cases": arguments.cases,
                "actions": arguments.actions,
                "database": arguments.database.partition(":")[0] or "sqlite",
                "product_ms": figures["product"],
                "yardstick": "ORM objects and Jinja, three queries",
                "yardstick_ms": figures["floor"],
                "ratio": round(ratio, 2),
                "target": TARGET,
                "met": ratio <= TARGET,
                "queries": asked,
                "bytes": size,
            }
        )
    )


if __name__ == "__main__":
    main()
