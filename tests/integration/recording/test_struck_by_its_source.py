"""What its source agency struck out, nobody else takes back."""

import pytest
from sqlalchemy import select

from core.extensions import db
from core.recording.models import Entry
from tests.builders import a_user
from tests.support.forms import forms_of

TEXT = "Called to the flat twice"
ONLY_POLICE = "Police struck out its own information, so only Police takes that back."


@pytest.fixture
def entry_at(scene, opened):
    """Police share something; the address of the entry."""
    form = {"text": TEXT, "source": scene.police.agency_id, "visibility": "everyone at this item"}
    written = opened(scene.police).post(f"{scene.live}/items/{scene.items[0].id}/write/information", form)
    assert written.status_code == 303
    return f"{scene.live}/items/{scene.items[0].id}/entries/{the_entry().id}"


def the_entry():
    return db.session.scalars(select(Entry).execution_options(populate_existing=True)).one()


def test_who_keeps_the_record_does_not_restore_it_and_the_page_says_why(scene, opened, visitor, entry_at):
    assert visitor(scene.police).post(f"{entry_at}/strike").status_code == 303
    for keeper in (scene.chair, scene.coordinator):
        browser = opened(keeper)
        page = browser.get(f"{scene.live}/item").get_data(as_text=True)
        assert ONLY_POLICE in page
        assert "Take the striking out back" not in page
        refused = browser.post(f"{entry_at}/restore")
        assert refused.status_code == 403
        assert ONLY_POLICE in refused.get_data(as_text=True)
    assert the_entry().struck_at is not None


def test_nor_does_who_keeps_the_record_by_changing_it(scene, opened, visitor, entry_at):
    chair = opened(scene.chair)
    visitor(scene.police).post(f"{entry_at}/strike")
    page = chair.get(entry_at).get_data(as_text=True)
    assert ONLY_POLICE in page
    assert "Saving takes the striking out back" not in page
    form = next(form for form in forms_of(page) if "text" in form.fields)
    answer = chair.post(entry_at, {**form.data(), "text": "Called three times"})
    assert answer.status_code == 422
    assert ONLY_POLICE in answer.get_data(as_text=True)
    assert "Called three times" in answer.get_data(as_text=True)
    assert (the_entry().text, the_entry().struck_at is not None) == (TEXT, True)


def test_nor_after_the_meeting_while_the_record_is_mended(scene, opened, visitor, entry_at):
    coordinator = opened(scene.coordinator)
    visitor(scene.police).post(f"{entry_at}/strike")
    assert coordinator.post(f"{scene.live}/close", {"recorded": "heard"}).status_code == 303
    assert coordinator.post(f"{entry_at}/restore").status_code == 403
    assert ONLY_POLICE in coordinator.get(f"{scene.live}?item={scene.items[0].id}").get_data(as_text=True)


def test_anybody_of_the_source_agency_restores_it(scene, opened, visitor, entry_at):
    visitor(scene.police).post(f"{entry_at}/strike")
    colleague = opened(a_user(scene.police.agency, "Peter Police", group=scene.group))
    assert colleague.post(f"{entry_at}/restore").status_code == 303
    assert the_entry().struck_at is None


def test_what_the_chair_struck_out_whoever_may_change_it_restores(scene, opened, entry_at):
    assert opened(scene.chair).post(f"{entry_at}/strike").status_code == 303
    assert opened(scene.coordinator).post(f"{entry_at}/restore").status_code == 303
    opened(scene.chair).post(f"{entry_at}/strike")
    assert opened(scene.police).post(f"{entry_at}/restore").status_code == 303


def test_who_recorded_it_for_an_agency_and_struck_it_out_takes_that_back(scene, opened):
    coordinator = scene.coordinator
    homes = scene.housing.agency_id
    form = {"text": "Arrears of rent", "source": homes, "visibility": "everyone at this item"}
    item = scene.items[1]
    browser = opened(coordinator)
    browser.post(f"{scene.live}/items/{item.id}/write/information", form)
    entry = db.session.scalars(select(Entry).where(Entry.item_id == item.id)).one()
    address = f"{scene.live}/items/{item.id}/entries/{entry.id}"
    assert browser.post(f"{address}/strike").status_code == 303
    assert browser.post(f"{address}/restore").status_code == 303
