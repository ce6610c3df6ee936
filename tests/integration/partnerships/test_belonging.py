"""Who belongs, has signed and sits is asked of a day: what ends later still holds, what begins later not yet."""

from datetime import time, timedelta

import pytest

from core.circulation.proposals import candidates_for
from core.clock import at_local
from core.extensions import db
from core.meetings.nominations.queries import next_meetings_of_others
from core.partnerships.belonging import agencies_in, signatories_in
from core.partnerships.groups import queries as groups
from core.recording.queries import who_could_deputise
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency, today

TOMORROW = timedelta(days=1)


@pytest.fixture
def group(app):
    return a_group(a_partnership())


@pytest.fixture
def people(group):
    """Three of one agency: whose seat ends tomorrow, ended today, begins tomorrow."""
    agency = an_agency(group.partnership)
    leaving, gone, coming = (a_user(agency, name, group=group) for name in ("Leaving", "Gone", "Coming"))
    seat_of(group, leaving).until = today() + TOMORROW
    seat_of(group, gone).until = today()
    seat_of(group, coming).since = today() + TOMORROW
    db.session.commit()


def seat_of(group, user):
    return groups.seat_of(group.id, user.id)


def test_who_sits_in_the_group_on_the_day_does_not_deputise_in_it(group, people):
    meeting = a_meeting(group)
    assert [person.name for person in who_could_deputise(meeting, on=today())] == ["Coming", "Gone"]
    assert [person.name for person in who_could_deputise(meeting, on=today() + TOMORROW)] == ["Gone", "Leaving"]


def test_minutes_are_offered_to_who_sits_in_the_group_on_the_day(group, people):
    meeting = a_meeting(group)
    assert [each.user.name for each in candidates_for(meeting, on=today())] == ["Leaving"]
    assert [each.user.name for each in candidates_for(meeting, on=today() + TOMORROW)] == ["Coming"]


def test_a_nomination_can_go_to_a_group_until_the_day_it_closes(group):
    closing = a_group(group.partnership, "Newcomers")
    closing.closed_on = today() + TOMORROW
    a_meeting(closing, starts_at=at_local(today() + 3 * TOMORROW, time(10)))
    for day, names in ((today(), ["Newcomers"]), (today() + TOMORROW, [])):
        found = next_meetings_of_others(group.partnership_id, but=group.id, after=at_local(day, time(9)))
        assert [meeting.group.name for meeting in found] == names


def test_an_agency_belongs_until_the_day_it_leaves_and_has_signed_until_the_last_day_of_its_signature(app):
    partnership = a_partnership()
    leaving = an_agency(partnership, "Leaving", left_on=today() + TOMORROW)
    expiring = an_agency(partnership, "Expiring", expires_on=today())
    unsigned = an_agency(partnership, "Unsigned", signed_on=None)
    of = partnership.id
    assert [name for _, name in agencies_in(of, on=today())] == ["Expiring", "Leaving", "Unsigned"]
    assert [name for _, name in agencies_in(of, on=today() + TOMORROW)] == ["Expiring", "Unsigned"]
    assert signatories_in(of, on=today()) == {leaving.id, expiring.id}
    assert signatories_in(of, on=today() + TOMORROW) == frozenset()
    assert unsigned.id not in signatories_in(of, on=today())
