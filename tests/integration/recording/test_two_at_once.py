"""Two change the same record: of different fields both changes stand, of the same field both values are shown."""

import re

import pytest
from sqlalchemy import select

from core.actions.models import Action
from core.extensions import db
from core.recording.models import Attendance, Entry
from tests.integration.recording.test_the_room import an_action_form, page_of
from tests.support.forms import forms_of


def form_at(browser, address):
    """The form that goes to that address, as the page has it now."""
    (form,) = (form for form in forms_of(page_of(browser.get(address))) if form.action == address)
    return form.data()


def an_entry(scene, opened, **changed):
    """Information that the police shared; the address of its form."""
    form = {"text": "Seen at night", "source": scene.police.agency_id, "visibility": "everyone at this item"}
    item = scene.items[0]
    police = opened(scene.police)
    police.post(f"{scene.live}/items/{item.id}/write/information", {**form, **changed})
    entry = db.session.scalars(select(Entry)).one()
    return police, opened(scene.chair), f"{scene.live}/items/{item.id}/entries/{entry.id}"


def stored(kind):
    db.session.expire_all()
    return db.session.scalars(select(kind)).one()


WORDS, READERS = {"text": "She lives at 4 New Road"}, {"visibility": "everyone at this item"}


@pytest.mark.parametrize(("first", "second"), [(WORDS, READERS), (READERS, WORDS)])
def test_words_are_not_opened_to_readers_whom_their_author_did_not_choose(scene, opened, first, second):
    police, _, address = an_entry(scene, opened, visibility="chair and coordinator")
    theirs, mine = form_at(police, address), form_at(police, address)
    assert police.post(address, theirs | first).status_code == 303
    answer = police.post(address, mine | second)
    notice = page_of(answer).partition("Somebody else saved first")[2].partition("<form")[0]
    assert answer.status_code == 409
    for shown in ("Seen at night", "She lives at 4 New Road", "Everyone at this item", "Chair and coordinator only"):
        assert shown in notice
    assert (stored(Entry).text != "Seen at night", stored(Entry).visibility.value == READERS["visibility"]) == (
        first is WORDS,
        first is READERS,
    )


def test_what_only_the_other_changed_is_kept(scene, opened):
    police, chair, address = an_entry(scene, opened)
    theirs, mine = form_at(chair, address), form_at(police, address)
    assert chair.post(address, theirs | {"visibility": "chair and coordinator"}).status_code == 303
    assert police.post(address, mine).status_code == 303
    assert stored(Entry).visibility.value == "chair and coordinator"


def test_line_breaks_as_a_browser_sends_them_are_no_change(scene, opened):
    police, chair, address = an_entry(scene, opened, text="Seen\r\nat night")
    theirs, mine = form_at(chair, address), form_at(police, address)
    assert chair.post(address, theirs | {"visibility": "chair and coordinator"}).status_code == 303
    assert police.post(address, mine | {"text": "Seen\r\nat night"}).status_code == 303
    assert (stored(Entry).text, stored(Entry).visibility.value) == ("Seen\r\nat night", "chair and coordinator")


def test_of_the_same_field_both_values_are_shown_as_text(scene, opened):
    police, chair, address = an_entry(scene, opened)
    theirs, mine = form_at(chair, address), form_at(police, address)
    changed = {"text": "<b>Theirs</b>", "visibility": "chair and coordinator"}
    assert chair.post(address, theirs | changed).status_code == 303
    answer = police.post(address, mine | {"text": "<script>mine</script>"})
    page = page_of(answer)
    assert answer.status_code == 409
    assert "&lt;b&gt;Theirs&lt;/b&gt;" in page and "&lt;script&gt;mine&lt;/script&gt;" in page
    assert "<script>mine" not in page and "<b>Theirs" not in page
    notice = page.partition("Somebody else saved first")[2].partition("<form")[0]
    assert re.findall(r'govuk-heading-s">([^<]*)', notice) == [
        *("What information is shared?", *NAMES),
        *("Who may read it?", *NAMES),
    ]
    (form,) = (form for form in forms_of(page) if form.action == address)
    again = form.data()
    assert again["text"] == ["<script>mine</script>"]
    assert police.post(address, again | {"visibility": "chair and coordinator"}).status_code == 303
    assert (stored(Entry).text, stored(Entry).visibility.value) == ("<script>mine</script>", "chair and coordinator")


NAMES = ("What is saved now", "What you wrote")


def test_who_reads_it_is_one_field_with_the_agencies_named(scene, opened):
    named = {"visibility": "named agencies", "named": [scene.housing.agency_id]}
    police, chair, address = an_entry(scene, opened, **named)
    theirs, mine = form_at(chair, address), form_at(police, address)
    assert chair.post(address, theirs | {"visibility": "chair and coordinator"}).status_code == 303
    answer = police.post(address, mine | {"named": [scene.housing.agency_id, scene.chair.agency_id]})
    assert answer.status_code == 409 and stored(Entry).visibility.value == "chair and coordinator"


def test_what_was_struck_out_meanwhile_is_asked_about(scene, opened):
    police, _, address = an_entry(scene, opened)
    mine = form_at(police, address)
    assert police.post(f"{address}/strike", {}).status_code == 303
    answer = police.post(address, mine | {"text": "Seen twice"})
    assert answer.status_code == 409 and "Struck out" in page_of(answer) and "Seen twice" in page_of(answer)
    assert stored(Entry).struck_at is not None


def test_of_an_action_as_it_was_recorded_wording_and_due_date_are_two_fields_wording_and_owner_one(scene, opened):
    chair, other, item = opened(scene.chair), opened(scene.coordinator), scene.items[0]
    chair.post(f"{scene.live}/items/{item.id}/action", an_action_form(scene))
    chair.post(f"{scene.live}/close", {"recorded": "heard"})
    address = f"{scene.live}/items/{item.id}/actions/{stored(Action).id}"
    theirs, mine = form_at(other, address), form_at(chair, address)
    year = str(stored(Action).due_on.year + 1)
    assert other.post(address, theirs | {"due-year": year}).status_code == 303
    assert chair.post(address, mine | {"text": "Visit both flats"}).status_code == 303
    assert (stored(Action).text, str(stored(Action).due_on.year)) == ("Visit both flats", year)
    answer = other.post(address, theirs | {"text": "Visit no flat", "due-year": year})
    assert answer.status_code == 409 and "Visit both flats" in page_of(answer) and "Visit no flat" in page_of(answer)
    answer = other.post(address, theirs | {"owner": scene.police.agency_id, "due-year": year})
    assert answer.status_code == 409 and "Visit both flats" in page_of(answer)


def test_of_a_line_of_the_attendance_the_deputy_and_the_hours_are_two_fields(scene, opened):
    chair, coordinator = opened(scene.chair), opened(scene.coordinator)
    opened(scene.police)

    def line():
        db.session.expire_all()
        return db.session.scalars(select(Attendance).where(Attendance.user_id == scene.police.id)).one()

    address = f"{scene.live}/attendance/{line().id}"
    theirs, mine = form_at(coordinator, address), form_at(chair, address)
    assert coordinator.post(address, theirs | {"deputy_for": "Paula Frost"}).status_code == 303
    assert chair.post(address, mine | {"arrived_at": "09:00"}).status_code == 303
    assert (line().deputy_for, line().arrived_at is not None) == ("Paula Frost", True)
    answer = coordinator.post(address, theirs | {"arrived_at": "09:30"})
    assert answer.status_code == 409 and "09:00" in page_of(answer) and "09:30" in page_of(answer)
