"""Agencies come, sign, let their signature lapse and leave; and what each does to what their people see."""

from datetime import timedelta

import pytest

from core.audit.models import AuditRecord
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.models import Agency, PartnershipAgency, Signature
from tests.builders import (
    a_case,
    a_group,
    a_partnership,
    a_person,
    a_user,
    an_action,
    an_agency,
    today,
)


@pytest.fixture
def place(app):
    """A partnership with an administrator, and an agency whose person sees a case."""

    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        homes = an_agency(partnership, "Mereside Homes")
        group = a_group(partnership)
        admin = a_user(council, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        officer = a_user(homes, "Olu Officer", group=group, role=GroupRole.MEMBER)
        person = a_person(partnership, "Isolde", "Quenby")
        case = a_case(partnership, council, title="Isolde Quenby", group=group, subject=person)
        action = an_action(case, group, homes, text="Visit Isolde Quenby")

    return Place()


def boxes(name, day):
    """A day as its three boxes."""
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


def agency_page(place, rest=""):
    return f"/partnership/agencies/{place.homes.id}{rest}"


def test_an_added_agency_is_in_the_partnership_and_has_never_signed(place, visitor):
    browser = visitor(place.admin)
    answer = browser.post(
        "/partnership/agencies/new", {"name": "Harbour Hostel", "kind": "voluntary", "key": "hostel", "email": ""}
    )
    assert answer.status_code == 303
    assert "Never signed" in browser.get(answer.location).text
    added = db.session.query(Agency).filter_by(key="hostel").one()
    assert db.session.query(AuditRecord).filter_by(action="agency.add", object=f"agency:{added.id}").count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "homes-key"}, "There is an agency with this short name already"),
        ({"name": "MERESIDE HOMES"}, "There is an agency with this name in the partnership already"),
        ({"name": ""}, "Enter the agency’s name"),
        ({"name": "x" * 50_000}, "Name must be 200 characters or fewer"),
        ({"key": "No Spaces!"}, "small letters, digits and hyphens"),
        ({"email": "not-an-address"}, "Enter an e-mail address in the correct format"),
        ({"joined_on-day": "31", "joined_on-month": "2", "joined_on-year": "2026"}, "must be a real date"),
        ({"joined_on-day": "1", "joined_on-month": "2", "joined_on-year": "0026"}, "must be between 1998"),
        ({"joined_on-day": "1", "joined_on-month": "1", "joined_on-year": "2090"}, "must be today or in the past"),
    ],
)
def test_a_bad_agency_is_refused_in_words_and_keeps_what_was_typed(place, visitor, changed, said):
    place.homes.key = "homes-key"
    form = {"name": "Harbour Hostel", "kind": "voluntary sector", "key": "hostel", "email": ""}
    answer = visitor(place.admin).post("/partnership/agencies/new", {**form, **changed})
    assert answer.status_code == 422
    assert answer.text.count(said) == 2, "at the top and beside the field"
    assert 'value="voluntary sector"' in answer.text
    assert db.session.query(Agency).count() == 2


def test_the_day_of_joining_can_be_mended_so_that_the_agency_can_leave(place, visitor):
    browser = visitor(place.admin)
    membership = db.session.query(PartnershipAgency).filter_by(agency_id=place.homes.id).one()
    membership.joined_on = today() - timedelta(days=1)
    earlier = today() - timedelta(days=30)
    leaving = {"version": "3", **boxes("left_on", earlier)}
    assert "cannot leave before it joined" in browser.post(agency_page(place, "/leave"), leaving).text
    assert f'value="{membership.joined_on.year}"' in browser.get(agency_page(place, "/edit")).text
    form = {"name": "Mereside Homes", "kind": "housing", "email": "", "spoc": "", "version": "3"}
    tomorrow = browser.post(agency_page(place, "/edit"), {**form, **boxes("joined_on", today() + timedelta(days=1))})
    assert tomorrow.status_code == 422
    assert tomorrow.text.count("The day of joining must be today or in the past") == 2
    assert browser.post(agency_page(place, "/edit"), {**form, **boxes("joined_on", earlier)}).status_code == 303
    assert membership.joined_on == earlier
    leaving["version"] = str(membership.version + membership.agency.version)
    assert browser.post(agency_page(place, "/leave"), leaving).status_code == 303
    late = {**form, "version": str(membership.version + membership.agency.version), **boxes("joined_on", today())}
    refused = browser.post(agency_page(place, "/edit"), late)
    assert refused.text.count("The day of joining must not be after the day on which the agency left") == 2
    assert membership.joined_on == earlier


def test_the_kinds_of_agency_in_use_are_offered_once_each(place, visitor):
    place.council.kind = place.homes.kind = "housing provider"
    an_agency(a_partnership("Elsewhere"), "Elsewhere’s").kind = "kind of elsewhere"
    for address in ("/partnership/agencies/new", agency_page(place, "/edit")):
        page = visitor(place.admin).get(address).text
        assert page.count('<option value="housing provider">') == 1
        assert "kind of elsewhere" not in page


def test_a_change_to_what_somebody_else_has_changed_meanwhile_shows_both(place, visitor):
    browser = visitor(place.admin)
    form = {"name": "Mereside Homes Ltd", "kind": "housing provider", "email": "", "spoc": "", "version": "2"}
    assert browser.post(agency_page(place, "/edit"), form).status_code == 303
    answer = browser.post(agency_page(place, "/edit"), {**form, "name": "Mereside Group"})
    assert answer.status_code == 409
    assert "Mereside Homes Ltd" in answer.text and 'value="Mereside Group"' in answer.text
    assert db.session.get(Agency, place.homes.id).name == "Mereside Homes Ltd"


def test_the_point_of_contact_is_the_partnerships_own(place, visitor):
    form = {"name": "Mereside Homes", "kind": "housing", "email": "", "spoc": "Head of neighbourhoods", "version": "2"}
    visitor(place.admin).post(agency_page(place, "/edit"), form)
    assert "Head of neighbourhoods" in visitor(place.officer).get("/partnership").text


def test_a_signature_opens_names_from_the_next_request_on(place, visitor):
    db.session.query(Signature).filter_by(agency_id=place.homes.id).delete()
    theirs = visitor(place.officer)
    assert "Quenby" not in theirs.get("/").text
    form = {"document": "ISP v4", "signed_by": "Rhys Morgan, director", **boxes("signed_on", today())}
    assert visitor(place.admin).post(agency_page(place, "/sign"), form).status_code == 303
    assert "Quenby" not in theirs.get("/").text, "they have not countersigned it"
    assert theirs.post("/account/protocol", {"document": "ISP v4", "accepted": "y"}).status_code == 303
    assert "Visit Isolde Quenby" in theirs.get("/").text
    assert "ISP v4" in theirs.get(agency_page(place)).text


def test_when_a_signature_has_run_out_the_next_request_shows_references_alone(place, visitor):
    theirs = visitor(place.officer)
    assert "Visit Isolde Quenby" in theirs.get("/").text
    signature = db.session.query(Signature).filter_by(agency_id=place.homes.id).one()
    signature.expires_on = today() - timedelta(days=1)
    page = theirs.get("/").text
    assert "Quenby" not in page and place.action.ref in page
    assert "ran out on" in page
    assert "Ran out" in theirs.get("/partnership").text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (0, -1, "The last day must not be before the first day"),
        (None, 30, "Enter the day from which it is in force"),
    ],
)
def test_a_signature_that_cannot_be_is_refused(place, visitor, first, last, said):
    form = {"document": "ISP v4", "signed_by": "Rhys Morgan", **boxes("expires_on", today() + timedelta(days=last))}
    if first is not None:
        form |= boxes("signed_on", today())
    answer = visitor(place.admin).post(agency_page(place, "/sign"), form)
    assert answer.status_code == 422
    assert answer.text.count(said) == 2
    assert 'value="Rhys Morgan"' in answer.text


def test_two_signatures_of_one_day_are_one_too_many(place, visitor):
    browser, form = visitor(place.admin), {"document": "v4", "signed_by": "R", **boxes("signed_on", today())}
    assert browser.post(agency_page(place, "/sign"), form).status_code == 303
    assert "recorded already" in browser.post(agency_page(place, "/sign"), form).text


def test_a_signature_can_be_ended_and_not_before_it_began(place, visitor):
    browser = visitor(place.admin)
    signature = db.session.query(Signature).filter_by(agency_id=place.homes.id).one()
    end = agency_page(place, f"/signatures/{signature.id}/end")
    assert browser.post(end, boxes("last_day", signature.signed_on - timedelta(days=1))).status_code == 422
    assert browser.post(end, boxes("last_day", today() - timedelta(days=1))).status_code == 303
    assert "Quenby" not in visitor(place.officer).get("/").text
    theirs = db.session.query(Signature).filter_by(agency_id=place.council.id).one().id
    assert browser.get(agency_page(place, f"/signatures/{theirs}/end")).status_code == 404


def test_an_agency_that_leaves_loses_access_that_day(place, visitor):
    theirs, mine = visitor(place.officer), visitor(place.admin)
    page = mine.get(agency_page(place, "/leave")).text
    assert "1 action" in page and "Quenby" not in page, "its open actions are counted, without a word of them"
    assert mine.post(agency_page(place, "/leave"), {"version": "2", **boxes("left_on", today())}).status_code == 303
    assert theirs.get("/partnership").status_code == 403
    assert theirs.get(f"/actions/{place.action.id}").status_code == 404
    assert "left the partnership" in theirs.get("/").text
    assert mine.post(agency_page(place, "/return")).status_code == 303
    assert theirs.get("/partnership").status_code == 200


def test_until_the_day_on_which_it_leaves_nothing_changes(place, visitor):
    mine, tomorrow = visitor(place.admin), today() + timedelta(days=1)
    assert mine.post(agency_page(place, "/leave"), {"version": "2", **boxes("left_on", tomorrow)}).status_code == 303
    assert visitor(place.officer).get("/partnership").status_code == 200


def test_nobody_locks_themselves_out(place, visitor):
    answer = visitor(place.admin).post(
        f"/partnership/agencies/{place.council.id}/leave", {"version": "2", **boxes("left_on", today())}
    )
    assert answer.status_code == 422 and "your own agency" in answer.text
    assert db.session.query(PartnershipAgency).filter_by(agency_id=place.council.id).one().left_on is None


def test_the_list_takes_the_same_queries_for_many_agencies(place, count_queries):
    from core.partnerships.agencies.queries import agencies_in

    few = count_queries(agencies_in, place.partnership.id, on=today())
    for _ in range(20):
        an_agency(place.partnership)
    assert count_queries(agencies_in, place.partnership.id, on=today()) == few == 2
