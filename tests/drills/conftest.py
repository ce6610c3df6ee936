"""A database and a real server of a drill's own, and a meeting in session behind them."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

from core.accounts.operations import sign_in
from core.accounts.queries import actor_as_of
from core.app import create_app
from core.clock import local_date, utc_now
from core.config import Config
from core.extensions import db
from core.facts import Actor, GroupRole
from core.meetings import models
from core.recording.queries import attendance_by_user
from core.recording.room.operations import accept, open_meeting
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency
from tests.support.databases import Databases, Place, let_go
from tests.support.server import Client, Server

ATTENDEES = 4

FIGURE = "figure"

Report = Callable[[str, str], None]
"""`figure(drill, text)`: what was tried, and what was seen."""


@dataclass
class Meeting:
    """A meeting in session whose attendees have accepted the statement, the first of them in the chair."""

    server: Server
    write: str
    """The address of the item, to which `/write/discussion` and `/action` are added."""
    live: str
    agency_id: int
    tokens: list[str]

    def client(self, number: int) -> Client:
        """The connection of one of the attendees."""
        return Client(self.server.port, self.tokens[number])


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the drill is to be run in full (`--full`) or in its short form."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def place(database: str, databases: Databases, tmp_path: Path) -> Iterator[Place]:
    """The drill's own, within an application context; let go of whatever becomes of the drill and its set-up."""
    on_sqlite = database == "sqlite"
    url = databases.fresh_sqlite(tmp_path / "drill.db") if on_sqlite else databases.fresh_postgresql("drill")
    app = create_app(Config(data=tmp_path, database_url=url, testing=True))
    with app.app_context():
        yield Place(app, url, tmp_path)
        db.session.remove()
        let_go(db.engine)


@pytest.fixture
def server(place: Place) -> Iterator[Server]:
    """A server on it, for the drill to start once it has written what the server is to find."""
    made = Server(place.data, place.url)
    yield made
    made.kill()


@pytest.fixture
def meeting(server: Server) -> Meeting:
    """The meeting, its server started."""
    return a_meeting_in_session(server)


def a_meeting_in_session(server: Server) -> Meeting:
    """A meeting in the database of the application in hand, and its server started."""
    (made,) = meetings_in_session(server, 1, attendees=ATTENDEES, cases=1)
    return made


def meetings_in_session(server: Server, many: int, *, attendees: int, cases: int) -> list[Meeting]:
    """So many at once, each of a group of its own; their server started."""
    partnership = a_partnership()
    council = an_agency(partnership, "Council")
    made = []
    for _ in range(many):
        group = a_group(partnership)
        heard = [a_case(partnership, council, group=group, subject=a_person(partnership)) for _ in range(cases)]
        users = [a_user(council, group=group, role=GroupRole.CHAIR)]
        users += [a_user(council, group=group) for _ in range(attendees - 1)]
        held = a_meeting(group, cases=heard)
        _open(held, [actor_as_of(user.id, partnership.id, on=local_date(utc_now())) for user in users])
        tokens = [sign_in(user.id, now=utc_now()) for user in users]
        live = f"/meetings/{held.id}/live"
        made.append(Meeting(server, f"{live}/items/{held.current_item_id}", live, council.id, tokens))
    db.session.commit()
    db.session.remove()
    server.start()
    return made


def _open(held: models.Meeting, actors: Sequence[Actor]) -> None:
    """The first takes the chair, the second the minutes; all accept the statement."""
    now = utc_now()
    chair, taker = actors[0].user_id, actors[1].user_id
    open_meeting(actors[0], meeting=held, chair_id=chair, minute_taker_id=taker, now=now, on=local_date(now))
    expected = attendance_by_user(held.id)
    for actor in actors:
        accept(actor, meeting=held, line=expected[actor.user_id], now=now)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Report:
    """How a drill says what it saw: at once, and in the table at the end of the run."""

    def report(drill: str, text: str) -> None:
        database = request.node.callspec.params.get("database", "") if hasattr(request.node, "callspec") else ""
        request.node.user_properties.append((FIGURE, (drill, database, text)))
        print(f"\n{drill}{database and f' on {database}'}: {text}")

    return report


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A drill that says nothing of what it saw is none."""
    result = yield
    assert any(name == FIGURE for name, _ in pyfuncitem.user_properties), "the drill reports no figure"
    return result


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs a database server is no drill of SQLite's, a file."""
    gone = [
        item
        for item in items
        if item.get_closest_marker("postgresql_alone") and item.callspec.params["database"] == "sqlite"  # type: ignore[attr-defined]
    ]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if item not in gone]


def pytest_configure(config: pytest.Config) -> None:
    """The marker of these drills."""
    config.addinivalue_line("markers", "postgresql_alone: about the database server, which SQLite has not")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """One table: drill, database, figure, whether it holds. A drill that broke off has no figure and does not hold."""
    rows = []
    for report in (each for reports in terminalreporter.stats.values() for each in reports):
        if not isinstance(report, pytest.TestReport) or "tests/drills/" not in report.nodeid:
            continue
        figures = [told for name, told in report.user_properties if name == FIGURE]
        if report.failed:
            rows += [(*told, "NO") for told in figures] or [(report.nodeid.rpartition("/")[2], "", "-", "NO")]
        elif report.when == "call":
            rows += [(*told, "yes") for told in figures]
    if not rows:
        return
    terminalreporter.section("drills")
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for drill, database, text, holds in rows:
        terminalreporter.line(f"{drill:{widths[0]}}  {database:{widths[1]}}  {holds:3}  {text}")
    failed = sum(row[3] != "yes" for row in rows)
    terminalreporter.line(f"{len(rows)} figures, {len(rows) - failed} hold, {failed} do not")
