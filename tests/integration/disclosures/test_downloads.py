"""Which downloads stand in whose register: of papers of open cases, of lists by those who have these, of the own
partnership.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.audit import Category, record
from core.audit.models import AuditRecord
from core.clock import utc_now
from core.disclosures import queries
from core.disclosures.arms.line import Wanted
from core.disclosures.lists import Kind
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.meetings.models import Research
from core.partnerships.models import PartnershipAgency, Signature
from tests.builders import (
    LONG_AGO,
    a_case,
    a_group,
    a_meeting,
    a_partnership,
    a_person,
    a_user,
    an_agency,
    an_item,
    today,
)
from tests.support.partners import partners

__all__ = ["partners"]

DOWNLOADS = Wanted(kinds=[Kind.EXPORT])


@pytest.fixture
def ada(partners):
    return a_person(partners.partnership, "Ada", "Merriwether")


@pytest.fixture
def case(partners, ada):
    return a_case(partners.partnership, partners.council, title="Ada Merriwether", group=partners.group, subject=ada)


def with_research(meeting, case, agency):
    item = an_item(meeting, case)
    told = {"asked_at": utc_now(), "answered_at": utc_now(), "due_on": today(), "text": "Known"}
    db.session.add(Research(item_id=item.id, agency_id=agency.id, **told))
    db.session.commit()


def in_registers(user, partners, case, ada):
    actor = actor_as_of(user.id, partners.partnership.id, on=today())
    scopes = (queries.of_case(actor, case.id), queries.of_person(actor, ada.id))
    return [{(each.what, each.recipients) for each in queries.page_of(scope, DOWNLOADS).lines} for scope in scopes]


def test_a_download_for_a_meeting_that_heard_a_closed_case_is_in_nobody_elses_register(partners, visitor, ada, case):
    secret = a_group(partners.partnership, "Secret Table")
    spy = a_user(partners.police, "Ivy Intelligence", group=secret, role=GroupRole.COORDINATOR)
    closed = a_case(partners.partnership, partners.police, title="Ada", group=secret, subject=ada, restricted=True)
    hidden, ours = (a_meeting(group, starts_at=utc_now() + timedelta(days=20)) for group in (secret, partners.group))
    with_research(hidden, closed, partners.police)
    with_research(ours, case, partners.police)
    assert visitor(spy).get(f"/meetings/{hidden.id}/research.pdf").status_code == 200
    assert visitor(spy).get("/actions/export.csv").status_code == 200
    db.session.rollback()
    of_the_case, of_ada = in_registers(partners.officer, partners, case, ada)
    assert not of_the_case and not of_ada
    assert visitor(partners.chair).get(f"/meetings/{ours.id}/research.pdf").status_code == 200
    db.session.rollback()
    of_the_case, of_ada = in_registers(partners.officer, partners, case, ada)
    assert of_the_case == of_ada == {("Research pack", partners.chair.agency.name)}


def test_that_somebody_asked_for_their_own_data_is_in_no_register_of_a_case_or_person(partners, ada, case):
    actor = actor_as_of(partners.chair.id, partners.partnership.id, on=today())
    record(actor, Category.DISCLOSURE, "access.issue", object="access:1", subjects=[ada.id], purpose="meeting:1")
    db.session.commit()
    assert in_registers(partners.chair, partners, case, ada) == [set(), set()]


def test_a_list_is_in_it_where_its_agency_has_the_case_anyhow(partners, ada, case):
    stranger = a_user(an_agency(partners.partnership, "Fire and Rescue"))
    for user in (stranger, partners.chair):
        actor = actor_as_of(user.id, partners.partnership.id, on=today())
        record(actor, Category.DISCLOSURE, "actions.export", object="actions", subjects=[ada.id])
    db.session.commit()
    for found in in_registers(partners.chair, partners, case, ada):
        assert found == {("Action log", partners.chair.agency.name)}


def test_a_download_for_another_partnership_is_not_in_this_ones_register(app):
    ours, theirs = a_partnership("Ours"), a_partnership("Theirs")
    police = an_agency(theirs, "County Police")
    db.session.add(PartnershipAgency(partnership_id=ours.id, agency_id=police.id))
    db.session.add(Signature(partnership_id=ours.id, agency_id=police.id, signed_on=LONG_AGO.date()))
    db.session.flush()
    lead = a_user(an_agency(ours, "Council"), "Della Lead", admin=AdminRole.DATA_LEAD, partnership=ours)
    constable, sergeant = a_user(police), a_user(an_agency(ours, "Harbour Police"))
    for user, partnership in ((constable, theirs), (constable, ours), (sergeant, ours)):
        actor = actor_as_of(user.id, partnership.id, on=today())
        record(actor, Category.CONSULTATION, "research.download", object=f"meeting:{partnership.id}")
    db.session.commit()
    scope = queries.of_partnership(actor_as_of(lead.id, ours.id, on=today()))
    agencies = ["County Police", "Harbour Police"]
    assert sorted(each.recipients for each in queries.page_of(scope, DOWNLOADS).lines) == agencies
    for each in db.session.scalars(select(AuditRecord)):
        each.body = each.body.replace('"partnership":', '"formerly":')
    db.session.flush()
    lines = queries.page_of(scope, DOWNLOADS).lines
    assert [each.recipients for each in lines] == ["Harbour Police"], "of an account that may be another's, nothing"
