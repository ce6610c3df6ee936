"""Drill: two coordinators, each signed in to a browser of their own, send the same thing at the same moment.

Whatever it is, exactly one mail of it goes to each recipient, whoever was first.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.accounts.operations import sign_in
from core.circulation.models import Circulation, Copy, Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import CirculationKind, GroupRole, MailKind, MailState, MeetingStatus
from core.meetings.models import AgendaVersion, Meeting
from tests.builders import a_case, a_group, a_meeting, a_partnership, a_person, a_user, an_action, an_agency
from tests.support.server import Client, Server, at_once

SHORT, FULL = 5, 100
REFUSED = (403, 409, 422)
"""What whoever comes second is answered: nothing is done, and why."""

LONG_AGO = timedelta(days=5)


@dataclass
class Desk:
    """Meetings to come and meetings held, two who write to their members, and what they were answered."""

    coming: list[int]
    held: list[int]
    coordinators: list[Client]
    answers: Counter[str] = field(default_factory=Counter)

    def send(self, path: str, form: dict[str, object], what: str) -> None:
        """Both at once: one does it."""
        first, second = sorted(at_once(self.coordinators, path, form))
        self.answers[f"{what} {first}, {second}"] += 1
        assert first == 303 and second in REFUSED, f"{path}: {first} and {second}"


@pytest.fixture
def desk(server: Server, full: bool) -> Iterator[Desk]:
    """A group of eight people of two agencies; as many meetings of each sort as there are rounds."""
    partnership = a_partnership()
    council, police = an_agency(partnership, "Council"), an_agency(partnership, "Police")
    group = a_group(partnership)
    leaders = [a_user(council, group=group, role=GroupRole.COORDINATOR) for _ in range(2)]
    for number in range(6):
        a_user(council if number % 2 else police, group=group)
    case = a_case(partnership, council, group=group, subject=a_person(partnership))
    rounds = FULL if full else SHORT
    coming = [a_meeting(group, cases=[case]) for _ in range(rounds)]
    held = [
        a_meeting(group, starts_at=utc_now() - timedelta(days=2), status=MeetingStatus.CLOSED, cases=[case])
        for _ in range(rounds)
    ]
    for each in held:
        for agency in (council, police):
            an_action(case, group, agency, item=each.items[0])
    tokens = [sign_in(user.id, now=utc_now()) for user in leaders]
    made = Desk([each.id for each in coming], [each.id for each in held], [])
    db.session.commit()
    db.session.remove()
    server.start()
    made.coordinators += [Client(server.port, token) for token in tokens]
    yield made
    for client in made.coordinators:
        client.close()


def test_whoever_of_two_is_first_one_mail_goes_to_each_recipient(desk, figure):
    began = time.monotonic()
    for meeting_id in desk.coming:
        version = number(select(Meeting.version).where(Meeting.id == meeting_id))
        desk.send(f"/meetings/{meeting_id}/agenda/circulate", {"version": version}, "agenda")
    for meeting_id in desk.held:
        page = f"/meetings/{meeting_id}"
        desk.send(f"{page}/actions/send", {}, "actions")
        circulation, copy = all_arrived(meeting_id)
        desk.send(f"{page}/chase", {"circulation": circulation, "days": 3}, "chase")
        all_arrived(meeting_id)
        desk.send(f"{page}/copies/{copy}/again", {}, "again")
    rounds, mails = len(desk.held), mails_by_thing()
    figure(
        "two coordinators at once",
        f"{rounds} rounds, {sum(mails.values())} mails, "
        f"{sum(times - 1 for times in mails.values())} of them twice; answers {dict(desk.answers)}, "
        f"{time.monotonic() - began:.0f} s",
    )
    assert set(mails.values()) == {1}
    assert number(select(func.count()).select_from(AgendaVersion)) == rounds
    assert number(select(func.count()).select_from(Circulation)) == 2 * rounds, "of agendas and of actions"
    of = Counter(kind for kind, *_ in mails)
    assert of == {
        MailKind.AGENDA: 8 * rounds,
        MailKind.RESEARCH: 8 * rounds,
        MailKind.ACTIONS: 8 * rounds,
        MailKind.CHASE: 8 * rounds,
        "again": rounds,
    }


def all_arrived(meeting_id: int) -> tuple[int, int]:
    """As if all mails of the meeting had gone days ago: the circulation of its actions, and a copy of them."""
    then = {"sent_at": utc_now() - LONG_AGO, "created_at": utc_now() - LONG_AGO, "state": MailState.SENT}
    db.session.execute(update(Mail).where(Mail.meeting_id == meeting_id).values(**then))
    db.session.commit()
    of = Circulation.meeting_id == meeting_id, Circulation.kind == CirculationKind.ACTIONS
    copies = select(func.min(Copy.id)).join(Circulation, Circulation.id == Copy.circulation_id)
    return number(select(Circulation.id).where(*of)), number(copies.where(*of))


def mails_by_thing() -> Counter[tuple[str, int, int]]:
    """(What it is, meeting, recipient) -> how many mails."""
    rows = db.session.execute(select(Mail.kind, Mail.meeting_id, Mail.user_id, Mail.once_key)).all()
    return Counter(
        ("again" if (once or "").startswith("again:") else kind, meeting, user) for kind, meeting, user, once in rows
    )


def number(query) -> int:
    """A number, in a transaction of its own."""
    found = db.session.scalar(query)
    db.session.rollback()
    return int(found or 0)
