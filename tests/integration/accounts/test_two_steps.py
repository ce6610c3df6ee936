"""The second step: who must take it, setting it up, taking it once, losing it, and being asked again who one is."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import update

from core.accounts.models import Authenticator, RecoveryCode, UserSession
from core.accounts.operations import TRIES
from core.accounts.two_step.codes import code_at, recovery_hash
from core.accounts.two_step.operations import take_away
from core.audit.models import AuditRecord
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from core.facts import SYSTEM, AdminRole, GroupRole
from tests.builders import PASSWORD, a_group, a_partnership, a_user, an_agency, an_app

SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def place(app):
    """A partnership with a chair, a member and an administrator, each with a password."""

    class Place:
        partnership = a_partnership()
        agency = an_agency(partnership, "Borough Council")
        group = a_group(partnership)
        chair = a_user(agency, "Cher Chair", group=group, role=GroupRole.CHAIR, password=PASSWORD)
        member = a_user(agency, "Mo Member", group=group, password=PASSWORD)
        admin = a_user(agency, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership, password=PASSWORD)

    return Place()


def password(browser, user, where="/sign-in"):
    answer = browser.post(where, {"email": user.email, "password": PASSWORD})
    browser._csrf = None  # with the session there is another
    return answer


def enter(browser, code, where="/sign-in/code"):
    answer = browser.post(where, {"code": code})
    browser._csrf = None
    return answer


def trail(action):
    return db.session.query(AuditRecord).filter(AuditRecord.action == action).count()


def way_on(page):
    """Where the page that asks who it is sends the answer."""
    return re.search(r'<form method="post" action="([^"]+)" novalidate', page.text)[1].replace("&amp;", "&")


def forget_proofs():
    """As if everybody had signed in long ago."""
    db.session.rollback()
    db.session.execute(update(UserSession).values(proved_at=None))
    db.session.commit()


def test_a_chair_reaches_nothing_before_an_app_is_set_up_and_then_signs_in_with_it(place, visitor):
    browser = visitor()
    assert password(browser, place.chair).status_code == 303
    for page in ("/", "/cases", "/account", "/admin", "/account/password"):
        assert browser.get(page).location == "/account/two-step", page
    assert browser.post("/account/daily-mail/stop").status_code == 403
    assert "Before you go on" in browser.get("/account/two-step").text
    assert browser.post("/account/two-step").location == "/account/two-step/app"
    page = browser.get("/account/two-step/app").text
    seed = db.session.query(Authenticator).one().seed
    assert seed in re.search(r'id="app-key">([^<]+)<', page)[1].replace(" ", "")
    assert seed not in str(db.session.connection().exec_driver_sql("SELECT seed FROM authenticator").scalar())
    assert browser.post("/account/two-step/app", {"code": "000000"}).status_code == 422
    assert browser.get("/").location == "/account/two-step", "an app that showed nothing is none"
    forget_proofs()
    asked = browser.get("/account/two-step/app")
    assert asked.status_code == 403
    shown = browser.post(way_on(asked), {"proof": PASSWORD}, follow_redirects=True)
    assert 'href="/account/two-step/app"' in shown.text, "who is asked again in the middle of it goes on from there"
    now = utc_now()
    answer = browser.post("/account/two-step/app", {"code": code_at(seed, now)}, follow_redirects=True)
    kept = re.findall(r"<li>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</li>", answer.text)
    assert len(kept) == 10
    assert kept[0] not in browser.get("/account/two-step/codes").text, "they are shown once"
    assert {row.code_hash for row in db.session.query(RecoveryCode)} == {recovery_hash(code) for code in kept}
    assert browser.get("/").status_code == 200
    [mail] = db.session.query(Mail)
    assert mail.user_id == place.chair.id and "app was set up" in mail.body and seed not in mail.body

    later = visitor()
    assert password(later, place.chair, "/sign-in?next=/account").location == "/sign-in/code?next=/account"
    assert later.get("/").status_code == 302, "the password alone is no session"
    assert enter(later, code_at(seed, now)).status_code == 422, "the code that set it up was used"
    following = code_at(seed, now + timedelta(seconds=30))
    first = later.client.get_cookie("roundtable").value
    assert enter(later, following, "/sign-in/code?next=/account").location == "/account"
    assert later.client.get_cookie("roundtable").value != first, "a session of its own"
    assert later.get("/").status_code == 200
    again = visitor()
    password(again, place.chair)
    assert enter(again, following).status_code == 422, "a code used twice"
    assert enter(again, kept[3].upper()).status_code == 303
    once_more = visitor()
    password(once_more, place.chair)
    assert enter(once_more, kept[3]).status_code == 422, "a recovery code used twice"
    assert (trail("two_step.confirm"), trail("two_step.use_recovery_code"), trail("two_step.use_code")) == (1, 1, 3)


def test_of_eight_who_enter_one_code_at_once_one_is_let_in(place, visitor):
    an_app(place.member, seed=SEED)
    browsers = [visitor() for _ in range(8)]
    for browser in browsers:
        password(browser, place.member)
    code, together = code_at(SEED, utc_now()), Barrier(len(browsers))
    forms = [{"code": code, "csrf_token": browser.csrf()} for browser in browsers]

    def try_it(browser, form):
        together.wait(30)
        return browser.client.post("/sign-in/code", data=form).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        assert sorted(pool.map(try_it, browsers, forms)) == [303] + [422] * 7


def test_codes_are_counted_before_they_are_looked_at_and_only_ten_are(place, visitor):
    an_app(place.member, seed=SEED)
    for number in range(TRIES):
        browser = visitor()
        browser.client.environ_base["REMOTE_ADDR"] = f"203.0.{number}.7"
        password(browser, place.member)
        assert "is not right" in enter(browser, "000000").text
    browser = visitor()
    password(browser, place.member)
    assert "Too many tries" in enter(browser, code_at(SEED, utc_now())).text
    assert enter(visitor(), code_at(SEED, utc_now())).location == "/sign-in", "nobody is there without a password"


def test_ten_minutes_after_the_password_it_is_asked_for_again(place, visitor):
    an_app(place.member, seed=SEED)
    browser = visitor()
    password(browser, place.member)
    db.session.query(UserSession).one().started_at = utc_now() - timedelta(minutes=11)
    assert browser.get("/sign-in/code").location == "/sign-in"
    assert enter(browser, code_at(SEED, utc_now())).location == "/sign-in"


def test_a_partnership_asks_it_of_everybody_from_their_next_page_on(place, visitor):
    browser, mine = visitor(), visitor(place.admin)
    password(browser, place.member)
    assert browser.get("/").status_code == 200
    page = mine.get("/admin/signing-in").text
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)[1]
    assert mine.post("/admin/signing-in", {"who": "all", "version": version}).status_code == 303
    assert browser.get("/").location == "/account/two-step"
    assert mine.post("/admin/signing-in", {"who": "lead", "version": version}).status_code == 409


def test_where_a_trial_asks_nobody_whoever_has_an_app_is_asked_all_the_same(app, place, visitor):
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(before, two_step=False)
    try:
        browser = visitor()
        password(browser, place.chair)
        assert browser.get("/").status_code == 200
        an_app(place.chair)
        assert password(visitor(), place.chair).location == "/sign-in/code"
        for page in ("/", "/account/two-step", "/account/passkeys"):
            assert browser.get(page).location.startswith("/sign-in"), "a session without the step is over"
    finally:
        app.config["ROUNDTABLE"] = before


def test_an_administrator_takes_away_what_is_lost_and_never_their_own(place, visitor):
    an_app(place.chair, seed=SEED)
    an_app(place.admin, seed=SEED)
    theirs, mine = visitor(place.chair), visitor(place.admin)
    assert mine.post(f"/admin/accounts/{place.chair.id}/two-step/take-away").status_code == 303
    assert theirs.get("/").status_code == 302
    assert password(theirs, place.chair).location == "/"
    assert theirs.get("/").location == "/account/two-step"
    assert trail("two_step.take_away") == 1
    [mail] = db.session.query(Mail)
    assert mail.user_id == place.chair.id and "were taken away by an administrator" in mail.body
    assert mine.post(f"/admin/accounts/{place.admin.id}/two-step/take-away").status_code == 409
    take_away(SYSTEM, place.admin, now=utc_now())  # as the command does where nobody else can
    db.session.commit()
    assert mine.get("/").status_code == 302


def test_after_ten_minutes_it_is_asked_again_who_it_is_and_nothing_typed_is_lost(place, visitor):
    mine = visitor(place.admin)
    form = {"name": "Mo <Member>", "agency_id": place.agency.id, "version": "1", "roles": ["auditor"]}
    form["idempotency_key"] = "7f9c1d0e-6f63-4d0a-9b0a-0d2f6f1c7a11"
    with time_machine.travel(utc_now() + timedelta(minutes=11), tick=True):
        page = mine.post(f"/admin/accounts/{place.member.id}/edit", form)
        assert page.status_code == 403
        assert 'value="Mo &lt;Member&gt;"' in page.text and form["idempotency_key"] in page.text
        assert "admin/accounts" in re.search(r'<form method="post" action="([^"]+)" novalidate', page.text)[1]
        assert place.member.name == "Mo Member"
        wrong = mine.post(f"/admin/accounts/{place.member.id}/edit", {**form, "proof": "not my password"})
        assert wrong.status_code == 403 and "not your password" in wrong.text
        right = {**form, "proof": PASSWORD}
        assert mine.post(f"/admin/accounts/{place.member.id}/edit", right).status_code == 303
        assert place.member.name == "Mo <Member>"
        assert mine.post(f"/admin/accounts/{place.member.id}/edit", form).status_code == 303, "the same write again"
        for what in ("invite", "bring-back", "two-step/take-away"):
            forget_proofs()
            asked = mine.post(f"/admin/accounts/{place.member.id}/{what}")
            assert asked.status_code == 403 and "Confirm that it is you" in asked.text, what
        # Whoever may not do it is told so, and is not asked for a password.
        member = visitor(place.member)
        forget_proofs()
        assert "Confirm that it is you" not in member.post(f"/admin/accounts/{place.chair.id}/edit", form).text


def test_somebody_sees_where_they_are_signed_in_and_ends_it(place, visitor):
    agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    here, there, third = visitor(), visitor(), visitor(place.member)
    there.client.environ_base |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": "203.0.113.9"}
    password(here, place.member)
    password(there, place.member)
    page = here.get("/account/sessions").text
    assert "Firefox on Windows" in page and "203.0.113.0/24" in page and page.count("This one") == 1
    ends = re.findall(r'action="(/account/sessions/\d+/end)"', page)
    assert len(ends) == 2
    row = db.session.query(UserSession).filter_by(browser="Firefox on Windows").one()
    stranger = visitor(place.chair)
    assert stranger.post(f"/account/sessions/{row.id}/end").status_code == 404
    assert here.post(f"/account/sessions/{row.id}/end").status_code == 303
    assert there.get("/").status_code == 302 and third.get("/").status_code == 200
    assert here.post("/account/sessions/end").location == "/sign-in"
    assert here.get("/").status_code == third.get("/").status_code == 302
    assert stranger.get("/").status_code == 200
    assert (trail("session.end"), trail("session.end_all")) == (1, 1)


def test_a_file_is_reached_by_way_of_the_question(place, visitor):
    an_app(place.member, seed=SEED)
    mine = visitor(place.member)
    forget_proofs()
    page = mine.get("/actions/export.csv?due=late")
    assert page.status_code == 403
    action = way_on(page)
    answer = mine.post(action, {"proof": code_at(SEED, utc_now())}, follow_redirects=True)
    assert 'href="/actions/export.csv?due=late"' in answer.text
    assert mine.get("/actions/export.csv?due=late").mimetype == "text/csv"
    outside = mine.post("/account/confirm?next=https://elsewhere.example/", follow_redirects=True)
    assert "elsewhere" not in outside.text
    forget_proofs()
    answers = [mine.post(action, {"proof": "wrong"}).text for _ in range(TRIES + 1)]
    assert "Too many tries" in answers[-1] and "Too many tries" not in answers[0]
