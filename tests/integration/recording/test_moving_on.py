"""The meeting moves on: what it leaves wants an outcome, and whoever writes under it is told where their words are."""

import pytest
from sqlalchemy import func, select

from core.extensions import db
from core.facts import ItemOutcome, MeetingStatus
from core.meetings.models import Meeting
from core.recording.models import Entry
from tests.builders import an_item
from tests.support.forms import fill_in, forms_of

HTMX = {"HX-Request": "true"}


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def current_of(scene) -> int | None:
    return db.session.scalar(select(Meeting.current_item_id).where(Meeting.id == scene.meeting.id))


def chosen_in(page: str, field: str) -> list[str]:
    """What is chosen in a page's form that has that field."""
    return next(form for form in forms_of(page) if field in form.fields).fields[field].values


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["without scripts", "with htmx"])
def test_moving_on_asks_first_what_became_of_the_item_and_chooses_nothing(scene, opened, headers):
    chair = opened(scene.chair)
    first, second = scene.items
    asked = chair.post(f"{scene.live}/items/{second.id}/current", headers=headers)
    assert asked.status_code == 303
    page = page_of(chair.get(asked.headers["Location"], headers=headers))
    assert "Nobody has said what became of item 1." in page
    assert chosen_in(page, "outcome") == []
    assert "Go on without an outcome" in page
    assert current_of(scene) == first.id
    assert scene.items[0].outcome is ItemOutcome.PENDING


def test_to_choose_nothing_is_no_outcome(scene, opened):
    chair = opened(scene.chair)
    first, second = scene.items
    answer = fill_in(chair, f"{scene.live}/items/{first.id}/outcome", {"then": second.id})
    assert answer.status_code == 422
    assert "Choose what became of this item" in page_of(answer)
    assert "Save and go on to item 2" in page_of(answer)
    undecided = fill_in(
        chair, f"{scene.live}/items/{first.id}/outcome", {"then": second.id, "outcome": "not yet heard"}
    )
    assert undecided.status_code == 422
    assert current_of(scene) == first.id


def test_the_outcome_is_saved_and_the_meeting_moves_on(scene, opened):
    chair = opened(scene.chair)
    first, second = scene.items
    form = {"outcome": "carried forward", "reason": "No officer", "then": second.id}
    assert fill_in(chair, f"{scene.live}/items/{first.id}/outcome", form).headers["Location"] == scene.live
    assert current_of(scene) == second.id
    assert scene.items[0].outcome is ItemOutcome.CARRIED_FORWARD


def test_the_chair_goes_on_without_an_outcome_on_purpose(scene, opened):
    chair = opened(scene.chair)
    second = scene.items[1]
    assert chair.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"}).headers["Location"] == scene.live
    assert current_of(scene) == second.id
    assert scene.items[0].outcome is ItemOutcome.PENDING


def test_an_answer_that_comes_late_does_not_take_the_meeting_back(scene, opened):
    chair, coordinator = opened(scene.chair), opened(scene.coordinator)
    first, second = scene.items
    third = an_item(scene.meeting, None, position=3, heading="Any other business")
    coordinator.post(f"{scene.live}/items/{third.id}/current", {"anyway": "1"})
    answer = fill_in(chair, f"{scene.live}/items/{first.id}/outcome", {"outcome": "heard", "then": second.id})
    assert answer.status_code == 303
    assert current_of(scene) == third.id
    assert scene.items[0].outcome is ItemOutcome.HEARD


def test_a_standing_item_is_left_without_a_question(scene, opened):
    chair = opened(scene.chair)
    first = scene.items[0]
    standing = an_item(scene.meeting, None, position=3, heading="Any other business")
    chair.post(f"{scene.live}/items/{standing.id}/current", {"anyway": "1"})
    assert chair.post(f"{scene.live}/items/{first.id}/current").headers["Location"] == scene.live
    assert scene.items[2].outcome is ItemOutcome.HEARD


def test_whoever_wrote_under_an_item_that_was_left_is_told_where_it_is(scene, opened):
    chair, police = opened(scene.chair), opened(scene.police)
    first, second = scene.items
    chair.post(f"{scene.live}/items/{second.id}/current", {"anyway": "1"})
    answer = police.post(f"{scene.live}/items/{first.id}/write/discussion", {"text": "Half a sentence"})
    page = page_of(police.get(answer.headers["Location"]))
    assert "Half a sentence" in page
    for words in told(scene, first):
        assert words in page
    fragment = page_of(
        police.post(f"{scene.live}/items/{first.id}/write/discussion", {"text": "And a half"}, headers=HTMX)
    )
    for words in told(scene, first):
        assert words in fragment


def told(scene, first) -> tuple[str, ...]:
    """The same words, with scripts and without."""
    return (
        f'Saved under <a class="govuk-link" href="{scene.live}?item={first.id}">item 1, Martin Ashdown</a>.',
        f'The meeting has moved on to <a class="govuk-link" href="{scene.live}">item 2</a>.',
    )


def test_what_is_written_under_the_current_item_needs_no_such_words(scene, opened):
    police = opened(scene.police)
    answer = police.post(f"{scene.live}/items/{scene.items[0].id}/write/discussion", {"text": "In time"}, headers=HTMX)
    assert "The discussion is recorded." in page_of(answer)
    assert "Saved under" not in page_of(answer)


def test_an_item_that_is_closed_to_the_reader_is_not_named_by_its_notice(scene, opened):
    police = opened(scene.police)
    first = scene.items[0]
    police.post(f"{scene.live}/items/{first.id}/conflict", {"reason": ""})
    page = page_of(police.get(f"{scene.live}?item={first.id}&saved=1"))
    assert "Ashdown" not in page
    assert "Saved under" not in page


def test_closing_asks_what_became_of_the_items_that_were_recorded_under(scene, opened):
    chair = opened(scene.chair)
    first = scene.items[0]
    chair.post(f"{scene.live}/items/{first.id}/write/decision", {"text": "A warning letter"})
    page = page_of(chair.get(f"{scene.live}/close"))
    assert chosen_in(page, "recorded") == []
    refused = chair.post(f"{scene.live}/close")
    assert refused.status_code == 422
    assert "Choose what became of the items under which something was recorded" in page_of(refused)
    assert db.session.get(Meeting, scene.meeting.id).status is MeetingStatus.IN_SESSION
    assert chair.post(f"{scene.live}/close", {"recorded": "not heard"}).status_code == 303
    assert [item.outcome for item in scene.items] == [ItemOutcome.NOT_HEARD, ItemOutcome.NOT_HEARD]


def test_from_the_page_of_closing_an_outcome_is_said_and_leads_back_to_it(scene, opened):
    chair = opened(scene.chair)
    first = scene.items[0]
    assert f"{scene.live}/items/{first.id}/outcome?then=close" in page_of(chair.get(f"{scene.live}/close"))
    answer = fill_in(chair, f"{scene.live}/items/{first.id}/outcome", {"outcome": "heard", "then": "close"})
    assert answer.headers["Location"] == f"{scene.live}/close"


def test_a_conflict_through_htmx_goes_where_the_form_was_and_can_be_saved_again(scene, opened):
    police, chair = opened(scene.police), opened(scene.chair)
    item = scene.items[0]
    write = f"{scene.live}/items/{item.id}/write/information"
    shared = {"text": "First", "source": scene.police.agency_id, "visibility": "everyone at this item"}
    police.post(write, shared)
    entry = db.session.scalars(select(Entry)).one()
    address = f"{scene.live}/items/{item.id}/entries/{entry.id}"
    chair.post(address, {"version": "1", "text": "Theirs", "visibility": "chair and coordinator"})
    late = police.post(address, {"version": "1", "text": "Mine", "visibility": "everyone at this item"}, headers=HTMX)
    assert late.status_code == 409
    assert late.headers["HX-Retarget"] == "#writing"
    page = page_of(late)
    notice = page.partition("<form")[0]
    assert "Theirs" in notice and "Mine" in notice
    assert "chair and coordinator" in notice.lower()
    form = next(form for form in forms_of(page) if "text" in form.fields)
    assert form.fields["text"].values == ["Mine"]
    assert police.post(address, form.data(), headers=HTMX).status_code == 200
    assert db.session.get(Entry, entry.id).text == "Mine"


def test_words_that_were_struck_out_meanwhile_can_be_saved_again(scene, opened):
    police, chair = opened(scene.police), opened(scene.chair)
    item = scene.items[0]
    police.post(f"{scene.live}/items/{item.id}/write/decision", {"text": "First"})
    entry = db.session.scalars(select(Entry)).one()
    address = f"{scene.live}/items/{item.id}/entries/{entry.id}"
    chair.post(f"{address}/strike")
    late = police.post(address, {"version": "1", "text": "Mine"})
    assert late.status_code == 409
    assert "Saving takes the striking out back." in page_of(late)
    assert police.post(address, {"version": "2", "text": "Mine"}).status_code == 303
    db.session.refresh(entry)
    assert (entry.text, entry.struck_at) == ("Mine", None)
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 1
