"""The discloser keeps control: who mends another agency's information may narrow its readers, and never widen them."""

import pytest
from sqlalchemy import select

from core.clock import utc_now
from core.extensions import db
from core.facts import MeetingStatus, Visibility
from core.recording.models import Entry

EVERYONE, NAMED, CHAIR = (each.value for each in (Visibility.EVERYONE, Visibility.NAMED, Visibility.CHAIR))


@pytest.fixture
def shared(scene, opened):
    """`share(visibility, *named)`: what the police shared; the address of its change."""

    def share(visibility: str, *named: int) -> str:
        item = scene.items[0]
        form = {
            "text": "Seen with a knife",
            "source": scene.police.agency_id,
            "visibility": visibility,
            "named": list(named),
        }
        sent = opened(scene.police).post(f"{scene.live}/items/{item.id}/write/information", form)
        assert sent.status_code == 303, sent.text
        return f"{scene.live}/items/{item.id}/entries/{db.session.scalars(select(Entry.id)).one()}"

    return share


def change(visibility: str, *named: int, text: str = "Seen with a penknife") -> dict:
    return {"version": "1", "text": text, "visibility": visibility, "named": list(named)}


@pytest.mark.parametrize("keeper", ["chair", "coordinator"])
@pytest.mark.parametrize("wider", [EVERYONE, NAMED])
def test_who_keeps_the_record_lets_nobody_more_read_it(scene, opened, shared, keeper, wider):
    address, browser = shared(CHAIR), opened(getattr(scene, keeper))
    page = browser.get(address).text
    assert "only Police may widen it" in page
    assert f'value="{EVERYONE}"' not in page and f'value="{NAMED}"' not in page
    answer = browser.post(address, change(wider, scene.housing.agency_id))
    assert answer.status_code == 422
    assert "only Police may widen it" in answer.text
    assert "Seen with a penknife" in answer.text, "what was typed is kept"
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.visibility, entry.text) == (Visibility.CHAIR, "Seen with a knife")


def test_nobody_is_added_to_the_agencies_that_the_source_named(scene, opened, shared):
    address, chair = shared(NAMED, scene.housing.agency_id), opened(scene.chair)
    both = scene.housing.agency_id, scene.chair.agency_id
    assert chair.post(address, change(NAMED, *both)).status_code == 422
    assert chair.post(address, change(NAMED, scene.housing.agency_id)).status_code == 303
    entry = db.session.scalars(select(Entry)).one()
    assert [link.agency_id for link in entry.named_agencies] == [scene.housing.agency_id]


def test_after_the_meeting_too(scene, opened, shared):
    address, taker = shared(CHAIR), opened(scene.coordinator)
    scene.meeting.status, scene.meeting.closed_at = MeetingStatus.CLOSED, utc_now()
    assert taker.post(address, change(EVERYONE)).status_code == 422
    assert taker.post(address, change(CHAIR)).status_code == 303
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.visibility, entry.text) == (Visibility.CHAIR, "Seen with a penknife")


def test_it_may_be_narrowed_and_only_its_source_widens_it_again(scene, opened, shared):
    address, chair, police = shared(EVERYONE), opened(scene.chair), opened(scene.police)
    assert chair.post(address, change(CHAIR)).status_code == 303
    page = police.get(address).text
    assert f'value="{EVERYONE}"' in page and "may widen it" not in page
    assert police.post(address, {**change(EVERYONE), "version": "2"}).status_code == 303
    assert db.session.scalars(select(Entry)).one().visibility is Visibility.EVERYONE


def test_an_agency_changes_what_was_recorded_in_its_name(scene, opened):
    """Whoever has no screen speaks, and the minute-taker writes; what it says, and to whom, stays the agency's."""
    item = scene.items[0]
    form = {"text": "They know him", "source": scene.housing.agency_id, "visibility": CHAIR}
    assert opened(scene.coordinator).post(f"{scene.live}/items/{item.id}/write/information", form).status_code == 303
    address = f"{scene.live}/items/{item.id}/entries/{db.session.scalars(select(Entry.id)).one()}"
    assert opened(scene.police).get(address).status_code == 404
    housing = opened(scene.housing)
    assert address in housing.get(f"{scene.live}?item={item.id}").text
    assert housing.post(address, change(EVERYONE)).status_code == 303
    assert db.session.scalars(select(Entry)).one().visibility is Visibility.EVERYONE
