"""Who may make, change, invite and retire which account."""

import json
import re

import pytest

from core.accounts.models import AdminRoleGrant, Invitation, User, UserSession
from core.accounts.operations import sign_in
from core.audit.models import AuditRecord
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.models import PartnershipAgency
from core.web.models import StoredAnswer
from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency, today

NEW = "harbour-violin-maple-17"


@pytest.fixture
def place(app):
    """Two agencies of a partnership, each with its administrator and an officer; and one partnership beside it."""

    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        homes = an_agency(partnership, "Mereside Homes")
        admin = a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        council_admin = a_user(council, "Cora Council", admin=AdminRole.AGENCY_ADMIN, partnership=partnership)
        homes_admin = a_user(homes, "Amir Homes", admin=AdminRole.AGENCY_ADMIN, partnership=partnership)
        officer = a_user(council, "Olu Officer", group=a_group(partnership), password=PASSWORD)
        elsewhere = a_partnership("Southmere")
        far = an_agency(elsewhere, "Far Council")
        far_admin = a_user(far, "Faye Far", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=elsewhere)

    return Place()


def account(user, rest=""):
    return f"/admin/accounts/{user.id}{rest}"


DEEDS = ("", "/edit", "/invitation"), ("/edit", "/invite", "/retire", "/bring-back")


def answers(browser, user):
    """The status of every page and deed on an account."""
    pages, deeds = DEEDS
    return {browser.get(account(user, rest)).status_code for rest in pages} | {
        browser.post(account(user, rest), {"name": "Changed", "agency_id": user.agency_id}).status_code
        for rest in deeds
    }


def test_an_agencys_administrator_cannot_touch_another_agencys_people(place, visitor):
    assert answers(visitor(place.homes_admin), place.officer) == {403}
    assert db.session.get(User, place.officer.id).name == "Olu Officer"
    assert "Olu Officer" not in visitor(place.homes_admin).get("/admin/accounts?agency=").text


def test_another_partnerships_administrator_does_not_even_find_them(place, visitor):
    browser = visitor(place.far_admin)
    assert answers(browser, place.officer) == {404}
    assert "Olu Officer" not in browser.get(f"/admin/accounts?agency={place.council.id}").text


def test_a_member_manages_nobody_not_even_themselves(place, visitor):
    assert answers(visitor(place.officer), place.officer) == {403}


def test_nobody_manages_an_account_that_holds_more_than_they_could_grant(place, visitor):
    """An invitation lets whoever has it into the account: it must not be a way up."""
    assert answers(visitor(place.council_admin), place.admin) == {403}
    both = a_user(place.council, admin=AdminRole.AGENCY_ADMIN, partnership=place.elsewhere)
    assert answers(visitor(place.admin), both) == {403}
    assert "outside this partnership" in visitor(place.admin).get(account(both)).text


def test_who_runs_one_partnership_lets_nobody_into_another_through_an_agency_of_both(place, visitor):
    """A county's police, say: any account of theirs opens the cases of both."""
    police = an_agency(place.partnership, "Constabulary")
    db.session.add(PartnershipAgency(partnership_id=place.elsewhere.id, agency_id=police.id, joined_on=today()))
    own_admin = a_user(police, admin=AdminRole.AGENCY_ADMIN, partnership=place.partnership)
    constable = a_user(police, "Con Stable", group=a_group(place.elsewhere))
    assert answers(visitor(place.admin), constable) == {403}
    new = form(agency_id=police.id)
    refused = visitor(place.admin).post("/admin/accounts/new", new)
    assert refused.status_code == 422
    assert "belongs to another partnership as well" in refused.text
    moved = {"name": "Olu Officer", "agency_id": police.id, "version": "1"}
    assert visitor(place.admin).post(account(place.officer, "/edit"), moved).status_code == 422
    assert visitor(own_admin).post(account(constable, "/invite")).status_code == 303
    assert visitor(own_admin).post("/admin/accounts/new", new).status_code == 303


def form(**changed):
    return {"name": "Nell Newcomer", "email": "nell@homes.example", **changed}


def test_an_account_is_made_invited_and_used(place, visitor):
    mine = visitor(place.admin)
    made = mine.post("/admin/accounts/new", form(agency_id=place.homes.id))
    assert made.status_code == 303
    page = mine.post(f"{made.location}/invite", follow_redirects=True).text
    link = re.search(r"/invitations/[\w-]+", page)[0]
    assert link not in mine.get(f"{made.location}/invitation").text, "it is shown once"
    stranger = visitor()
    assert stranger.post(link, {"password": NEW, "again": NEW}).status_code == 303
    assert stranger.post("/sign-in", {"email": "nell@homes.example", "password": NEW}).status_code == 303


def test_an_agencys_administrator_is_never_shown_the_link_it_is_mailed(place, visitor):
    mine = visitor(place.homes_admin)
    made = mine.post("/admin/accounts/new", form(agency_id=place.homes.id))
    sent = mine.post(f"{made.location}/invite", follow_redirects=True)
    page = sent.text + mine.get(f"{made.location}/invitation").text + mine.get(made.location).text
    assert "was mailed to <strong>nell@homes.example</strong>" in page
    assert "/invitations/" not in page
    mail = db.session.query(Mail).one()
    assert mail.to_address == "nell@homes.example"
    link = re.search(r"/invitations/[\w-]+", mail.body)[0]
    kept = {each.action: json.loads(each.body) for each in db.session.query(AuditRecord)}
    assert kept["account.mail_invitation"]["recipient"] == f"u_{mail.user_id}"
    assert "account.show_invitation" not in kept
    stranger = visitor()
    assert stranger.post(link, {"password": NEW, "again": NEW}).status_code == 303
    assert stranger.post("/sign-in", {"email": "nell@homes.example", "password": NEW}).status_code == 303


def test_an_agencys_administrator_does_not_take_over_an_account_that_is_in_use(place, visitor):
    """A chair of the own agency, say: the link would be a way into every case of the group."""
    chair = a_user(place.council, "Cy Chair", group=a_group(place.partnership), role=GroupRole.CHAIR, password=PASSWORD)
    mine = visitor(place.council_admin)
    assert "Only a partnership administrator may invite them again" in mine.get(account(chair)).text
    refused = mine.post(account(chair, "/invite"))
    assert refused.status_code == 403
    assert "Only a partnership administrator may invite them again" in refused.text
    assert db.session.query(Invitation).count() == 0
    page = visitor(place.admin).post(account(chair, "/invite"), follow_redirects=True).text
    assert "/invitations/" in page
    kept = [each.action for each in db.session.query(AuditRecord).order_by(AuditRecord.seq)]
    assert kept[-2:] == ["account.invite", "account.show_invitation"]


def test_an_invitations_link_is_kept_nowhere(place, visitor):
    mine = visitor(place.admin)
    page = mine.post(account(place.officer, "/invite"), follow_redirects=True).text
    token = re.search(r"/invitations/([\w-]+)", page)[1]
    for answer in db.session.query(StoredAnswer):
        assert token not in answer.location and token.encode() not in answer.body
    assert db.session.query(AuditRecord).filter_by(action="account.invite").count() == 1
    assert all(token not in row.body for row in db.session.query(AuditRecord))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": "OLU@agency.example"}, "There is an account with the address"),
        ({"email": "nobody"}, "Enter an e-mail address in the correct format"),
        ({"email": ""}, "Enter the e-mail address"),
        ({"name": ""}, "Enter the full name"),
        ({"name": "x" * 50_000}, "Full name must be 200 characters or fewer"),
        ({"agency_id": ""}, "Choose an agency"),
        ({"agency_id": "999999"}, "Choose from the list"),
        ({"agency_id": "one"}, "Choose an agency"),
        ({"roles": "platform administrator"}, "Choose from the list"),
        ({"roles": "emperor"}, "Choose roles from the list"),
    ],
)
def test_a_bad_account_is_refused_in_words_and_keeps_what_was_typed(place, visitor, changed, said):
    place.officer.email = "olu@agency.example"
    before = db.session.query(User).count()
    answer = visitor(place.admin).post("/admin/accounts/new", {**form(agency_id=place.homes.id), **changed})
    assert answer.status_code == 422
    assert said in answer.text
    assert ("nell@homes.example" if "email" not in changed else "Nell Newcomer") in answer.text
    assert db.session.query(User).count() == before


def test_an_agencys_administrator_makes_no_account_elsewhere_and_grants_no_role_of_the_partnership(place, visitor):
    browser = visitor(place.homes_admin)
    assert browser.post("/admin/accounts/new", form(agency_id=place.council.id)).status_code == 422
    for role in ("partnership administrator", "auditor", "platform administrator"):
        assert browser.post("/admin/accounts/new", form(agency_id=place.homes.id, roles=role)).status_code == 422
    assert (
        browser.post("/admin/accounts/new", form(agency_id=place.homes.id, roles="agency administrator")).status_code
        == 303
    )


def test_a_role_that_is_given_or_taken_ends_the_session_and_counts_from_the_next(place, visitor):
    theirs, mine = visitor(place.officer), visitor(place.admin)
    change = {"name": "Olu Officer", "agency_id": place.council.id, "version": "1"}
    assert theirs.get("/admin/trail").status_code == 403
    assert mine.post(account(place.officer, "/edit"), {**change, "roles": "auditor"}).status_code == 303
    assert theirs.get("/admin/trail").status_code == 302
    theirs = visitor(place.officer)
    assert theirs.get("/admin/trail").status_code == 200
    version = str(db.session.get(User, place.officer.id).version)
    assert mine.post(account(place.officer, "/edit"), {**change, "version": version}).status_code == 303
    assert theirs.get("/admin/trail").status_code == 302
    theirs = visitor(place.officer)
    assert theirs.get("/admin/trail").status_code == 403
    version = str(db.session.get(User, place.officer.id).version)
    assert mine.post(account(place.officer, "/edit"), {**change, "name": "O", "version": version}).status_code == 303
    assert theirs.get("/").status_code == 200, "another name ends nothing"


def test_roles_in_another_partnership_are_left_alone(place, visitor):
    police = an_agency(place.partnership, "Constabulary")
    person = a_user(police)
    db.session.add(
        AdminRoleGrant(
            user_id=person.id, partnership_id=place.partnership.id, role=AdminRole.AUDITOR, granted_at=utc_now()
        )
    )
    db.session.flush()
    visitor(place.admin).post(account(person, "/edit"), {"name": "P", "agency_id": police.id, "version": "1"})
    assert db.session.query(AdminRoleGrant).filter_by(user_id=person.id).count() == 0
    assert db.session.query(AdminRoleGrant).filter_by(user_id=place.far_admin.id).count() == 1


def test_nobody_takes_their_own_last_key_or_retires_themselves(place, visitor):
    browser = visitor(place.admin)
    change = {"name": "Ada Admin", "agency_id": place.council.id, "version": "1"}
    answer = browser.post(account(place.admin, "/edit"), change)
    assert answer.status_code == 422 and "You cannot take this role from yourself" in answer.text
    assert browser.post(account(place.admin, "/retire")).status_code == 409
    assert browser.get("/admin/accounts").status_code == 200


def test_two_administrators_at_once_see_each_others_change(place, visitor):
    browser, change = visitor(place.admin), {"agency_id": place.council.id, "version": "1"}
    assert browser.post(account(place.officer, "/edit"), {**change, "name": "Olu Okoro"}).status_code == 303
    answer = browser.post(account(place.officer, "/edit"), {**change, "name": "Olu Smith"})
    assert answer.status_code == 409
    assert "Olu Okoro" in answer.text and 'value="Olu Smith"' in answer.text


def test_a_retired_account_is_not_invited_until_it_is_back(place, visitor):
    browser = visitor(place.admin)
    sign_in(place.officer.id, now=utc_now())
    browser.post(account(place.officer, "/retire"))
    assert all(row.ended_at for row in db.session.query(UserSession).filter_by(user_id=place.officer.id))
    assert browser.post(account(place.officer, "/invite")).status_code == 409
    browser.post(account(place.officer, "/bring-back"))
    assert browser.post(account(place.officer, "/invite")).status_code == 303


def test_the_list_filters_by_agency_state_and_name(place, visitor):
    browser = visitor(place.admin)
    assert "Olu Officer" in browser.get(f"/admin/accounts?agency={place.council.id}&state=in+use&q=olu").text
    for address in (f"?agency={place.homes.id}", "?state=retired", "?q=nobody", "?state=no+password+yet"):
        assert "Olu Officer" not in browser.get(f"/admin/accounts{address}").text, address
    assert "Faye Far" not in browser.get("/admin/accounts").text
    for address in ("?agency=x&state=y", "?after=x&name=", "?after=99999999999&name=a", "?agency=" + "9" * 40):
        assert browser.get(f"/admin/accounts{address}").status_code == 200, address


def test_the_pages_of_a_long_list_hold_everybody_once(place, visitor):
    for number in range(120):
        a_user(place.homes, f"Person {number % 7}")
    browser, seen, address = visitor(place.admin), [], "/admin/accounts"
    while address:
        page = browser.get(address).text
        seen += re.findall(r'href="/admin/accounts/(\d+)"', page)
        following = re.search(r'href="([^"]*after=[^"]*)"', page)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 124


def test_an_agency_that_left_is_offered_for_no_account_but_those_that_it_has(place, visitor):
    membership = db.session.query(PartnershipAgency).filter_by(agency_id=place.homes.id).one()
    membership.left_on = today()
    mine, option = visitor(place.admin), f'<option value="{place.homes.id}"'
    assert option not in mine.get("/admin/accounts/new").text
    assert mine.post("/admin/accounts/new", form(agency_id=place.homes.id)).status_code == 422
    assert option in mine.get(account(place.homes_admin, "/edit")).text
