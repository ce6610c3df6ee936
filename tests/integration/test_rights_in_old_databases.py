"""Databases that the release before left, with rows in them: the queue of hate incidents, disclosures that ended."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from flask import Flask
from sqlalchemy import select, text

from core import migrations
from core.app import create_app
from core.clock import local_date, utc_now
from core.config import Config
from core.disclosures.models import EndedDisclosure
from core.extensions import db
from core.hate.models import HateReport
from core.schema import bring_up_to_date
from core.working_days import add_working_days
from tests.integration.test_schema import BEFORE_CIRCULATING, BEFORE_PAUSING
from tests.support.databases import Databases, let_go

CASE_FILE = (
    "INSERT INTO case_file (id, partnership_id, ref, kind, title, search_title, category, lead_agency_id, opened_on,"
    " closed_on, closing_reason, outcome, status, risk, hate_incident, restricted, summary, updated_at, version) VALUES"
    " ({id}, 1, 'C{id}', 'individual', 'T', 't', '', 1, '2020-01-0{day}', NULL, '', '', '{status}', 'high', {hate},"
    " false, '', '2026-01-01', 1)"
)

BEFORE_THERE_WAS_A_QUEUE = (
    "INSERT INTO agency (id, key, name, kind, email, version) VALUES (2, 'b', 'B', 'police', '', 1)",
    CASE_FILE.format(id=2, day=2, status="open", hate="true"),  # flagged by an incident
    CASE_FILE.format(id=3, day=3, status="monitoring", hate="true"),  # flagged without one
    CASE_FILE.format(id=4, day=4, status="closed", hate="true"),  # over
    CASE_FILE.format(id=5, day=5, status="open", hate="false"),  # an incident alone is flagged
    CASE_FILE.format(id=6, day=6, status="open", hate="false"),  # neither
    (
        "INSERT INTO case_incident (id, case_id, happened_on, what, reported_to_id, hate, version) VALUES"
        " (1, 2, '2025-05-01', 'W', 2, true, 1), (2, 2, '2025-05-02', 'W', 1, true, 1),"
        " (3, 2, '2025-05-03', 'W', 1, false, 1), (4, 4, '2025-05-04', 'W', 1, true, 1),"
        " (5, 5, '2025-05-05', 'W', 1, true, 1), (6, 6, '2025-05-06', 'W', 1, false, 1),"
        " (7, 3, '2025-05-07', 'W', 1, false, 1)"
    ),
)

NORTH = "Homes: North"
BEFORE_WHAT_ENDED_WAS_KEPT = (
    CASE_FILE.format(id=2, day=2, status="open", hate="false"),
    (
        "INSERT INTO agency (id, key, name, kind, email, version) VALUES (2, 'b', 'Homes: North', 'housing', '', 1),"
        " (3, 'd', 'Police', 'police', '', 1)"
    ),
    "INSERT INTO case_agency (case_id, agency_id, basis, purpose, since) VALUES (1, 3, 'Consent', 'P', '2026-05-01')",
    "INSERT INTO case_group (case_id, group_id, since) VALUES (1, 1, '2026-01-05')",
)

CASE_EVENT = sa.table(
    "case_event",
    sa.column("case_id", sa.Integer),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("kind", sa.String),
    sa.column("text", sa.Text),
    sa.column("note", sa.Text),
    sa.column("link", sa.String),
)


def shared(case_id: int, day: tuple[int, ...], said: str, note: str = "", kind: str = "shared") -> dict[str, Any]:
    """A line of a timeline, as it was written then."""
    at = datetime(*day, tzinfo=UTC)  # type: ignore[misc, arg-type]
    return {"case_id": case_id, "at": at, "kind": kind, "text": said, "note": note, "link": ""}


EVENTS = [
    shared(1, (2026, 1, 2, 12), f"Opened to {NORTH}: Safeguarding", "To plan a visit"),
    shared(2, (2026, 1, 3, 12), f"Opened to {NORTH}: Consent", "x" * 1_500),  # the other case's, of the same agency
    shared(1, (2026, 2, 3, 12), f"No longer open to {NORTH}"),
    shared(1, (2026, 3, 4, 12), f"Opened to {NORTH}: Consent", "Again"),
    shared(1, (2026, 6, 30, 23, 30), f"No longer open to {NORTH}"),  # past midnight here
    shared(2, (2026, 7, 1, 12), f"No longer open to {NORTH}"),
    shared(1, (2026, 5, 1, 12), "Opened to Police: Consent", "P"),  # open still
    shared(2, (2026, 7, 2, 12), "No longer open to Police"),  # of before there were lines
    shared(1, (2026, 7, 3, 12), "No longer open to Somebody who is gone"),
    shared(1, (2026, 7, 4, 12), f"No longer open to {NORTH}", kind="note"),  # what somebody wrote
]


class Old:
    """A database on its way."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def up_to(self, revision: str, statements: Sequence[str] = (), events: Sequence[dict[str, Any]] = ()) -> None:
        """As that release made it, and what it was filled with."""
        with db.engine.connect() as connection:
            settings = migrations._settings()
            settings.attributes["connection"] = connection
            command.upgrade(settings, revision)
        with db.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            if events:
                connection.execute(sa.insert(CASE_EVENT), list(events))


@pytest.fixture
def old(database: str, databases: Databases, tmp_path: Path) -> Iterator[Old]:
    url = databases.empty(database, tmp_path / "old.db")
    app = create_app(Config(data=tmp_path, database_url=url, testing=True))
    with app.app_context():
        made = Old(app)
        made.up_to("0002", (*BEFORE_CIRCULATING, *BEFORE_PAUSING))
        yield made
        db.session.remove()
        let_go(db.engine)


def test_what_was_flagged_before_there_was_a_queue_waits_in_it_once(old: Old) -> None:
    """Of cases that are not closed: each incident that is flagged, and each case that is flagged without one."""
    old.up_to("0024", BEFORE_THERE_WAS_A_QUEUE)
    bring_up_to_date(old.app)
    reports = db.session.scalars(select(HateReport).order_by(HateReport.case_id, HateReport.incident_id)).all()
    found = [(each.case_id, each.incident_id, each.happened_on, each.agency_id) for each in reports]
    assert found == [
        (2, 1, date(2025, 5, 1), 2),
        (2, 2, date(2025, 5, 2), 1),
        (3, None, date(2020, 1, 3), 1),
        (5, 5, date(2025, 5, 5), 1),
    ]
    today = local_date(utc_now())
    for each in reports:
        assert (each.partnership_id, each.strands, each.perceived_by.value) == (1, [], "not said"), "nothing is made up"
        assert (each.flagged_by_id, each.acknowledged_at, each.done_at, each.unflagged_at) == (None,) * 4
        assert local_date(each.flagged_at) == today and each.due_on == add_working_days(today, 2)


def test_what_was_closed_again_to_an_agency_before_that_was_kept_is_read_from_the_timelines(old: Old) -> None:
    old.up_to("0026", BEFORE_WHAT_ENDED_WAS_KEPT, EVENTS)
    bring_up_to_date(old.app)
    ended = db.session.scalars(
        select(EndedDisclosure).order_by(EndedDisclosure.case_id, EndedDisclosure.ended_on)
    ).all()
    found = [(each.case_id, each.agency_id, each.since, each.ended_on, each.basis, each.purpose[:15]) for each in ended]
    assert found == [
        (1, 2, date(2026, 1, 2), date(2026, 2, 3), "Safeguarding", "To plan a visit"),
        (1, 2, date(2026, 3, 4), date(2026, 7, 1), "Consent", "Again"),
        (2, 2, date(2026, 1, 3), date(2026, 7, 1), "Consent", "x" * 15),
        (2, 3, date(2026, 7, 2), date(2026, 7, 2), "", ""),
    ]
    assert {each.condition for each in ended} == {""} and {each.group_id for each in ended} == {None}
    assert len(ended[2].purpose) == 1_000


def test_of_what_was_disclosed_before_bases_were_kept_no_basis_is_made_up(old: Old) -> None:
    old.up_to("0026", BEFORE_WHAT_ENDED_WAS_KEPT)
    bring_up_to_date(old.app)
    for table in ("case_group", "referral", "circulation"):
        rows = db.session.execute(text(f"SELECT basis, condition, purpose FROM {table}")).all()
        assert rows == [("", "", "")], table
    kept = text("SELECT basis, condition, purpose FROM case_agency")
    assert db.session.execute(kept).all() == [("Consent", "", "P")]
    assert db.session.scalars(select(EndedDisclosure)).all() == []
