"""Groups, their members, areas and terms; providers of pathways and the partnership's word on them."""

from datetime import date

import pytest

from core.extensions import db
from core.facts import AdminRole, GroupKind, GroupRole, ProviderStatus
from core.incidents.models import Incident
from core.partnerships.models import District, Group, GroupMember, Provider
from core.referrals.queries import providers_in
from tests.builders import a_group, a_meeting, a_partnership, a_user, an_agency, today
from tests.support.browser import Browser


@pytest.fixture
def place(app):
    """A partnership with an administrator, a chair, a member, and somebody in no group."""

    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        homes = an_agency(partnership, "Mereside Homes")
        group = a_group(partnership)
        admin = a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        chair = a_user(council, "Cher Chair", group=group, role=GroupRole.CHAIR)
        member = a_user(homes, "Mo Member", group=group)
        newcomer = a_user(homes, "Nell Newcomer")
        agency_admin = a_user(homes, "Amir Admin", admin=AdminRole.AGENCY_ADMIN, partnership=partnership)

    return Place()


def group_page(place, rest=""):
    return f"/partnership/groups/{place.group.id}{rest}"


def seat(place, user):
    return db.session.query(GroupMember).filter_by(group_id=place.group.id, user_id=user.id).one()


def test_a_group_is_set_up_and_its_key_is_its_own(place, visitor):
    browser = visitor(place.admin)
    form = {"name": "Town Centre JAG", "kind": "JAG", "key": "jag-town", "length_minutes": "90"}
    assert browser.post("/partnership/groups/new", form).status_code == 303
    made = db.session.query(Group).filter_by(key="jag-town").one()
    assert (made.kind, made.length_minutes) == (GroupKind.JAG, 90)
    again = browser.post("/partnership/groups/new", {**form, "name": "Another JAG"})
    assert again.status_code == 422 and again.text.count("with this short name already") == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "secret society"}, "Choose the kind of group"),
        ({"kind": ""}, "Choose the kind of group"),
        ({"length_minutes": "two hours"}, "whole number of minutes between 15 and 600"),
        ({"length_minutes": "٣٠"}, "whole number of minutes between 15 and 600"),
        ({"length_minutes": "10"}, "between 15 and 600"),
        ({"name": ""}, "Enter the group’s name"),
        ({"venue": "x" * 50_000}, "Venue must be 200 characters or fewer"),
    ],
)
def test_a_bad_group_is_refused_in_words(place, visitor, changed, said):
    form = {"name": "Town JAG", "kind": "JAG", "key": "jag-town", "length_minutes": "90"}
    answer = visitor(place.admin).post("/partnership/groups/new", {**form, **changed})
    assert answer.status_code == 422
    assert said in answer.text


def test_a_chair_takes_somebody_in_and_they_are_in_at_once(place, visitor):
    theirs = visitor(place.newcomer)
    assert "You are not in any group" in theirs.get("/").text
    answer = visitor(place.chair).post(
        group_page(place, "/members/new"), {"user_id": place.newcomer.id, "role": "coordinator"}
    )
    assert answer.status_code == 303
    assert "You are coordinator" in theirs.get("/partnership/groups").text


def test_a_group_has_one_chair_and_several_deputies(place, visitor):
    browser = visitor(place.admin)
    second = browser.post(group_page(place, "/members/new"), {"user_id": place.newcomer.id, "role": "chair"})
    assert second.status_code == 422 and "Cher Chair is the chair" in second.text
    form = {"user_id": place.newcomer.id, "role": "deputy chair"}
    assert browser.post(group_page(place, "/members/new"), form).status_code == 303
    member = group_page(place, f"/members/{seat(place, place.member).id}")
    assert browser.post(member, {"role": "deputy chair"}).status_code == 303
    assert browser.post(member, {"role": "chair"}).status_code == 422
    assert seat(place, place.member).role is GroupRole.DEPUTY_CHAIR


def test_somebody_who_is_taken_out_is_out_at_once_and_can_come_back(place, visitor):
    theirs, browser = visitor(place.member), visitor(place.chair)
    meeting = a_meeting(place.group)
    assert theirs.get(f"/meetings/{meeting.id}").status_code == 200
    member = group_page(place, f"/members/{seat(place, place.member).id}")
    assert browser.post(f"{member}/end").status_code == 303
    assert theirs.get(f"/meetings/{meeting.id}").status_code == 404
    assert browser.get(member).status_code == 404
    form = {"user_id": place.member.id, "role": "observer"}
    assert browser.post(group_page(place, "/members/new"), form).status_code == 303
    assert theirs.get(f"/meetings/{meeting.id}").status_code == 200


def test_nobody_of_another_partnership_a_left_agency_or_a_retired_account_joins(place, visitor):
    elsewhere = a_user(an_agency(a_partnership("Southmere")))
    left = a_user(an_agency(place.partnership, left_on=date(2026, 1, 1)))
    retired = a_user(place.homes)
    retired.retired_at = retired.created_at
    browser = visitor(place.admin)
    for user in (elsewhere, left, retired):
        form = {"user_id": user.id, "role": "member"}
        assert browser.post(group_page(place, "/members/new"), form).status_code == 422
    assert db.session.query(GroupMember).count() == 2


def test_a_member_may_not_change_the_group_nor_a_member_of_another_through_it(place, visitor):
    other = a_group(place.partnership, "South CST")
    theirs = a_user(place.council, group=other)
    strange = db.session.query(GroupMember).filter_by(user_id=theirs.id).one().id
    assert visitor(place.member).post(group_page(place, "/edit"), {"name": "Mine"}).status_code == 403
    assert visitor(place.chair).post(group_page(place, f"/members/{strange}"), {"role": "chair"}).status_code == 404
    assert visitor(place.chair).post(f"/partnership/groups/{other.id}/edit", {"name": "Mine"}).status_code == 403
    assert visitor(place.chair).post(group_page(place, "/close")).status_code == 403


def test_an_area_is_a_district_of_the_partnership_or_drawn_from_codes_of_the_register(place, visitor):
    here, there = (
        District(partnership_id=partnership.id, code="1", name=name, geometry={})
        for partnership, name in ((place.partnership, "Riverside"), (a_partnership("Southmere"), "Far"))
    )
    db.session.add_all([here, there])
    db.session.add(
        Incident(
            partnership_id=place.partnership.id,
            month=date(2026, 1, 1),
            longitude=-2.2,
            latitude=53.7,
            street="Mill Lane",
            lsoa_code="E01025253",
            fingerprint="f",
        )
    )
    db.session.flush()
    browser, area = visitor(place.chair), group_page(place, "/area")
    form = {"source": "district", "district_id": here.id, "version": "1"}
    assert browser.post(area, {**form, "district_id": there.id}).status_code == 422
    assert browser.post(area, form).status_code == 303
    assert "Riverside, a district" in browser.get(group_page(place)).text
    drawn = {"source": "lsoas", "area_name": "The mills", "codes": "e01025253, E01099999", "version": "2"}
    unknown = browser.post(area, drawn)
    assert unknown.status_code == 422 and "no incident in E01099999" in unknown.text and "The mills" in unknown.text
    assert "is not an LSOA code" in browser.post(area, {**drawn, "codes": "Mill Lane"}).text
    assert browser.post(area, {**drawn, "codes": "e01025253"}).status_code == 303
    assert "drawn up from 1 LSOA" in browser.get(group_page(place)).text
    assert browser.post(area, {**form, "version": "2"}).status_code == 409


def test_terms_say_whose_they_are_and_must_fit_together(place, visitor):
    browser = visitor(place.admin)
    assert browser.post("/partnership/terms/edit", {"version": "1", "nomination_cut_off": "11"}).status_code == 303
    assert browser.post(group_page(place, "/terms"), {"version": "1", "agenda_out": "6"}).status_code == 303
    page = browser.get(group_page(place)).text
    assert "11 working days" in page and "the partnership’s setting" in page
    assert "6 working days" in page and "this group’s own terms" in page
    late = browser.post("/partnership/terms/edit", {"version": "2", "nomination_cut_off": "5", "agenda_out": "5"})
    assert late.status_code == 422 and "terms of its own that no longer fit" in late.text
    wrong = browser.post(
        group_page(place, "/terms"), {"version": "2", "quorum_percent": "101", "research_return": "soon"}
    )
    assert wrong.status_code == 422
    assert "between 1 and 100 per cent" in wrong.text and 'value="soon"' in wrong.text
    assert browser.post("/partnership/terms/edit", {"version": "1", "escalation": "9"}).status_code == 409


def test_a_group_with_meetings_to_come_stays_open(place, visitor):
    browser = visitor(place.admin)
    meeting = a_meeting(place.group)
    assert "cannot be closed yet" in browser.get(group_page(place, "/close")).text
    assert browser.post(group_page(place, "/close")).status_code == 409
    db.session.delete(meeting)
    assert browser.post(group_page(place, "/close")).status_code == 303
    assert "You are not in any group" in visitor(place.member).get("/").text
    assert browser.post(group_page(place, "/reopen")).status_code == 303
    assert "You are not in any group" not in visitor(place.member).get("/").text


REGISTRATION = {"pathway": "errand", "capacity": "12", "contact": "Duty worker, 01632 960110", "area": ""}


@pytest.fixture
def opened(errands_app):
    """`opened(user)` is that person’s browser, where errands can be registered."""

    def open_browser(user):
        db.session.commit()
        return Browser(errands_app, user)

    return open_browser


def registered(place, opened):
    answer = opened(place.agency_admin).post("/partnership/providers/new", REGISTRATION)
    assert answer.status_code == 303
    return db.session.query(Provider).one(), answer.location


def test_an_agency_registers_and_the_partnership_approves(place, opened):
    provider, page = registered(place, opened)
    assert provider.status is ProviderStatus.REGISTERED
    assert opened(place.agency_admin).post(f"{page}/approve", {"version": "1"}).status_code == 403
    assert opened(place.admin).post(f"{page}/approve", {"version": "1"}).status_code == 303
    assert db.session.query(Provider).one().status is ProviderStatus.APPROVED


def test_only_an_agencys_own_administrator_registers_it_and_only_once(place, opened):
    for user in (place.admin, place.chair, place.member):
        assert opened(user).post("/partnership/providers/new", REGISTRATION).status_code == 403
    registered(place, opened)
    again = opened(place.agency_admin).post("/partnership/providers/new", REGISTRATION)
    assert again.status_code == 422
    assert db.session.query(Provider).count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"capacity": "0"}, "between 1 and 1,000"),
        ({"capacity": "a dozen"}, "between 1 and 1,000"),
        ({"contact": ""}, "Enter how to reach the scheme"),
        ({"pathway": "no-such-pathway"}, "Choose from the list"),
    ],
)
def test_a_bad_registration_is_refused_in_words(place, opened, changed, said):
    answer = opened(place.agency_admin).post("/partnership/providers/new", {**REGISTRATION, **changed})
    assert answer.status_code == 422 and said in answer.text


def test_a_declined_registration_says_why_and_can_ask_again(place, opened):
    _, page = registered(place, opened)
    mine, theirs = opened(place.admin), opened(place.agency_admin)
    assert mine.post(f"{page}/decline", {"version": "1", "reason": ""}).status_code == 422
    assert mine.post(f"{page}/decline", {"version": "1", "reason": "No checks on runners yet."}).status_code == 303
    assert "No checks on runners yet." in theirs.get(page).text
    changed = {"capacity": "6", "contact": "Office", "version": "2"}
    assert theirs.post(f"{page}/edit", changed).status_code == 303
    assert db.session.query(Provider).one().status is ProviderStatus.REGISTERED
    assert theirs.post(f"{page}/edit", changed).status_code == 409


def test_an_agency_without_a_signature_is_not_approved(place, opened):
    unsigned = an_agency(place.partnership, "Mere Valley Buses", signed_on=None)
    theirs = opened(a_user(unsigned, admin=AdminRole.AGENCY_ADMIN, partnership=place.partnership))
    page = theirs.post("/partnership/providers/new", REGISTRATION).location
    answer = opened(place.admin).post(f"{page}/approve", {"version": "1"})
    assert answer.status_code == 409 and "is not a signatory" in answer.text


def test_a_suspended_provider_gets_nobody_new_until_it_is_approved_again(place, opened, errands_app):
    def taking():
        with errands_app.app_context():
            return [row.agency_id for row in providers_in(place.partnership.id, on=today())]

    _, page = registered(place, opened)
    browser = opened(place.admin)
    browser.post(f"{page}/approve", {"version": "1"})
    assert taking() == [place.homes.id]
    assert browser.post(f"{page}/suspend", {"version": "2", "reason": "Inspection."}).status_code == 303
    assert not taking()
    assert browser.post(f"{page}/suspend", {"version": "3", "reason": "Again."}).status_code == 409
    assert browser.post(f"{page}/approve", {"version": "3"}).status_code == 303
    assert taking()
