"""A download of a named list or document stands in the register with what the partnership does that on."""

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.audit import Category, record
from core.audit.models import AuditRecord
from core.disclosures import queries
from core.disclosures.arms.line import Wanted
from core.disclosures.lists import LEGAL_OBLIGATION, NO_CONDITION, SECTION_17A, USUAL, Grounds, Kind
from core.disclosures.operations import write_grounds
from core.extensions import db
from core.facts import AdminRole
from tests.builders import a_user, today


@pytest.fixture
def lead(scene):
    return a_user(scene.chair.agency, "Della Lead", admin=AdminRole.DATA_LEAD, partnership=scene.partnership)


def register(scene, lead, **wanted):
    actor = actor_as_of(lead.id, scene.partnership.id, on=today())
    return queries.page_of(queries.of_partnership(actor), Wanted(kinds=[Kind.EXPORT], **wanted)).lines


def test_every_download_stands_on_the_partnerships_grounds_of_its_day(scene, visitor, lead):
    assert visitor(scene.chair).get("/actions/export.csv").status_code == 200
    db.session.rollback()
    written = Grounds("Safeguarding", NO_CONDITION, "Half | of it: a purpose “in words”")
    actor = actor_as_of(lead.id, scene.partnership.id, on=today())
    write_grounds(actor, partnership_id=scene.partnership.id, kind=Kind.EXPORT, grounds=written, version=0)
    db.session.commit()
    assert visitor(lead).get("/disclosures/export.csv").status_code == 200
    found = {each.what: each.grounds for each in register(scene, lead)}
    usual = USUAL[Kind.EXPORT]
    assert found == {"Action log": usual, "Register of disclosures": written}
    assert [each.what for each in register(scene, lead, basis="Safeguarding")] == ["Register of disclosures"]
    assert not register(scene, lead, basis="")


def test_the_statistics_are_recorded_as_depersonalised(scene, visitor, lead):
    assert visitor(scene.chair).get("/partnership/statistics/export.csv").status_code == 200
    (line,) = register(scene, lead, basis=SECTION_17A)
    assert (line.what, line.recipients, line.notes) == ("Statistics (depersonalised)", "Council", ("0 people",))


def test_what_somebody_was_given_of_their_own_data_is_in_the_leads_register_alone(scene, visitor, lead):
    person = scene.items[0].case.people[0].person_id
    actor = actor_as_of(lead.id, scene.partnership.id, on=today())
    for action in ("access_request.release", "access_request.give"):
        record(
            actor,
            Category.DISCLOSURE,
            action,
            object="access-request:1",
            subjects=[person],
            purpose="access-request:1",
            recipient=f"p_{person}",
        )
    db.session.commit()
    lines = register(scene, lead, basis=LEGAL_OBLIGATION)
    assert {each.what.rpartition(", ")[2] for each in lines} == {"released", "given"}
    assert {each.recipients for each in lines} == {"whoever asked"}
    assert not register(scene, lead, basis="")
    assert "request for one" not in visitor(scene.chair).get(f"/disclosures/people/{person}").text


def test_a_download_of_before_says_that_no_basis_was_recorded(scene, lead):
    actor = actor_as_of(scene.chair.id, scene.partnership.id, on=today())
    record(actor, Category.CONSULTATION, "minutes.download", object="minutes:1", purpose="meeting:1")
    db.session.commit()
    (line,) = register(scene, lead, basis="")
    assert line.basis == "not recorded"
    assert (
        db.session.scalars(select(AuditRecord).where(AuditRecord.action == "minutes.download")).one().seq == line.number
    )
