"""What follows a person whose two records become one: every table that speaks of people, cautions, and the books."""

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, UniqueConstraint, insert, select

from core import plugin_host
from core.accounts.queries import actor_as_of
from core.books.casework import CasePeople, People
from core.books.rows import CasePersonRow, PersonRow
from core.books.shelf import Into
from core.cases.models import CasePerson
from core.clock import utc_now
from core.database import Base
from core.extensions import db
from core.facts import Audience, PersonRole
from core.people.merging.columns import LEFT_ALONE, by_table, columns_of_persons, may_collide
from core.people.merging.operations import Choice, Plugins, merge, undo
from core.people.merging.queries import merged, pair_of
from core.people.models import Person
from core.referrals.cautions import cautions_about
from core.referrals.models import Referral
from tests.builders import a_case, a_person, a_provider, an_agency, today
from tests.support.referred import row_of

ONE_IN_A_CASE = {
    "case_person": "taken out, and put back when the merge is undone",
    "contact_plan": "put together: core.people.merging.plans",
}
"""Tables of which a person has one row of a kind, and what becomes of a second. Another stays with its record."""


@pytest.fixture
def two(partners):
    """Two records of one person, each in a case that the group hears."""
    people = [a_person(partners.partnership, given, "Hollingworth") for given in ("Anna", "Ana")]
    for person in people:
        a_case(partners.partnership, partners.council, title=person.name, group=partners.group, subject=person)
    return people


def chairing(partners):
    return actor_as_of(partners.chair.id, partners.partnership.id, on=today())


def put_together(partners, two, plugins=None):
    kept, gone = two
    pair = pair_of(kept.id, gone.id)
    versions = {of.person.id: of.person.version for of in pair.both}
    return merge(
        chairing(partners),
        pair=pair,
        choice=Choice(keep=kept.id, take=frozenset(), versions=versions),
        reason="The same",
        plugins=plugins or Plugins(),
        now=utc_now(),
    )


def put_apart(partners, done, plugins=None):
    undo(chairing(partners), done=merged(done.id), reason="No", plugins=plugins or Plugins(), now=utc_now())


def test_every_column_that_refers_to_a_person_follows_or_is_left_alone_for_a_reason(app):
    referring = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.column is Person.__table__.c.id for key in column.foreign_keys)
    }
    following = {str(column) for column in columns_of_persons([])}
    assert following | LEFT_ALONE.keys() == referring and not following & LEFT_ALONE.keys()
    assert {"case_person.person_id", "referral.person_id", "person.merged_into_id"} <= following


def test_of_every_table_that_has_one_row_of_a_person_it_is_known_what_becomes_of_two(app):
    """Who adds another decides: taken out, put together, or left with the record that is gone."""
    single = {column.table.name for column in columns_of_persons([]) if may_collide(column)}
    assert single == ONE_IN_A_CASE.keys()


@pytest.fixture
def third_party(app):
    """A third party's tables: one of visits, and one that holds whom it knows once."""
    metadata = MetaData()
    visit = Table(
        "floating_support_visit",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", Integer, info={"holds": "person"}),
        Column("note", String(20)),
    )
    known = Table(
        "floating_support_known",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", Integer, info={"holds": "person"}),
        UniqueConstraint("person_id"),
    )
    metadata.create_all(db.session.connection())
    return Plugins([metadata]), visit, known


def test_a_third_partys_rows_follow_and_go_back(partners, two, third_party):
    plugins, visit, known = third_party
    kept, gone = two
    for person in two:
        db.session.execute(insert(visit).values(person_id=person.id, note=person.given_name))
        db.session.execute(insert(known).values(person_id=person.id))

    def held(table):
        return db.session.scalars(select(table.c.person_id).order_by(table.c.id)).all()

    done = put_together(partners, two, plugins)
    assert held(visit) == [kept.id, kept.id]
    assert held(known) == [kept.id, gone.id], "of whom it knows each once, the other stays with its record"
    put_apart(partners, done, plugins)
    assert held(visit) == held(known) == [kept.id, gone.id]


def test_somebody_whom_a_row_holds_as_two_people_is_not_made_one(partners, two):
    from core.errors import Refused

    metadata = MetaData()
    quarrel = Table(
        "floating_support_quarrel",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", Integer, info={"holds": "person"}),
        Column("other_id", Integer, info={"holds": "person"}),
    )
    metadata.create_all(db.session.connection())
    db.session.execute(insert(quarrel).values(person_id=two[0].id, other_id=two[1].id))
    assert len(by_table(columns_of_persons([metadata]))[quarrel]) == 2
    with pytest.raises(Refused, match="as different people"):
        put_together(partners, two, Plugins([metadata]))


def test_how_each_was_contacted_safely_is_told_until_something_later_is_said_of_the_one(partners, two):
    provider = a_provider(partners.partnership, an_agency(partners.partnership), "victim_support")
    (label,) = plugin_host.installed()["victim_support"].cautions

    def refer(person, number, words):
        case = a_case(partners.partnership, partners.council, group=partners.group, subject=person)
        row = {"label": label, "value": words, "audiences": [Audience.ATTENDEES.value]}
        values = row_of(provider, case.id, person.id, number, by=partners.chair) | {"rows": [row]}
        db.session.execute(insert(Referral).values(values))

    def told():
        return {row.value for _, row in cautions_about(chairing(partners), [two[0].id])}

    refer(two[0], 1, "Text first")
    refer(two[1], 2, "Never after six")
    done = put_together(partners, two)
    assert told() == {"Text first", "Never after six"}
    refer(two[0], 3, "Ring at noon")
    assert told() == {"Ring at noon"}
    put_apart(partners, done)
    assert told() == {"Ring at noon"}


def test_books_that_name_both_records_are_imported_again_without_splitting_them(partners, two):
    kept, gone = two
    case = a_case(partners.partnership, partners.council, title="Both", group=partners.group)
    put_together(partners, two)
    db.session.flush()
    into = Into(partners.partnership.id, partners.partnership.key, today(), utc_now())
    people = People(into)
    row = PersonRow(gone.ref, "Ana", "Hollingworth", "", None, "", "", "", "")
    people.fetch([row])
    assert people.find(row).id == gone.id and people.as_row(gone) == row
    parts = CasePeople(into)
    rows = [CasePersonRow(case=case.ref, person=each.ref, role=PersonRole.WITNESS) for each in two]
    parts.fetch(rows)
    assert parts.find(rows[0]) is None
    made = parts.create(rows[0])
    db.session.flush()
    assert made.person_id == kept.id
    found = parts.find(rows[1])
    assert found is made and parts.as_row(found) == rows[1]
    named = db.session.scalars(select(CasePerson.person_id).where(CasePerson.case_id == case.id)).all()
    assert named == [kept.id]
