"""What minutes hold of somebody of whom there were two records, and that merging changes nothing that was issued."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import undefer

from core.accounts.queries import actor_as_of
from core.cases.models import CasePerson
from core.clock import utc_now
from core.documents.models import Document
from core.extensions import db
from core.facts import PersonRole, Visibility
from core.minutes.access.queries import contents_of
from core.minutes.models import Minutes
from core.people.merging.operations import Choice, Plugins, merge
from core.people.merging.queries import pair_of
from core.people.models import Person
from tests.builders import a_person, today
from tests.integration.minutes.test_from_record_to_reader import approved


def also_recorded_as(conference, person, given, family):
    """Another record of theirs that was merged into it: no case names it any more."""
    gone = a_person(conference.partnership, given, family)
    gone.merged_into_id = person.id
    db.session.commit()


def masked(minutes, person):
    """The words that would be masked in what that person is given."""
    contents = contents_of(minutes, person.id)
    texts = {text.place: text.text for text in contents.texts()}
    return " | ".join(texts[each.place][each.span.starts : each.span.ends] for each in contents.proposed())


def test_a_third_party_is_masked_by_the_name_of_the_record_that_is_gone_and_the_person_is_not(conference, visitor):
    first = conference.meeting.items[0]
    said = "Nora Vexley wrote to Marty Dawnash about the noise."
    conference._entry(first, said, conference.homes, Visibility.EVERYONE)
    db.session.commit()
    minutes = approved(conference, visitor)
    assert "Vexley" not in masked(minutes, conference.martin)
    also_recorded_as(conference, conference.neighbour, "Nora", "Vexley")
    also_recorded_as(conference, conference.martin, "Marty", "Dawnash")
    words = masked(minutes, conference.martin)
    assert "Nora Vexley" in words and "Dawnash" not in words
    words = masked(minutes, conference.neighbour)
    assert "Marty Dawnash" in words and "Vexley" not in words


def test_what_was_issued_stays_as_it_is(conference, minutes):
    def issued():
        documents = db.session.scalars(select(Document).options(undefer(Document.content)).order_by(Document.id)).all()
        record = db.session.execute(select(Minutes.record, Minutes.record_sha256)).one()
        return [hashlib.sha256(each.content).hexdigest() for each in documents], tuple(record)

    before = issued()
    assert before[0]
    other = a_person(conference.partnership, "Marty", "Dawnash")
    db.session.add(CasePerson(case_id=conference.ashdown.id, person_id=other.id, role=PersonRole.SUBJECT))
    db.session.commit()
    pair = pair_of(conference.martin.id, other.id)
    merge(
        actor_as_of(conference.coordinator.id, conference.partnership.id, on=today()),
        pair=pair,
        choice=Choice(
            conference.martin.id, frozenset({"given_name"}), {of.person.id: of.person.version for of in pair.both}
        ),
        reason="The same",
        plugins=Plugins(),
        now=utc_now(),
    )
    assert db.session.get_one(Person, conference.martin.id).given_name == "Marty"
    assert issued() == before
