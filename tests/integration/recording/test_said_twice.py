"""Two people say at once what became of an item, or what risk was agreed: whoever comes second is told."""

from core.facts import ItemOutcome
from tests.support.forms import fill_in, forms_of

FIRST = "Somebody else saved first"


def form_at(browser, address, *fields):
    """What the page's form holds when nobody has touched it."""
    page = browser.get(address).get_data(as_text=True)
    return next(form.data() for form in forms_of(page) if set(fields) <= set(form.fields))


def test_two_outcomes_said_at_once_do_not_overwrite_each_other(scene, opened):
    chair, coordinator = opened(scene.chair), opened(scene.coordinator)
    address = f"{scene.live}/items/{scene.items[0].id}/outcome"
    read = form_at(coordinator, address, "outcome", "reason")
    assert fill_in(chair, address, {"outcome": "carried forward", "reason": "No officer"}).status_code == 303
    late = coordinator.post(address, {**read, "outcome": "removed", "reason": "Moved away"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert FIRST in page
    for words in ("Carried forward to the next meeting", "Removed: it need not be heard", "No officer", "Moved away"):
        assert words in page.partition(FIRST)[2].partition("<form")[0], words
    kept = next(form for form in forms_of(page) if "reason" in form.fields)
    assert (kept.fields["outcome"].values, kept.fields["reason"].values) == (["removed"], ["Moved away"])
    assert scene.items[0].outcome is ItemOutcome.CARRIED_FORWARD
    assert coordinator.post(address, kept.data()).status_code == 303
    assert (scene.items[0].outcome, scene.items[0].outcome_reason) == (ItemOutcome.REMOVED, "Moved away")


def test_whoever_was_told_goes_on_to_where_they_were_going(scene, opened):
    chair, coordinator = opened(scene.chair), opened(scene.coordinator)
    first, second = scene.items
    address = f"{scene.live}/items/{first.id}/outcome"
    read = form_at(chair, f"{address}?then={second.id}", "outcome", "then")
    assert fill_in(coordinator, address, {"outcome": "not heard"}).status_code == 303
    late = chair.post(address, {**read, "outcome": "heard"}, headers={"HX-Request": "true"})
    page = late.get_data(as_text=True)
    assert FIRST in page
    assert "Save and go on to item 2" in page
    assert late.headers["HX-Retarget"] == "#step", "where the question stands, and not beside it"


def test_what_else_happens_to_the_item_meanwhile_is_no_conflict(scene, opened):
    chair, coordinator = opened(scene.chair), opened(scene.coordinator)
    first, second = scene.items
    address = f"{scene.live}/items/{first.id}"
    outcome, risk = (
        form_at(coordinator, f"{address}/outcome", "outcome"),
        form_at(coordinator, f"{address}/risk", "risk"),
    )
    before = first.version
    for item in (second, first):
        chair.post(f"{scene.live}/items/{item.id}/current", {"anyway": "1"})
    chair.post(f"{address}/attended", {"there": [], "shown": ""})
    assert scene.items[0].version > before
    assert coordinator.post(f"{address}/risk", {**risk, "risk": "high"}).status_code == 303
    assert coordinator.post(f"{address}/outcome", {**outcome, "outcome": "heard"}).status_code == 303


def test_two_risks_agreed_at_once_do_not_overwrite_each_other(scene, opened):
    police, housing = opened(scene.police), opened(scene.housing)
    address = f"{scene.live}/items/{scene.items[0].id}/risk"
    read = form_at(housing, address, "risk")
    assert fill_in(police, address, {"risk": "high"}).status_code == 303
    late = housing.post(address, {**read, "risk": "medium"})
    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert FIRST in page
    kept = next(form for form in forms_of(page) if "risk" in form.fields)
    assert kept.fields["risk"].values == ["medium"]
    assert scene.items[0].risk_agreed == "high"
    assert housing.post(address, kept.data()).status_code == 303
    assert scene.items[0].risk_agreed == "medium"


def test_a_risk_of_the_case_that_the_meeting_confirms_counts_as_said(scene, opened):
    police, housing = opened(scene.police), opened(scene.housing)
    address = f"{scene.live}/items/{scene.items[0].id}/risk"
    read = form_at(housing, address, "risk")
    assert fill_in(police, address, {"risk": read["risk"][0]}).status_code == 303
    other = next(each for each in ("medium", "high") if each != read["risk"][0])
    assert housing.post(address, {**read, "risk": other}).status_code == 409
