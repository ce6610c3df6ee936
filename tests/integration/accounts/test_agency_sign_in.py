"""Signing in with an account at one's agency, by providers that run beside the test (tests/support/provider.mjs)."""

import re
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import text, update

from core.accounts.agency_sign_in import asking, metadata, operations
from core.accounts.models import IdentityProvider, LinkedIdentity, SignInAttempt, UserSession
from core.accounts.operations import TRIES_FROM_NETWORK
from core.accounts.two_step.codes import code_at, new_seed
from core.audit.models import AuditRecord
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.models import PartnershipAgency
from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency, an_app
from tests.support.providers import SECRET, connected, linked, providers


@pytest.fixture(scope="module")
def tenants():
    with providers(2) as running:
        yield running


@pytest.fixture
def place(app, tenants):
    """Two agencies, each with accounts of its own and a provider for them, and people at both."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = before.at("http://localhost:8000")
    metadata.forget()
    partnership = a_partnership()
    north, south = an_agency(partnership, "Northbridge"), an_agency(partnership, "Southmere")
    group = a_group(partnership)
    here = SimpleNamespace(
        partnership=partnership,
        north=north,
        south=south,
        group=group,
        at_north=tenants[0].anew().told(),
        at_south=tenants[1].anew().told(),
        sam=a_user(north, "Sam Somebody", group=group, password=PASSWORD),
        chair=a_user(north, "Cher Chair", group=group, role=GroupRole.CHAIR),
        alex=a_user(south, "Alex Another", group=group),
        to_north=connected(north, tenants[0].issuer),
        to_south=connected(south, tenants[1].issuer),
    )
    yield here
    app.config["ROUNDTABLE"] = before


def begun(browser, agency, query=""):
    """The address that the page's link leads to."""
    answer = browser.get(f"/sign-in/agency/{agency.id}{query}")
    assert answer.status_code == 303, answer.text
    return answer.location


def come_in(browser, agency, at, query=""):
    """To the agency's sign-in and back."""
    return browser.get(at.visited(begun(browser, agency, query)))


def told(browser, answer):
    """What the page says that one is led to."""
    page = browser.get(answer.location).text
    return re.sub(r"<[^>]+>|\s+", " ", re.search(r"govuk-notification-banner__content.*?</div>", page, re.DOTALL)[0])


def is_in(browser):
    return browser.get("/").status_code == 200


def prove_again():
    """Ten minutes have passed since somebody showed who they are."""
    db.session.commit()
    db.session.execute(update(UserSession).values(proved_at=None))
    db.session.commit()


def refusals(action="sign_in"):
    return db.session.query(AuditRecord).filter_by(action=action, outcome="deny").count()


def asked_at(there):
    return {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}


def test_somebody_links_their_account_and_comes_in_with_it_from_then_on(place, visitor):
    browser, at = visitor(place.sam), place.at_north.told(sub="n-1")
    stranger = visitor()
    assert "does not open Roundtable yet" in told(stranger, come_in(stranger, place.north, at))
    assert "Link your Northbridge account" in browser.get("/account/agency").text
    there = browser.get("/account/agency/begin").location
    asked = asked_at(there)
    assert (asked["prompt"], asked["max_age"]) == ("login", "0"), "whoever is signed in there shows again who they are"
    back = browser.get(at.anew().visited(there))
    assert back.location == "/account/agency/link"
    assert db.session.query(LinkedIdentity).count() == 0, "not before they have looked whose it is"
    assert "Sam Somebody, sam@agency.example" in browser.get(back.location).text
    elsewhere = visitor(place.sam)
    assert browser.post(back.location).location == "/account/agency"
    assert not is_in(elsewhere) and is_in(browser)
    assert browser.post(back.location).status_code == 409, "once"

    later = visitor()
    assert "Sign in with your Northbridge account" in later.get("/sign-in?next=/account").text
    before = later.client.get_cookie("roundtable")
    answer = come_in(later, place.north, at, "?next=/account")
    assert (answer.location, before) == ("/account", None)
    assert is_in(later)
    entry = re.search(r'action="(/account/agency/\d+/unlink)"', later.get("/account/agency").text)[1]
    assert visitor(place.alex).post(entry).status_code == 404
    assert later.post(entry).status_code == 303
    assert is_in(later) and not is_in(browser), "what it had opened elsewhere ends with it"
    assert "does not open Roundtable yet" in told(stranger, come_in(stranger, place.north, at))
    actions = [row.action for row in db.session.query(AuditRecord).order_by(AuditRecord.seq)]
    assert [each for each in actions if each.startswith("agency_account")] == [
        "agency_account.link",
        "agency_account.use",
        "agency_account.unlink",
    ]
    mails = [mail.body for mail in db.session.query(Mail).order_by(Mail.id)]
    assert "was linked with one at your agency" in mails[0] and "unlinked" in mails[1]


def test_two_agencies_do_not_mix(place, visitor):
    """The same subject at two issuers is two people, and nobody comes in by a provider that does not serve them."""
    linked(place.sam, place.to_north, "1")
    linked(place.alex, place.to_south, "1")
    for at, agency, who in (
        (place.at_north, place.north, place.sam),
        (place.at_south, place.south, place.alex),
    ):
        browser = visitor()
        come_in(browser, agency, at.told(sub="1"))
        assert who.name in browser.get("/account").text
    browser = visitor()
    there = begun(browser, place.north)
    assert asked_at(there)["redirect_uri"] == f"http://localhost:8000/sign-in/agency/{place.north.id}/answer"
    mixed = place.at_north.visited(there).replace(f"/{place.north.id}/", f"/{place.south.id}/")
    assert "Begin again" in told(browser, browser.get(mixed)), "a code of the one, sent to the other's address"
    there = begun(browser, place.south)
    back = place.at_south.visited(there).replace(place.at_south.issuer.rpartition(":")[2], "9")
    assert "was not taken" in told(browser, browser.get(back)), "an answer that says it is another issuer's (RFC 9207)"
    there = begun(browser, place.south)
    unsaid = re.sub(r"&iss=[^&]*", "", place.at_south.visited(there))
    assert "was not taken" in told(browser, browser.get(unsaid)), "one that does not say whose it is, of one that does"

    place.sam.agency_id = place.south.id
    db.session.commit()
    moved = visitor()
    assert "does not open Roundtable yet" in told(moved, come_in(moved, place.north, place.at_north))
    assert "opens nothing" in visitor(place.sam).get("/account/agency").text
    assert not is_in(moved)


def test_an_account_is_linked_only_with_one_of_the_own_agency_and_with_nobody_elses(place, visitor):
    linked(place.chair, place.to_north, "taken")
    browser = visitor(place.sam)
    back = browser.get(place.at_north.told(sub="taken").visited(browser.get("/account/agency/begin").location))
    assert "somebody else’s" in browser.post(back.location).text
    back = browser.get(place.at_north.anew().told(sub="free").visited(browser.get("/account/agency/begin").location))
    assert visitor(place.alex).post(back.location).status_code == 409, "who came back, came back to that session"
    place.sam.agency_id = place.south.id
    db.session.commit()
    assert "no accounts of its own" in browser.post(back.location).text
    assert db.session.query(LinkedIdentity).count() == 1
    forced = visitor(place.sam)
    begun_by_another = visitor(place.alex).get("/account/agency/begin").location
    assert "Begin again" in told(forced, forced.get(place.at_south.visited(begun_by_another)))


def test_who_sits_there_after_somebody_is_given_nothing_that_was_begun_for_them(place, visitor):
    at, next_one = place.at_north.told(sub="sam"), visitor(a_user(place.north, "Mel Mate", group=place.group))
    token = next_one.client.get_cookie("roundtable").value
    browser = visitor(place.sam)
    back = at.visited(browser.get("/account/agency/begin").location)
    browser.client.set_cookie("roundtable", token)
    assert "Begin again" in told(browser, browser.get(back))
    browser = visitor(place.sam)
    shown = browser.get(at.anew().visited(browser.get("/account/agency/begin").location)).location
    browser.client.set_cookie("roundtable", token)
    assert browser.get(shown).location == "/account/agency"
    assert browser.post(shown).status_code == 409
    assert db.session.query(LinkedIdentity).count() == 0


SPOILED = (
    "nonce",
    "no nonce",
    "audience",
    "audience, for us",
    "party",
    "expired",
    "old",
    "no end",
    "of tomorrow",
    "issuer",
    "no subject",
    "subject of many",
    "unsigned",
    "another key",
    "the secret",
    "the key that everybody has",
    "a key of its own",
    "rubbish",
    "nothing",
)


def test_no_word_but_the_providers_own_and_whole_lets_anybody_in(place, visitor):
    linked(place.sam, place.to_north, "sam")
    wrong = {}
    for spoil in SPOILED:
        browser = visitor()
        answer = come_in(browser, place.north, place.at_north.told(spoil=spoil))
        if answer.location != "/sign-in" or "was not taken" not in told(browser, answer) or is_in(browser):
            wrong[spoil] = answer.location
    assert not wrong
    assert db.session.query(UserSession).count() == 0
    browser = visitor()
    assert come_in(browser, place.north, place.at_north.told()).location == "/", "the same, unspoiled"
    assert is_in(browser)


def test_an_answer_is_good_once_for_the_browser_that_asked_and_not_for_long(place, visitor):
    linked(place.sam, place.to_north, "sam")
    browser = visitor()
    back = place.at_north.visited(begun(browser, place.north))
    kept = browser.client.get_cookie("roundtable-form").value
    another = visitor()
    assert "Begin again" in told(another, another.get(back)), "somebody else's browser"
    wrong = re.sub(r"state=[^&]+", "state=made-up", back)
    assert "Begin again" in told(browser, browser.get(wrong))
    assert "Begin again" in told(browser, browser.get(back)), "one try is all"
    browser.client.set_cookie("roundtable-form", kept)
    assert browser.get(back).location == "/"
    replayed = visitor()
    replayed.client.set_cookie("roundtable-form", kept)
    assert "Begin again" in told(replayed, replayed.get(back)), "the code, and all that the browser kept"
    with_old_code = visitor()
    state = asked_at(begun(with_old_code, place.north))["state"]
    again = re.sub(r"state=[^&]+", f"state={state}", back)
    assert "was not taken" in told(with_old_code, with_old_code.get(again)), "the provider takes it once, too"
    late = visitor()
    back = place.at_north.visited(begun(late, place.north))
    with time_machine.travel(utc_now() + timedelta(minutes=11), tick=True):
        assert "Begin again" in told(late, late.get(back))


def test_a_session_there_that_is_somebody_elses_or_hours_old_is_not_linked(place, visitor):
    browser = visitor(place.sam)
    for spoil in ("signed in long ago", "not said when"):
        there = browser.get("/account/agency/begin").location
        back = browser.get(place.at_north.anew().told(spoil=spoil).visited(there))
        assert "so nothing was linked" in told(browser, back)
        assert browser.post("/account/agency/link").status_code == 409
    assert refusals("agency_account.link") == 2
    assert db.session.query(LinkedIdentity).count() == 0


def test_who_is_refused_there_or_comes_too_often_is_told_so(place, visitor, monkeypatch):
    monkeypatch.setattr(operations, "ANSWERS", 4)
    browser = visitor()
    for _ in range(6):
        answer = come_in(browser, place.north, place.at_north.anew().told(spoil="refused"))
        assert "did not sign you in" in told(browser, answer), "counted nowhere"
    said = []
    for _ in range(5):
        state = asked_at(begun(browser, place.north))["state"]
        made_up = f"/sign-in/agency/{place.north.id}/answer?code=made-up&state={state}&iss={place.at_north.issuer}"
        said.append(told(browser, browser.get(made_up)))
    assert "was not taken" in said[3] and "Too many tries" in said[4]
    assert refusals() == 0, "what the provider does not stand by fills no trail"
    elsewhere = visitor()
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.7.7"
    for _ in range(6):
        answer = come_in(elsewhere, place.north, place.at_north.told())
    assert "does not open Roundtable yet" in told(elsewhere, answer), "an office of people who have not linked theirs"
    assert refusals() == 6


def test_answers_that_a_provider_does_not_stand_by_lock_no_network_out(place, visitor):
    browser = visitor()
    browser.client.environ_base["REMOTE_ADDR"] = "198.51.7.7"
    for _ in range(TRIES_FROM_NETWORK + 1):
        operations.count_answer(place.to_north.id, network="198.51.7.0/24", now=utc_now())
    db.session.commit()
    linked(place.sam, place.to_north, "sam")
    assert come_in(browser, place.north, place.at_north.told()).location == "/"
    assert db.session.query(SignInAttempt).count() == 0, "forgotten, as the provider stands by who came"
    for _ in range(TRIES_FROM_NETWORK + 1):
        operations.count_answer(place.to_north.id, network="198.51.7.0/24", now=utc_now())
    db.session.commit()
    by_password = visitor()
    by_password.client.environ_base["REMOTE_ADDR"] = "198.51.7.7"
    assert by_password.post("/sign-in", {"email": place.sam.email, "password": PASSWORD}).location == "/"


def test_a_retired_account_and_one_that_nobody_linked_are_told_the_same(place, visitor):
    linked(place.sam, place.to_north, "sam")
    place.sam.retired_at = utc_now()
    browser = visitor()
    at = place.at_north
    said = {told(browser, come_in(browser, place.north, at.anew().told(sub=sub))) for sub in ("sam", "none")}
    assert len(said) == 1
    assert refusals() == 2
    place.sam.retired_at = None
    db.session.query(PartnershipAgency).filter_by(agency_id=place.north.id).one().left_on = utc_now().date()
    assert come_in(browser, place.north, place.at_north.anew().told(sub="sam")).location == "/"
    assert browser.get("/cases").status_code == 403, "an agency that left: as with a password"


@pytest.mark.parametrize(
    ("counts", "acr", "says", "both"),
    [
        (False, "", {"amr": ["pwd", "mfa"]}, False),
        (True, "", {"amr": ["pwd", "mfa"]}, True),
        (True, "", {"amr": ["pwd"]}, False),
        (True, "two", {"acr": "two"}, True),
        (True, "two", {"amr": ["mfa"], "acr": "one"}, False),
    ],
)
def test_two_steps_taken_there_count_where_the_administrator_says_so_and_the_provider_too(
    app, place, visitor, counts, acr, says, both
):
    place.to_north.second_step_counts, place.to_north.acr = counts, acr
    seed = new_seed()
    an_app(place.chair, seed=seed)
    linked(place.chair, place.to_north, "chair")
    browser, at = visitor(), place.at_north.told(sub="chair", **says)
    answer = come_in(browser, place.north, at, "?next=/account")
    assert asked_at(begun(visitor(), place.north)).get("acr_values", "") == acr
    assert answer.location == ("/account" if both else "/sign-in/code?next=/account")
    assert is_in(browser) is both
    if not both:
        assert browser.post(answer.location, {"code": code_at(seed, utc_now())}).location == "/account"
        assert is_in(browser)


def test_who_must_take_two_steps_and_has_none_sets_one_up_first(place, visitor):
    linked(place.chair, place.to_north, "chair")
    browser = visitor()
    come_in(browser, place.north, place.at_north.told(sub="chair"))
    assert browser.get("/").location == "/account/two-step"


def test_who_one_is_can_be_shown_there_again_and_only_anew(place, visitor):
    linked(place.sam, place.to_north, "sam")
    browser = visitor()
    come_in(browser, place.north, place.at_north.told())
    prove_again()
    page = browser.get("/account/passkeys")
    assert page.status_code == 403 and "Confirm with your Northbridge account" in page.text
    way = "/account/confirm/agency?next=/account/passkeys"
    there = browser.get(way).location
    assert (asked_at(there)["max_age"], asked_at(there)["prompt"]) == ("0", "login")
    for what in ({"spoil": "signed in long ago"}, {"spoil": "not said when"}):
        back = browser.get(place.at_north.told(**what).visited(browser.get(way).location))
        assert "did not say that you signed in there just now" in told(browser, back)
    another = browser.get(place.at_north.anew().told(sub="chair").visited(browser.get(way).location))
    assert "not the account" in told(browser, another)
    assert browser.get("/account/passkeys").status_code == 403
    assert refusals("agency_account.prove") == 3
    back = browser.get(place.at_north.anew().told().visited(browser.get(way).location))
    assert back.location == "/account/confirmed?next=/account/passkeys"
    assert browser.get("/account/passkeys").status_code == 200
    held = visitor(place.sam)
    prove_again()
    waiting = held.post("/account/two-step", {})
    assert 'href="/account/confirm/agency?next=waits" target="_blank"' in waiting.text
    assert "go back to the one that you came from" in held.get("/account/confirmed?next=waits").text


def test_a_session_there_that_is_hours_old_opens_the_door_and_proves_nothing(place, visitor):
    linked(place.sam, place.to_north, "sam")
    browser = visitor()
    come_in(browser, place.north, place.at_north.told(spoil="signed in long ago"))
    assert is_in(browser)
    assert browser.get("/account/passkeys").status_code == 403
    anew = visitor()
    come_in(anew, place.north, place.at_north.anew().told())
    assert anew.get("/account/passkeys").status_code == 200, "they signed in there this moment"


def test_signing_out_ends_ours_and_says_that_theirs_goes_on(place, visitor):
    linked(place.sam, place.to_north, "sam")
    browser = visitor()
    come_in(browser, place.north, place.at_north.told())
    browser._csrf = None
    said = told(browser, browser.post("/sign-out"))
    assert "still signed in to Northbridge" in said and not is_in(browser)
    assert asked_at(begun(browser, place.north))["prompt"] == "login", "whoever sits there next is not let in as them"
    assert "prompt" not in asked_at(begun(visitor(), place.north))


def test_a_provider_that_is_away_costs_moments_and_the_password_works(place, visitor, monkeypatch, caplog):
    browser = visitor()
    monkeypatch.setattr(asking, "READ_WITHIN", 0.2)
    back = place.at_north.visited(begun(browser, place.north))
    place.at_north.told(wait=1500)
    assert "does not answer at the moment" in told(browser, browser.get(back))
    assert db.session.query(SignInAttempt).count() == 0, "nobody's fault that comes by it"
    metadata.forget()
    assert "your password: it works" in told(browser, browser.get(f"/sign-in/agency/{place.north.id}"))
    place.at_north.told()
    assert browser.get(f"/sign-in/agency/{place.north.id}").location == "/sign-in", "it is not asked again at once"
    with time_machine.travel(utc_now() + timedelta(seconds=25), tick=True):
        assert begun(browser, place.north)
    assert browser.post("/sign-in", {"email": place.sam.email, "password": PASSWORD}).location == "/"
    said = [record.getMessage() for record in caplog.records if record.name == "roundtable.agency_sign_in"]
    assert set(said) == {"an agency's sign-in failed"}
    assert not [each for each in caplog.records if "agency.example" in str(getattr(each, "fields", ""))]


def test_a_key_that_came_today_is_asked_for(place, visitor, monkeypatch):
    linked(place.sam, place.to_north, "sam")
    browser = visitor()
    assert "was not taken" in told(browser, come_in(browser, place.north, place.at_north.told(spoil="the new key")))
    place.at_north.told(spoil="the new key", keys=["newer"])
    assert come_in(browser, place.north, place.at_north).location == "/sign-in", "asked once a minute"
    monkeypatch.setattr(metadata, "KEPT_FOR", timedelta(0))
    assert come_in(browser, place.north, place.at_north).location == "/"


def fields(place, **other):
    return {
        "name": "Northbridge",
        "issuer": place.at_north.issuer,
        "client_id": "roundtable",
        "client_secret": "secret",
        **other,
    }


def test_an_administrator_sets_a_provider_up_and_takes_it_away(place, visitor):
    admin = a_user(place.south, "Pat Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=place.partnership)
    an_app(admin)
    browser = visitor(admin)
    page = f"/admin/agency-sign-in/{place.north.id}"
    assert f"http://localhost:8000/sign-in/agency/{place.north.id}/answer" in browser.get(page).text
    assert "a secret of forty" not in browser.get(page).text
    version = str(place.to_north.version)
    for wrong, why in (
        ({"issuer": "http://login.example"}, "must begin with https://"),
        ({"issuer": "https://user@login.example"}, "must be an address"),
        ({"issuer": "//login.example"}, "must begin with https://"),
        ({"issuer": "https://"}, "must be an address"),
        ({"issuer": place.at_north.issuer + "/"}, "calls itself something else"),
        ({"issuer": place.at_south.issuer, "client_secret": ""}, "client secret of the new issuer"),
    ):
        refused = browser.post(page, fields(place, version=version, **wrong))
        assert refused.status_code == 422 and why in refused.text, wrong
    for says, why in (
        ({"issuer": "https://login.example/{tenantid}"}, "calls itself something else"),
        ({"token_endpoint": "http://login.example/token"}, "token_endpoint is no address"),
        ({"jwks_uri": 7}, "jwks_uri is no address"),
        ({"id_token_signing_alg_values_supported": ["none", "HS256"]}, "signs in no way"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
    ):
        place.at_north.told(says=says)
        refused = browser.post(page, fields(place, version=version))
        assert refused.status_code == 422 and why in refused.text, says
    place.at_north.told()
    linked(place.sam, place.to_north, "sam")
    sams, alexs = visitor(place.sam), visitor(place.alex)
    kept = browser.post(page, fields(place, version=version, client_secret="", second_step_counts="y"))
    assert kept.status_code == 303
    assert db.session.get(IdentityProvider, place.to_north.id).client_secret == SECRET
    assert is_in(sams), "more counts than before"
    away = browser.post(page, fields(place, version="2", issuer="http://127.0.0.1:9"))
    assert away.status_code == 303 and "did not answer just now" in told(browser, away)
    assert db.session.query(LinkedIdentity).count() == 0, "who was somebody at one issuer is nobody at the next"
    assert not is_in(sams), "nor goes on in a session that it may have opened"
    linked(place.sam, place.to_north, "sam")
    sams = visitor(place.sam)
    assert browser.post(f"{page}/remove").status_code == 303
    assert not is_in(sams) and is_in(alexs) and is_in(browser)
    assert db.session.query(LinkedIdentity).count() == 0
    assert visitor().get(f"/sign-in/agency/{place.north.id}").status_code == 404
    assert len(db.session.query(Mail).filter_by(user_id=place.sam.id).all()) == 2
    row = db.session.query(AuditRecord).filter_by(action="identity_provider.change").first()
    assert row.object == f"agency:{place.north.id}"


@pytest.mark.parametrize(
    ("before", "after", "goes_on"),
    [
        ((True, ""), (True, ""), True),
        ((True, ""), (False, ""), False),
        ((True, "one"), (True, "two"), False),
        ((False, "one"), (True, "two"), True),
    ],
)
def test_sessions_by_two_steps_that_count_no_longer_end(place, visitor, before, after, goes_on):
    admin = a_user(place.north, "Pat Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=place.partnership)
    an_app(admin)
    place.to_north.second_step_counts, place.to_north.acr = before
    for who in (admin, place.sam):
        linked(who, place.to_north, who.name)
    browser, sams, alexs = visitor(admin), visitor(place.sam), visitor(place.alex)
    more = {"second_step_counts": "y"} if after[0] else {}
    version = str(place.to_north.version)
    saved = browser.post(
        f"/admin/agency-sign-in/{place.north.id}", fields(place, version=version, acr=after[1], **more)
    )
    assert saved.status_code == 303
    assert (is_in(sams), is_in(alexs), is_in(browser)) == (goes_on, True, True)
    assert db.session.query(LinkedIdentity).count() == 2


def test_an_agency_that_two_partnerships_share_is_connected_by_whoever_runs_the_machine(place, visitor):
    admin = a_user(place.south, "Pat Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=place.partnership)
    machine = a_user(place.south, "Tom Machine", admin=AdminRole.PLATFORM_ADMIN)
    for who in (admin, machine):
        an_app(who)
    for agency in (place.north, place.south):
        db.session.add(PartnershipAgency(partnership_id=a_partnership("Yonder").id, agency_id=agency.id))
    north, south = f"/admin/agency-sign-in/{place.north.id}", f"/admin/agency-sign-in/{place.south.id}"
    refused = visitor(admin).get(north)
    assert refused.status_code == 403 and "set up by whoever runs the machine" in refused.text
    assert visitor(admin).post(f"{north}/remove").status_code == 403
    assert visitor(admin).get(south).status_code == 200, "their own agency"
    assert visitor(machine).get(north).status_code == 200
    assert "Northbridge" in visitor(machine).get("/admin/agency-sign-in").text


def test_a_secret_lies_sealed_and_a_service_for_others_asks_nobody_on_its_own_machine(app, place, visitor):
    stored = db.session.execute(text("SELECT client_secret FROM identity_provider")).scalars().all()
    assert len(stored) == 2 and all(each.startswith("v1.") and SECRET not in each for each in stored)
    admin = a_user(place.south, "Pat Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=place.partnership)
    an_app(admin)
    browser, page = visitor(admin), f"/admin/agency-sign-in/{place.north.id}"
    browser.csrf()
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = before.at("https://roundtable.example")
    try:
        browser.client.set_cookie("__Host-roundtable", browser.client.get_cookie("roundtable").value)
        refused = browser.post(page, fields(place, version=str(place.to_north.version)))
    finally:
        app.config["ROUNDTABLE"] = before
    assert refused.status_code == 422 and "must not be on this machine" in refused.text
