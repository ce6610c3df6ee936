"""The audit trail's page: who did what, in opaque ids; and whether the chain holds."""

import ast
import json
import re
from pathlib import Path

import pytest

import core
from core import audit
from core.admin.trail_words import OPERATIONS
from core.audit.models import AuditRecord
from core.audit.queries import PAGE
from core.extensions import db
from core.facts import SYSTEM, Actor, AdminRole
from tests.builders import a_case, a_group, a_partnership, a_person, a_user, an_action, an_agency


@pytest.fixture
def place(app):
    """A partnership with an administrator, an auditor and an officer who read about somebody."""

    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        admin = a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        auditor = a_user(council, "Aude Auditor", admin=AdminRole.AUDITOR, partnership=partnership)
        officer = a_user(council, "Olu Officer")
        person = a_person(partnership, "Isolde", "Quenby")

    note(Place.officer, "case.read", "case:412", [Place.person.id])
    db.session.commit()
    return Place()


def note(user, action, object_, subjects=()):
    actor = Actor(user_id=user.id, name=user.name, agency_id=user.agency_id)
    audit.record(actor, audit.Category.CONSULTATION, action, object=object_, subjects=subjects)


def test_an_auditor_sees_numbers_and_an_administrator_of_accounts_the_names_of_colleagues(place, visitor):
    page = visitor(place.auditor).get("/admin/trail").text
    assert f"u_{place.officer.id}" in page and "Olu Officer" not in page
    page = visitor(place.admin).get("/admin/trail").text
    assert "Olu Officer" in page
    assert f"p_{place.person.id}" in page and "Quenby" not in page


@pytest.mark.parametrize(
    ("field", "value", "found"),
    [
        ("object", "case:412", True),
        ("operation", "case.read", True),
        ("operation", "case.list", False),
        ("object", "case:413", False),
        ("category", "consultation", True),
        ("category", "erasure", False),
        ("category", "no-such-category", True),
        ("subject", "p_{person}", True),
        ("subject", "p_999999", False),
        ("actor", "u_{officer}", True),
        ("actor", "{address}", True),
        ("actor", "nobody@agency.example", False),
        ("actor", "u_999999", False),
    ],
)
def test_the_filters_find_what_they_say(place, visitor, field, value, found):
    value = value.format(person=place.person.id, officer=place.officer.id, address=place.officer.email)
    page = visitor(place.admin).get("/admin/trail", query_string={field: value})
    assert page.status_code == 200
    assert ("case.read, case:412" in page.text) is found


def test_dates_bound_the_records_and_bad_ones_are_refused_in_words(place, visitor):
    browser = visitor(place.admin)
    before = {"until-day": "1", "until-month": "1", "until-year": "2020"}
    assert "case:412" not in browser.get("/admin/trail", query_string=before).text
    wrong = browser.get("/admin/trail", query_string={"since-day": "31", "since-month": "2", "since-year": "2026"})
    assert wrong.status_code == 422 and "must be a real date" in wrong.text and 'value="31"' in wrong.text
    backwards = {**before, "since-day": "2", "since-month": "1", "since-year": "2020"}
    assert "must not be before the first day" in browser.get("/admin/trail", query_string=backwards).text


def test_older_records_are_a_page_away(place, visitor):
    for number in range(PAGE + 5):
        note(place.officer, "case.read", f"case:{number + 100}")
    browser = visitor(place.admin)
    first = browser.get("/admin/trail?actor=" + f"u_{place.officer.id}").text
    assert "case:104" not in first and "case:150" in first
    seq = db.session.query(AuditRecord).filter_by(object="case:106").one().seq
    assert "case:104" in browser.get(f"/admin/trail?before={seq}").text


def test_another_partnerships_trail_is_its_own(place, visitor):
    elsewhere = a_partnership("Southmere")
    far = a_user(an_agency(elsewhere), "Faye Far", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=elsewhere)
    page = visitor(far).get("/admin/trail").text
    assert "case:412" not in page
    assert "case:412" not in visitor(far).get(f"/admin/trail?actor=u_{place.officer.id}").text
    assert f"u_{far.id}" not in visitor(place.auditor).get("/admin/trail").text


def test_reading_the_trail_is_in_the_trail(place, visitor):
    visitor(place.auditor).get("/admin/trail")
    assert db.session.query(AuditRecord).filter_by(action="audit.read", actor=f"u_{place.auditor.id}").count() == 1


def test_a_record_that_was_changed_is_shown_to_be(place, visitor):
    audit.record(SYSTEM, audit.Category.ADMIN, "books.import", object="partnership:1")
    db.session.commit()
    browser = visitor(place.admin)
    assert "checked just now and fit" in browser.get("/admin/trail").text
    record = db.session.query(AuditRecord).filter_by(action="books.import").one()
    record.body = json.dumps({**json.loads(record.body), "object": "partnership:2"})
    page = browser.get("/admin/trail").text
    assert "do not fit the chain" in page and f"Records {record.seq}" in page


def test_the_trail_says_in_words_what_was_done_to_what(place, visitor, count_queries):
    group = a_group(place.partnership, "North Community Sector Team")
    case = a_case(place.partnership, place.council, title="Isolde Quenby")
    action = an_action(case, group, place.council)
    note(place.officer, "case.read", f"case:{case.id}")
    note(place.officer, "action.read", f"action:{action.id}")
    note(place.officer, "group.change", f"group:{group.id}")
    note(place.officer, "agency.change", f"agency:{place.council.id}")
    note(place.officer, "mentoring.sessions", "referral:999999")
    db.session.commit()
    stranger = visitor(a_user(an_agency(place.partnership, "Homes"), "Nan Newcomer"))
    assert stranger.get(f"/actions/{action.id}").status_code in (403, 404)
    browser = visitor(place.auditor)
    page = browser.get("/admin/trail").text
    for words in (
        f"Read a case: <bdi>Case {case.ref}</bdi>",
        f"Read an action: <bdi>Action {action.ref}</bdi>",
        "Changed a group: <bdi>Group North Community Sector Team</bdi>",
        "Changed an agency: <bdi>Agency Borough Council</bdi>",
        "Mentoring: sessions: <bdi>Referral 999999</bdi>",
        f"Tried to see action: <bdi>Action {action.ref}</bdi>",
    ):
        assert words in page
    assert "Quenby" not in page
    few = count_queries(browser.get, "/admin/trail")
    for number in range(20):
        other = a_case(place.partnership, place.council, title=f"Case {number}")
        note(place.officer, "case.read", f"case:{other.id}")
    db.session.commit()
    assert count_queries(browser.get, "/admin/trail") == few


def test_the_reference_of_another_partnerships_case_is_not_in_the_trail(place, visitor):
    elsewhere = a_partnership("Southmere")
    theirs = a_case(elsewhere, an_agency(elsewhere), title="Far away")
    assert visitor(place.officer).get(f"/cases/{theirs.id}").status_code == 404
    page = visitor(place.auditor).get("/admin/trail").text
    assert f"Tried to open case: <bdi>Case {theirs.id}</bdi>" in page
    assert theirs.ref not in page


def test_an_operation_is_looked_for_by_its_words(place, visitor):
    note(place.officer, "case.close", "case:413")
    db.session.commit()
    browser = visitor(place.auditor)
    page = browser.get("/admin/trail?operation=case.close").text
    assert '<option value="case.close" selected>Closed a case</option>' in page
    assert "case:413" in page and "case:412" not in page
    wrong = browser.get("/admin/trail?operation=nonsense")
    assert wrong.status_code == 422 and wrong.text.count("Choose from the list") == 2


_WRITERS = {"disclose", "record", "record_change", "_record", "_audit", "_altered", "_closed", "_moved", "_written"}
_CODE = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def test_every_operation_of_the_core_has_its_words():
    known = {code for codes in OPERATIONS.values() for code in codes}
    written = {
        part.value
        for source in Path(core.__file__).parent.rglob("*.py")
        for call in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in _WRITERS
        for argument in [*call.args, *(each.value for each in call.keywords)]
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and _CODE.fullmatch(part.value)
    }
    assert len(written) > 80
    assert written - known == set()


def test_what_was_recorded_before_a_savepoint_that_goes_is_recorded_and_what_goes_as_a_whole_is_not(app):
    audit.record(SYSTEM, audit.Category.ADMIN, "complaints.write", object="agency:1")
    savepoint = db.session.begin_nested()
    savepoint.rollback()
    db.session.commit()
    assert [row.object for row in db.session.query(AuditRecord).order_by(AuditRecord.seq)] == ["agency:1"]
    audit.record(SYSTEM, audit.Category.ADMIN, "complaints.write", object="agency:2")
    db.session.rollback()
    db.session.commit()
    assert db.session.query(AuditRecord).count() == 1
