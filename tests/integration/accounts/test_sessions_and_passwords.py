"""What ends a session, what begins one, and what a password or an invitation is good for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine

from core.accounts import operations
from core.accounts.administration import bring_back_account, retire_account
from core.accounts.models import Invitation, SignInAttempt, User, UserSession
from core.accounts.operations import TRIES, TRIES_AT_ADDRESS, TRIES_FROM_NETWORK, invite
from core.audit.models import AuditRecord
from core.clock import utc_now
from core.extensions import db
from core.facts import SYSTEM, AdminRole
from core.web.requests import network_of_client
from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency

NEW = "harbour-violin-maple-17"


@pytest.fixture
def place(app):
    """A partnership with an agency, a group and somebody who can sign in."""

    class Place:
        partnership = a_partnership()
        agency = an_agency(partnership, "Borough Council")
        group = a_group(partnership)
        user = a_user(agency, "Mo Member", group=group, password=PASSWORD)

    return Place()


def sign_in(browser, email, password=PASSWORD, where="/sign-in"):
    return browser.post(where, {"email": email, "password": password})


def cookie_of(browser):
    cookie = browser.client.get_cookie("roundtable")
    return cookie.value if cookie is not None else None


def test_signing_in_gives_a_new_cookie_whatever_came_with_the_request(place, visitor):
    browser = visitor()
    browser.client.set_cookie("roundtable", "a-value-that-an-attacker-planted")
    assert sign_in(browser, place.user.email).status_code == 303
    assert cookie_of(browser) not in (None, "a-value-that-an-attacker-planted")
    planted = visitor()
    planted.client.set_cookie("roundtable", "a-value-that-an-attacker-planted")
    assert planted.get("/").status_code == 302


def test_each_sign_in_is_a_session_of_its_own(place, visitor):
    one, two = visitor(), visitor()
    sign_in(one, place.user.email)
    sign_in(two, place.user.email)
    assert cookie_of(one) != cookie_of(two)
    fresh = two.csrf()
    two._csrf = None
    assert two.csrf() != fresh, "the token against forged requests is new with the session"
    assert two.post("/sign-out").status_code == 303
    assert one.get("/account").status_code == 200


def test_the_cookie_is_kept_from_scripts_and_the_table_keeps_no_token(place, visitor):
    browser = visitor()
    answer = sign_in(browser, place.user.email)
    header = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("roundtable="))
    assert "HttpOnly" in header and "SameSite=Lax" in header
    assert all(cookie_of(browser) not in row.token_hash for row in db.session.query(UserSession))


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "/%0d%0aLocation:https://evil.example",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
    ],
)
def test_nobody_is_led_to_another_site_after_signing_in(place, visitor, target):
    browser = visitor()
    answer = browser.post("/sign-in", {"email": place.user.email, "password": PASSWORD}, query_string={"next": target})
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith("/") and not location.startswith(("//", "/\\", "/\t", "/\n"))


def test_after_signing_in_one_is_where_one_wanted_to_go(place, visitor):
    browser = visitor()
    wanted = browser.get("/partnership/groups?x=1").location
    assert wanted == "/sign-in?next=/partnership/groups?x%3D1"
    answer = browser.post("/sign-in?next=/partnership/groups", {"email": place.user.email, "password": PASSWORD})
    assert answer.location == "/partnership/groups"


def test_too_many_tries_on_an_address_lock_it_even_for_the_right_password(place, visitor):
    browser = visitor()
    for _ in range(TRIES):
        assert "is not right" in sign_in(browser, place.user.email, "wrong").text
    assert "Too many tries" in sign_in(browser, place.user.email).text
    assert cookie_of(browser) is None


def test_of_many_guesses_at_one_moment_no_more_are_looked_at_than_of_as_many_in_turn(place, visitor, monkeypatch):
    looked_at = []
    monkeypatch.setattr(operations, "matches", lambda password, _stored: bool(looked_at.append(password)))
    guessers, together = [visitor() for _ in range(3 * TRIES)], Barrier(3 * TRIES)
    forms = [
        {"email": place.user.email, "password": f"guess {n}", "csrf_token": guesser.csrf()}
        for n, guesser in enumerate(guessers)
    ]

    def guess(guesser, form):
        together.wait(30)
        return guesser.client.post("/sign-in", data=form).status_code

    with ThreadPoolExecutor(len(guessers)) as pool:
        assert set(pool.map(guess, guessers, forms)) == {422}
    assert len(looked_at) == TRIES


def test_an_unknown_address_is_locked_like_any_other(place, visitor):
    browser = visitor()
    for _ in range(TRIES):
        sign_in(browser, "nobody@agency.example", "wrong")
    assert "Too many tries" in sign_in(browser, "nobody@agency.example", "wrong").text


def test_a_locked_address_locks_nobody_else_out(place, visitor):
    other = a_user(place.agency, password=PASSWORD)
    browser = visitor()
    for _ in range(TRIES):
        sign_in(browser, place.user.email, "wrong")
    assert sign_in(browser, other.email).status_code == 303


def from_elsewhere(browser, number):
    """The same browser, from a network of its own."""
    browser.client.environ_base["REMOTE_ADDR"] = f"198.51.{number}.7"
    return browser


def test_bad_tries_from_elsewhere_do_not_lock_the_owner_out(place, visitor):
    stranger = from_elsewhere(visitor(), 1)
    for _ in range(TRIES + 2):
        sign_in(stranger, place.user.email, "wrong")
    assert "Too many tries" in sign_in(stranger, place.user.email).text
    assert sign_in(from_elsewhere(visitor(), 2), place.user.email).status_code == 303
    again = sign_in(stranger, place.user.email).text
    assert "Too many tries" in again, "the owner's signing in gives the stranger no new tries"


def test_an_address_tried_from_many_networks_is_locked_all_the_same(place, visitor):
    evaluated = 0
    for number in range(8):
        browser = from_elsewhere(visitor(), number)
        evaluated += sum("is not right" in sign_in(browser, place.user.email, "wrong").text for _ in range(TRIES))
    assert evaluated == TRIES_AT_ADDRESS
    assert "Too many tries" in sign_in(from_elsewhere(visitor(), 99), place.user.email).text


def test_one_network_does_not_try_a_password_on_everybody(place, visitor):
    sprayer = from_elsewhere(visitor(), 1)
    answers = [
        sign_in(sprayer, f"nobody.{number}@agency.example", "Password-2026").text
        for number in range(TRIES_FROM_NETWORK + 5)
    ]
    assert sum("is not right" in answer for answer in answers) == TRIES_FROM_NETWORK
    assert "Too many tries" in answers[-1]
    assert sign_in(from_elsewhere(visitor(), 2), place.user.email).status_code == 303


def test_behind_a_proxy_the_network_is_the_clients_and_not_its_own_word(app, place, visitor):
    """What the proxy adds stands last; what stands before it, the client has made up."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = before.at("https://roundtable.example")
    try:
        seen = []
        for said in ("203.0.113.9", "192.0.2.1, 203.0.113.77"):
            with app.test_request_context(headers={"X-Forwarded-For": said}, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
                seen.append(network_of_client())
        assert seen == ["203.0.113.0/24"] * 2
        direct = {"REMOTE_ADDR": "198.51.100.4"}
        with app.test_request_context(headers={"X-Forwarded-For": "203.0.113.9"}, environ_base=direct):
            assert network_of_client() == "198.51.100.0/24", "nobody but a proxy on this machine is believed"
    finally:
        app.config["ROUNDTABLE"] = before


def test_a_change_of_password_ends_every_other_session_and_not_this_one(place, visitor):
    here, elsewhere = visitor(place.user), visitor(place.user)
    answer = here.post("/account/password", {"current": PASSWORD, "password": NEW, "again": NEW})
    assert answer.status_code == 303
    assert here.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302
    assert sign_in(visitor(), place.user.email).status_code == 422
    assert sign_in(visitor(), place.user.email, NEW).status_code == 303


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"current": "wrong", "password": NEW, "again": NEW}, "current password is not right"),
        ({"current": PASSWORD, "password": NEW, "again": NEW + "x"}, "not the same"),
        ({"current": PASSWORD, "password": "short", "again": "short"}, "12 characters"),
        ({"current": PASSWORD, "password": "password1234", "again": "password1234"}, "harder to guess"),
        ({"current": "", "password": "", "again": ""}, "Enter a new password"),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_the_old_one_stays(place, visitor, fields, said):
    answer = visitor(place.user).post("/account/password", fields)
    assert answer.status_code == 422
    assert said in answer.text
    assert sign_in(visitor(), place.user.email).status_code == 303


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"current": "wrong", "password": NEW, "again": NEW}, "current"),
        ({"current": PASSWORD, "password": "password1234", "again": "password1234"}, "password"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_said_beside_its_field(place, visitor, fields, field):
    answer = visitor(place.user).post("/account/password", fields)
    assert f'href="#{field}"' in answer.text


def test_on_a_borrowed_session_the_password_is_not_guessed_at_the_page_that_changes_it(place, visitor):
    borrowed = visitor(place.user)
    page = "/account/password"
    told = [
        borrowed.post(page, {"current": f"guess {n}", "password": "password1234", "again": "password1234"}).text
        for n in range(TRIES)
    ]
    assert all("current password is not right" in text for text in told)
    kept = db.session.query(AuditRecord).filter_by(action="two_step.use_code", outcome="deny")
    assert kept.count() == TRIES
    right = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert "Too many tries" in borrowed.post(page, right).text
    assert sign_in(visitor(), place.user.email).status_code == 303, "the old password stays, and lets its owner in"
    later = {**right, "idempotency_key": "7f9c1d0e-6f63-4d0a-9b0a-0d2f6f1c7a12"}
    with time_machine.travel(utc_now() + timedelta(minutes=16), tick=True):
        for _ in range(2):
            assert borrowed.post(page, later).status_code == 303, "the same write again is no guess"
    assert kept.count() == TRIES
    assert db.session.query(SignInAttempt).count() == 0, "whoever knew it has their tries back"


def an_invitation(user):
    token = invite(SYSTEM, user, now=utc_now())
    db.session.commit()
    return f"/invitations/{token}"


def test_an_invitation_sets_a_password_once(place, visitor):
    newcomer = a_user(place.agency, "Nell Newcomer")
    link = an_invitation(newcomer)
    stranger = visitor()
    assert "Nell Newcomer" in stranger.get(link).text or stranger.get(link).status_code == 200
    assert stranger.post(link, {"password": NEW, "again": NEW}).status_code == 303
    assert sign_in(stranger, newcomer.email, NEW).status_code == 303
    second = visitor().post(link, {"password": "other-maple-violin-23", "again": "other-maple-violin-23"})
    assert second.status_code == 422
    assert sign_in(visitor(), newcomer.email, NEW).status_code == 303


def test_an_invitation_runs_out(place, visitor):
    newcomer = a_user(place.agency)
    link = an_invitation(newcomer)
    db.session.query(Invitation).one().expires_at = utc_now() - timedelta(seconds=1)
    db.session.commit()
    assert visitor().post(link, {"password": NEW, "again": NEW}).status_code == 422
    assert db.session.get(User, newcomer.id).password_hash is None


def test_a_used_a_lapsed_and_an_invented_invitation_read_the_same(place, visitor):
    used = an_invitation(a_user(place.agency))
    visitor().post(used, {"password": NEW, "again": NEW})
    lapsed = an_invitation(a_user(place.agency))
    db.session.query(Invitation).filter(Invitation.used_at.is_(None)).one().expires_at = utc_now()
    pages = {without_keys(visitor().get(link).text) for link in (used, lapsed, "/invitations/never-was-one")}
    assert len(pages) == 1


def without_keys(page):
    """A page without what is new on each: the token against forged requests and the write's key."""
    return "\n".join(line for line in page.splitlines() if 'type="hidden"' not in line)


def test_a_new_invitation_makes_the_one_before_worthless(place, visitor):
    newcomer = a_user(place.agency)
    first, _ = an_invitation(newcomer), an_invitation(newcomer)
    assert visitor().post(first, {"password": NEW, "again": NEW}).status_code == 422


@pytest.mark.parametrize("by", ["a change of password", "retiring the account"])
def test_an_invitation_is_worth_nothing_after(place, visitor, by):
    token = invite(SYSTEM, place.user, now=utc_now())
    if by == "a change of password":
        changed = {"current": PASSWORD, "password": NEW, "again": NEW}
        assert visitor(place.user).post("/account/password", changed).status_code == 303
    else:
        retire_account(SYSTEM, place.user, now=utc_now())
        bring_back_account(SYSTEM, place.user)
    other = f"{NEW}-stolen"
    assert visitor().post(f"/invitations/{token}", {"password": other, "again": other}).status_code == 422


def test_a_retired_account_is_signed_out_at_once_and_cannot_sign_in(place, visitor):
    admin = a_user(place.agency, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=place.partnership)
    theirs, mine = visitor(place.user), visitor(admin)
    assert theirs.get("/").status_code == 200
    assert mine.post(f"/admin/accounts/{place.user.id}/retire").status_code == 303
    assert theirs.get("/").status_code == 302
    assert theirs.post("/sign-out").status_code == 401
    assert sign_in(visitor(), place.user.email).status_code == 422
    mine.post(f"/admin/accounts/{place.user.id}/bring-back")
    assert sign_in(visitor(), place.user.email).status_code == 303


def test_an_idle_session_and_an_old_one_are_over(place, visitor):
    browser = visitor(place.user)
    row = db.session.query(UserSession).one()
    row.seen_at = utc_now() - timedelta(minutes=61)
    assert browser.get("/").status_code == 302
    row = db.session.query(UserSession).one()
    row.seen_at, row.started_at = utc_now(), utc_now() - timedelta(hours=13)
    assert browser.get("/").status_code == 302


@pytest.mark.sqlite_alone
def test_that_a_session_is_in_use_is_noted_with_what_is_read_and_with_what_is_saved(place, visitor):
    browser = visitor(place.user)
    own = {"partnership": place.partnership.id}
    for use in (lambda: browser.get("/account"), lambda: browser.post("/account/partnership", own)):
        db.session.query(UserSession).one().seen_at = utc_now() - timedelta(minutes=2)
        db.session.commit()
        assert use().status_code < 400
        assert db.session.query(UserSession).populate_existing().one().seen_at > utc_now() - timedelta(minutes=1)


def test_one_works_in_one_partnership_at_a_time_and_not_in_any_other(place, visitor):
    elsewhere = a_partnership("Southmere")
    an_agency(elsewhere)
    browser = visitor(place.user)
    assert browser.post("/account/partnership", {"partnership": elsewhere.id}).status_code == 422
    assert "Southmere" not in browser.get("/account").text
