"""Who saw what: of one person on one page; whoever opens much in an hour is told of, on a page and by mail."""

from datetime import UTC, date, datetime, timedelta

import pytest

from core import audit
from core.accounts.queries import actor_as_of
from core.audit.models import AuditRecord
from core.audit.reading import MUCH, much_read
from core.clock import at_local, utc_now
from core.extensions import db
from core.facts import Actor, AdminRole
from core.partnerships.terms.queries import clocks_in
from core.reminders.queries import Kind, reminders_for
from tests.builders import a_partnership, a_person, a_user, an_agency

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def place(app):
    class Place:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council", expires_on=date(2026, 3, 31))
        admin = a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        auditor = a_user(council, "Aude Auditor", admin=AdminRole.AUDITOR, partnership=partnership)
        officer = a_user(council, "Olu Officer")
        homes = an_agency(partnership, "Mereside Homes", expires_on=date(2026, 3, 31))
        landlord = a_user(homes, "Lena Landlord", admin=AdminRole.AGENCY_ADMIN, partnership=partnership)
        tenant = a_user(homes, "Tim Tenant")
        person = a_person(partnership, "Isolde", "Quenby")
        elsewhere = a_person(a_partnership("Another partnership"), "Una", "Elsewhere")

    db.session.commit()
    return Place()


def note(user, category, action, object_, person=None):
    actor = Actor(user_id=user.id, name=user.name, agency_id=user.agency_id)
    audit.record(actor, category, action, object=object_, subjects=[person.id] if person else [])


def test_who_saw_a_person_is_one_page_and_reading_it_is_recorded(place, visitor):
    for number in range(3):
        note(place.officer, audit.Category.CONSULTATION, "case.read", f"case:{number}", place.person)
    note(place.landlord, audit.Category.DISCLOSURE, "minutes.download", "copy:4", place.person)
    note(place.landlord, audit.Category.ALTERATION, "case.edit", "case:1", place.person)
    db.session.commit()
    by_number, by_reference = f"p_{place.person.id}", place.person.ref.lower()
    browser = visitor(place.auditor)
    page = browser.get("/admin/trail/person", query_string={"person": by_number}).text
    rows = [" ".join(row.split()) for row in page.split("<tbody")[1].split("</tr>")]
    assert f"u_{place.landlord.id}" in rows[0] and "Mereside Homes" in rows[0]
    assert 'data-label="Passed on">1<' in rows[0] and 'data-label="Wrote">1<' in rows[0]
    assert f"u_{place.officer.id}" in rows[1] and 'data-label="Read">3<' in rows[1]
    assert "Quenby" not in page and "Olu Officer" not in page, "numbers alone, for an auditor"
    assert "Olu Officer" in visitor(place.admin).get("/admin/trail/person", query_string={"person": by_reference}).text
    kept = db.session.query(AuditRecord).filter_by(action="audit.person", object=f"person:{place.person.id}")
    assert {record.actor for record in kept} == {f"u_{place.auditor.id}", f"u_{place.admin.id}"}
    for nobody in (f"p_{place.elsewhere.id}", place.elsewhere.ref, "p_x", "p_999999", "Quenby"):
        answer = browser.get("/admin/trail/person", query_string={"person": nobody})
        assert answer.status_code == 422 and "no person with this reference" in answer.text
    assert "Enter the person" in browser.get("/admin/trail/person?person=").text
    assert visitor(place.officer).get("/admin/trail/person").status_code == 403


def test_whoever_opens_much_in_an_hour_is_told_of(place, visitor):
    for number in range(MUCH):
        note(place.officer, audit.Category.CONSULTATION, "case.read", f"case:{number}", place.person)
    for _ in range(MUCH * 2):
        note(place.landlord, audit.Category.CONSULTATION, "case.read", "case:1", place.person)
    for number in range(MUCH - 1):
        note(place.auditor, audit.Category.CONSULTATION, "case.read", f"case:{number}", place.person)
    db.session.commit()
    around = {"since": utc_now() - timedelta(hours=1), "until": utc_now() + timedelta(hours=1)}
    (spell,) = much_read(**around, actors=None)
    assert (spell.actor, spell.things) == (f"u_{place.officer.id}", MUCH)
    assert not much_read(**around, actors=frozenset({f"u_{place.landlord.id}"}))
    page = visitor(place.admin).get("/admin/trail/much-read").text
    assert "Olu Officer" in page and "Lena Landlord" not in page and f">{MUCH}<" in page
    assert "Quenby" not in page


def reminders(user, place, on):
    actor = actor_as_of(user.id, place.partnership.id, on=on)
    found = reminders_for(actor, clocks_in(place.partnership.id), (on,), now=at_local(on, datetime.min.time()))
    return [(each.kind, each.what, each.due) for each in found]


def test_administrators_and_auditors_are_told_by_mail_the_next_working_day(place, monkeypatch):
    friday = datetime(2026, 3, 6, 15, 10, tzinfo=UTC)
    monkeypatch.setattr("core.audit.trail.utc_now", lambda: friday)
    for number in range(MUCH):
        note(place.officer, audit.Category.CONSULTATION, "case.read", f"case:{number}", place.person)
    db.session.commit()
    monday, tuesday = date(2026, 3, 9), date(2026, 3, 10)
    for told in (place.admin, place.auditor):
        assert (Kind.READING, "1 account", friday.date()) in reminders(told, place, monday)
        assert not [line for line in reminders(told, place, tuesday) if line[0] is Kind.READING]
    for other in (place.officer, place.landlord):
        assert not [line for line in reminders(other, place, monday) if line[0] is Kind.READING]


def test_a_signature_that_ends_is_told_to_who_can_renew_it(place):
    week_before, after = date(2026, 3, 24), date(2026, 4, 1)
    own = (Kind.SIGNATURES, "Mereside Homes", date(2026, 3, 31))
    both = {own, (Kind.SIGNATURES, "Borough Council", date(2026, 3, 31))}
    for day in (week_before, after):
        assert both <= set(reminders(place.admin, place, day))
        assert [line for line in reminders(place.landlord, place, day) if line[0] is Kind.SIGNATURES] == [own]
        assert not [line for line in reminders(place.tenant, place, day) if line[0] is Kind.SIGNATURES]
    assert not [line for line in reminders(place.admin, place, date(2026, 3, 26)) if line[0] is Kind.SIGNATURES]
