"""Who and what the story speaks of: accounts by the start of their address, the rest by key and reference."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.cases.models import Case
from core.clock import local_date
from core.extensions import db
from core.facts import Actor
from core.meetings.models import AgendaItem, Meeting
from core.partnerships.models import Agency, Group, Partnership
from core.people.models import Person
from core.web.transaction import begin_write
from core.working_days import is_working_day

Told = dict[str, Any]
"""A table of the story file."""


@dataclass
class Cast:
    """The partnership's people and things, by the story's words for them; and what the story has made so far."""

    now: datetime
    """When the demonstration is built."""
    partnership_id: int
    meetings: dict[str, int] = field(default_factory=dict)
    """The story's name of a meeting -> its id."""
    items: dict[tuple[str, int], int] = field(default_factory=dict)
    """(The story's name of a meeting, place of the item in it from 0) -> id of the agenda item."""

    def day(self, offset: int) -> date:
        """The day that many days from the one on which the demonstration is built."""
        return local_date(self.now) + timedelta(days=offset)

    def meeting_day(self, offset: int) -> date:
        """The same for a meeting: a free day moves to the next working day, a past one to the one before."""
        day = self.day(offset)
        while offset != 0 and not is_working_day(day):
            day += timedelta(days=1 if offset > 0 else -1)
        return day

    def user(self, name: str) -> User:
        """The account whose address begins so."""
        return db.session.scalars(
            select(User).where(User.email.startswith(f"{name}@")).options(joinedload(User.agency))
        ).one()

    def actor(self, name: str, at: datetime) -> Actor:
        """That person, with their rights as of then."""
        return actor_as_of(self.user(name).id, self.partnership_id, on=local_date(at))

    def agency(self, key: str) -> Agency:
        """The agency with that key."""
        return db.session.scalars(select(Agency).where(Agency.key == key)).one()

    def group(self, key: str) -> Group:
        """The group with that key."""
        return db.session.scalars(
            select(Group).where(Group.key == key, Group.partnership_id == self.partnership_id)
        ).one()

    def case(self, ref: str) -> Case:
        """The case with that reference, as policy and operations need it."""
        return db.session.scalars(
            select(Case)
            .where(Case.ref == ref, Case.partnership_id == self.partnership_id)
            .options(selectinload(Case.people), selectinload(Case.agencies), selectinload(Case.groups))
            .execution_options(populate_existing=True)
        ).one()

    def person(self, ref: str) -> Person:
        """The person with that reference."""
        return db.session.scalars(
            select(Person).where(Person.ref == ref, Person.partnership_id == self.partnership_id)
        ).one()

    def meeting(self, name: str) -> Meeting:
        """The meeting of the story."""
        return db.session.scalars(
            select(Meeting)
            .where(Meeting.id == self.meetings[name])
            .options(joinedload(Meeting.group).joinedload(Group.partnership))
            .execution_options(populate_existing=True)
        ).one()

    def item(self, name: str, place: int) -> AgendaItem:
        """An item of a meeting of the story."""
        return db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.id == self.items[name, place])
            .options(joinedload(AgendaItem.meeting).joinedload(Meeting.group))
        ).one()


@dataclass(order=True)
class Event:
    """Something that happens at a moment of the story, in a transaction of its own."""

    at: datetime
    place: int
    """Order among events of one moment."""
    what: Callable[[datetime], None] = field(compare=False)


class Timeline:
    """Events, played in the order of their moments whatever the order in which they were told."""

    def __init__(self) -> None:
        self._events: list[Event] = []

    def at(self, moment: datetime, what: Callable[[datetime], None]) -> None:
        """Plan something."""
        self._events.append(Event(moment, len(self._events), what))

    def play(self) -> None:
        """Play everything, one commit for each event."""
        db.session.rollback()  # what was read while planning began a transaction
        for event in sorted(self._events):
            begin_write()
            event.what(event.at)
            db.session.commit()
            db.session.expire_all()  # as if each came in a request of its own: some numbers are taken past the session


def partnership_called(key: str) -> Partnership:
    """The partnership that the books were imported into."""
    return db.session.scalars(select(Partnership).where(Partnership.key == key)).one()
