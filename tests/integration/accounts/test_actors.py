"""Who many people are, and which readers, is what each of them is by themselves, at a fixed number of queries."""

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of, actors_as_of
from core.cases.models import Case
from core.documents.readers import reader_of, readers_of
from core.extensions import db
from core.partnerships.models import Group, Partnership
from tests.builders import today


@pytest.mark.parametrize("name", ["Northbridge", "Southmere"])
def test_many_are_who_each_of_them_is(world, name):
    partnership_id = db.session.scalars(select(Partnership.id).where(Partnership.name == name)).one()
    users = [person.user_id for person in world.people.values()]
    together = actors_as_of(users, partnership_id, on=today())
    assert together == {user: actor_as_of(user, partnership_id, on=today()) for user in users}
    group_id = db.session.scalars(select(Group.id).where(Group.partnership_id == partnership_id)).first()
    cases = db.session.scalars(select(Case.id)).all()
    granted = {users[0]: frozenset({1, 2})}
    readers = readers_of(together.values(), group_id=group_id, cases=cases, granted=granted)
    assert readers == {
        user: reader_of(together[user], group_id=group_id, cases=cases, granted=granted.get(user, frozenset()))
        for user in users
    }


def test_more_people_cost_no_more_queries(world, count_queries):
    users = [person.user_id for person in world.people.values()]
    assert (
        count_queries(actors_as_of, users, 1, on=today()) == count_queries(actors_as_of, users[:2], 1, on=today()) == 3
    )
