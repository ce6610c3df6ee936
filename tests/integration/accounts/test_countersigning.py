"""Each person countersigns what their agency signed: before that they reach nothing, and afterwards it is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.models import Countersignature, Signature
from tests.builders import a_case, a_group, a_partnership, a_person, a_user, an_agency, countersigned, today

PAGE = {"Accept": "text/html,application/xhtml+xml"}
"""What a browser says of an address that somebody opens."""


@pytest.fixture
def place(app):
    class Place:
        partnership = a_partnership()
        homes = an_agency(partnership, "Mereside Homes")
        group = a_group(partnership)
        coordinator = a_user(homes, "Cody Coordinator", group=group, role=GroupRole.COORDINATOR)
        member = a_user(an_agency(partnership, "Constabulary"), "Mo Member", group=group)
        officer = a_user(homes, "Olu Officer", group=group, countersigns=False)
        case = a_case(partnership, homes, group=group, subject=a_person(partnership, "Isolde", "Quenby"))

    return Place()


def sign_anew(agency, partnership, document, *, days_ago=0):
    """Another signature of the agency, of that version."""
    day = today() - timedelta(days=days_ago)
    db.session.add(Signature(partnership_id=partnership.id, agency_id=agency.id, signed_on=day, document=document))
    db.session.flush()


def test_whoever_has_not_countersigned_is_asked_to_before_anything_else_and_goes_on_to_where_they_were_going(
    place, visitor
):
    browser, case_page = visitor(place.officer), f"/cases/{place.case.id}"
    for path in (case_page, "/", "/cases?status=open", "/cases/987654"):
        answer = browser.get(path, headers=PAGE)
        assert answer.status_code == 302 and answer.location.startswith("/account/protocol?next="), path
        assert browser.get(path).status_code == 403, "a script is told, and sent nowhere"
    asked = browser.get(browser.get(case_page, headers=PAGE).location)
    assert "Do you agree to the Information Sharing Protocol?" in asked.text
    assert "Quenby" not in asked.text and place.case.ref not in asked.text
    assert browser.get("/account", headers=PAGE).status_code == 200
    path = browser.get(case_page, headers=PAGE).location
    assert browser.post(path, {"document": ""}).status_code == 422
    answer = browser.post(path, {"document": "", "accepted": "y"})
    assert (answer.status_code, answer.location) == (303, case_page)
    assert "Quenby" in browser.get(case_page, headers=PAGE).text
    row = db.session.scalars(select(Countersignature).where(Countersignature.user_id == place.officer.id)).one()
    assert (row.document, row.signed_on, row.agency_id) == ("", today(), place.homes.id)
    record = db.session.scalars(select(AuditRecord).where(AuditRecord.action == "protocol.countersign")).one()
    assert (record.actor, record.object) == (f"u_{place.officer.id}", f"agency:{place.homes.id}")


def test_what_is_there_and_what_is_not_are_refused_in_the_same_words(place, visitor):
    browser = visitor(place.officer)
    there, missing = browser.get(f"/cases/{place.case.id}"), browser.get("/cases/987654")
    assert there.status_code == missing.status_code == 403
    assert there.data == missing.data
    write = {"note": "x", "version": "1"}
    assert browser.post(f"/cases/{place.case.id}/edit", write).data == browser.post("/cases/9876/edit", write).data


def test_another_version_is_asked_for_at_the_next_request_and_the_same_again_is_not(place, visitor):
    browser, case_page = visitor(place.coordinator), f"/cases/{place.case.id}"
    sign_anew(place.homes, place.partnership, "", days_ago=1)
    assert browser.get(case_page).status_code == 200, "a renewal of what they signed"
    sign_anew(place.homes, place.partnership, "ISP v5")
    assert browser.get(case_page).status_code == 403
    late = browser.post("/account/protocol", {"document": "", "accepted": "y"})
    assert late.status_code == 422 and "signed another version" in late.text
    assert browser.post("/account/protocol", {"document": "ISP v5", "accepted": "y"}).status_code == 303
    assert browser.get(case_page).status_code == 200
    kept = browser.get("/account/protocol").text
    assert "ISP v5, on" in kept and "version not recorded, on" in kept, "what they signed before stays"
    versions = select(Countersignature.document).where(Countersignature.user_id == place.coordinator.id)
    assert set(db.session.scalars(versions)) == {"", "ISP v5"}
    assert visitor(place.member).get(case_page).status_code == 200, "another agency has not signed anew"


def test_who_has_countersigned_is_listed_for_those_who_lead_and_administer_alone(place, visitor):
    page = f"/partnership/agencies/{place.homes.id}"
    listed = visitor(place.coordinator).get(page).text
    officer, coordinator = (
        listed.split(f"<bdi>{name}</bdi></th>")[1].split("</tr>")[0] for name in ("Olu Officer", "Cody Coordinator")
    )
    assert "Not yet" in officer and "Not yet" not in coordinator and "1 January 2024" in coordinator
    own = a_user(place.homes, admin=AdminRole.AGENCY_ADMIN, partnership=place.partnership)
    assert "Not yet" in visitor(own).get(page).text
    assert "Countersigned" not in visitor(place.member).get(page).text


def test_a_name_under_one_agencys_protocol_does_not_stand_under_anothers(place):
    partnership, mover = place.partnership, place.coordinator
    assert actor_as_of(mover.id, partnership.id, on=today()).signatory
    mover.agency_id = place.member.agency_id
    db.session.flush()
    moved = actor_as_of(mover.id, partnership.id, on=today())
    assert not moved.signatory and moved.to_countersign == ""
    countersigned(mover)
    assert actor_as_of(mover.id, partnership.id, on=today()).signatory


def test_without_an_agency_or_a_signature_there_is_nothing_to_countersign(place, visitor):
    nobodys = a_user(None, admin=AdminRole.PLATFORM_ADMIN)
    assert visitor(nobodys).get("/", headers=PAGE).status_code == 200
    assert visitor(nobodys).get("/account/protocol").status_code == 403
    unsigned = a_user(an_agency(place.partnership, signed_on=None))
    answer = visitor(unsigned).get("/", headers=PAGE)
    assert answer.status_code == 200 and "has not signed" in answer.text
