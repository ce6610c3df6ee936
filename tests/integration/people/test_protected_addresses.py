"""A protected address: who reads it, where it is nowhere, and what asks before somebody types it."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from core.actions.models import ActionUpdate
from core.audit.models import AuditRecord, AuditSubject
from core.books.casework import People
from core.books.rows import PersonRow
from core.clock import utc_now
from core.extensions import db
from core.facts import SYSTEM
from core.people.history.keeping import Because
from core.people.history.models import Why
from core.people.models import Person, ProtectedAddress
from core.people.operations import correct_person, details_of
from tests.builders import a_case, a_person, an_action, today

LANE, POSTCODE = "14 Harbour Lane", "NB4 7QX"


def text_of(answer) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def ada(partners):
    """Somebody in a case of the council that the group hears."""
    person = a_person(partners.partnership, "Ada", "Merriweather")
    person.address, person.postcode = LANE, POSTCODE
    return person


@pytest.fixture
def case(partners, ada):
    return a_case(partners.partnership, partners.council, group=partners.group, subject=ada)


def protect(browser, person, agencies, **changed):
    kept = db.session.get(ProtectedAddress, person.id)
    fields = {"address": LANE, "postcode": POSTCODE, "agencies": [str(agency.id) for agency in agencies]}
    fields["version"] = str(kept.version if kept else 0)
    return browser.post(f"/people/{person.id}/address/protect", {**fields, **changed})


def recorded(action: str) -> list[AuditRecord]:
    return list(db.session.scalars(select(AuditRecord).where(AuditRecord.action == action).order_by(AuditRecord.seq)))


def test_named_agencies_alone_read_it_on_a_page_of_its_own(partners, officer, constable, chair, ada, case):
    page = f"/people/{ada.id}"
    assert LANE in text_of(constable.get(page)) and "Protect this address" in text_of(chair.get(page))
    assert officer.get(f"{page}/address").status_code == officer.get(f"{page}/address/end").status_code == 404
    assert protect(constable, ada, [partners.police]).status_code == 403, "who may not change her details"
    assert LANE in text_of(officer.get(f"{page}/address/protect"))
    assert protect(officer, ada, [partners.council]).status_code == 303
    assert protect(officer, ada, [partners.council], version="0").status_code == 409
    found = db.session.get(Person, ada.id)
    assert (found.address, found.postcode) == ("", "")
    assert LANE in text_of(officer.get(f"{page}/address"))
    for browser in (constable, chair, officer):
        shown = text_of(browser.get(page))
        assert LANE not in shown and POSTCODE not in shown and "Protected: read by the agencies" in shown
    for path in ("", "/protect", "/end"):
        answer = chair.get(f"{page}/address{path}")
        assert answer.status_code == 403 and "only the agencies that are named" in text_of(answer)
        assert LANE not in text_of(answer)
    assert 'name="address"' not in text_of(chair.get(f"{page}/edit"))
    version = db.session.get(Person, ada.id).version
    typed = {"version": str(version), "given_name": "Ada", "family_name": "May", "address": "1 Old Page"}
    typed["why"] = "it has changed since"
    assert chair.post(f"{page}/edit", typed).status_code == 303, "a page from before it was protected"
    assert (db.session.get(Person, ada.id).name, db.session.get(Person, ada.id).address) == ("Ada May", "")
    assert protect(officer, ada, [partners.police]).status_code == 303, "her own agency always reads it"
    assert LANE in text_of(officer.get(f"{page}/address"))
    assert LANE in text_of(constable.get(f"{page}/address"))
    unread = officer.post(f"{page}/address/end", {"version": "1"})
    assert unread.status_code == 409 and LANE in text_of(unread), "changed since it was read"
    assert officer.post(f"{page}/address/end", {"version": "2"}).status_code == 303
    assert LANE in text_of(constable.get(page)) and db.session.get(ProtectedAddress, ada.id) is None
    kinds = [len(recorded(f"address.{each}")) for each in ("protect", "read", "end_protection")]
    assert kinds == [2, 4, 1]


def test_whoever_types_it_is_asked_before_anything_is_saved(partners, officer, constable, ada, case):
    other = a_case(partners.partnership, partners.police, group=partners.group, subject=a_person(partners.partnership))
    here, there = (an_action(each, partners.group, partners.police) for each in (case, other))
    protect(officer, ada, [partners.council])

    def say(action, note: str, **more: str):
        form = {"version": str(action.version), "note": note, **more}
        return constable.post(f"/actions/{action.id}/progress", form)

    def notes() -> list[str]:
        return list(db.session.scalars(select(ActionUpdate.note).where(ActionUpdate.note != "")))

    held = f"She is at {LANE} now"
    answer = say(here, held)
    assert answer.status_code == 422 and "seems to hold a protected address" in text_of(answer)
    assert f"{held}</textarea>" in text_of(answer) and notes() == []
    assert say(here, held, address_stays="because").status_code == 422
    assert "govuk-error-summary" in text_of(say(here, "Look at 3 Mill Street, M1 1AE")), "some address, in her case"
    assert recorded("address.stays") == []
    assert say(there, "Look at 3 Mill Street, M1 1AE").status_code == 303, "a case of nobody whose address is protected"
    assert say(here, "She was moved on the 14th").status_code == 303
    assert say(here, held, address_stays="safety").status_code == 303
    assert notes()[-1] == held
    (kept,) = recorded("address.stays")
    assert (kept.object, kept.category) == (f"action:{here.id}", "alteration")
    assert json.loads(kept.body)["purpose"] == "address:safety" and "Harbour" not in kept.body
    assert db.session.scalars(select(AuditSubject.subject).where(AuditSubject.seq == kept.seq)).all() == [f"p_{ada.id}"]


def test_the_form_in_the_live_page_comes_back_into_its_place(partners, officer, constable, ada, case):
    action = an_action(case, partners.group, partners.police)
    protect(officer, ada, [partners.council])
    form = {"version": "1", "note": LANE, "idempotency_key": "0d7c7d3e-1b65-4a53-9d55-6e8d2f6f5a10"}
    for target, place, within in (
        (None, 'hx-target="#writing" hx-swap="innerHTML"', None),
        ("div#step", 'hx-target="#step" hx-swap="innerHTML"', None),
        ("div#entry-7", 'hx-target="#entry-7" hx-swap="outerHTML"', "#entry-7 .app-writing"),
        ("div#a b", 'hx-target="#writing"', None),
    ):
        headers = {"HX-Request": "true"} | ({"HX-Target": target} if target else {})
        answer = constable.post(f"/actions/{action.id}/progress", form, headers=headers)
        page = text_of(answer)
        assert "<html" not in page and place in page
        assert answer.headers.get("HX-Retarget") == within
        assert page.count(f'value="{form["idempotency_key"]}"') == 1, "it is that write, still"


def test_books_that_are_imported_again_do_not_bring_it_back(partners, officer, ada, case):
    protect(officer, ada, [partners.council])
    row = PersonRow(ada.ref, "Ada", "Merriweather", "", None, LANE, POSTCODE, "", "")
    shelf = People(SimpleNamespace(partnership_id=partners.partnership.id, on=today(), now=utc_now()))
    shelf.fetch([row])
    shelf.amend(shelf.find(row), row)
    assert db.session.get(Person, ada.id).address == ""


def test_whoever_is_saving_an_address_while_it_is_protected_begins_again(partners, officer):
    bea = a_person(partners.partnership, "Bea")
    a_case(partners.partnership, partners.council, group=partners.group, subject=bea)
    db.session.commit()
    with Session(db.engine) as other:
        read = other.get(Person, bea.id)
        typed, version = replace(details_of(read), address=LANE), read.version
    assert typed.postcode == bea.address == "" and protect(officer, bea, []).status_code == 303
    db.session.expunge_all()
    db.session.add(read)
    with pytest.raises(StaleDataError):
        correct_person(SYSTEM, person=read, version=version, details=typed, because=Because(Why.CHANGED), now=utc_now())
    db.session.rollback()
    assert db.session.get(Person, read.id).address == ""
