"""A database and a real server of a drill's own, and a meeting in session behind them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.accounts.operations import sign_in
from core.app import create_app
from core.clock import local_date, utc_now
from core.config import Config
from core.extensions import db
from core.facts import Actor, GroupRole
from core.recording.queries import attendance_by_user
from core.recording.room.operations import accept, open_meeting
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_agency
from tests.support.databases import Databases, Place, let_go
from tests.support.server import Client, Server

ATTENDEES = 4


@dataclass
class Meeting:
    """A meeting in session: four attendees who have accepted the statement, one case."""

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
    partnership = a_partnership()
    council = an_agency(partnership, "Council")
    group = a_group(partnership)
    case = a_case(partnership, council, group=group, subject=a_person(partnership))
    users = [a_user(council, group=group, role=GroupRole.CHAIR)]
    users += [a_user(council, group=group) for _ in range(ATTENDEES - 1)]
    held = a_meeting(group, cases=[case])
    now = utc_now()
    actors = [
        Actor(user.id, user.name, agency_id=council.id, agency_name=council.name, partnership_id=partnership.id)
        for user in users
    ]
    open_meeting(
        actors[0], meeting=held, chair_id=users[0].id, minute_taker_id=users[1].id, now=now, on=local_date(now)
    )
    expected = attendance_by_user(held.id)
    for actor in actors:
        accept(actor, meeting=held, line=expected[actor.user_id], now=now)
    tokens = [sign_in(user.id, now=now) for user in users]
    live = f"/meetings/{held.id}/live"
    made = Meeting(server, f"{live}/items/{held.current_item_id}", live, council.id, tokens)
    db.session.commit()
    db.session.remove()
    server.start()
    return made
