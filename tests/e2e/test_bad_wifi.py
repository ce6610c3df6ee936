"""The network goes away while somebody writes in a meeting, and comes back: nothing lost, twice or in clear."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.actions.models import Action
from core.clock import local_date, utc_now
from core.extensions import db
from core.facts import MeetingStatus, Presence, Visibility
from core.meetings.models import AgendaItem, Meeting
from core.recording.interests.operations import declare_interest
from core.recording.models import Entry
from core.recording.queries import attendance_by_user
from core.recording.room.operations import accept, open_meeting
from tests.e2e.conftest import sign_in
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene, item_of
from tests.e2e.site import Site

CANARY = "Quetzalcoatl hid the ladder"

KEPT_IN_CLEAR = """async () => {
  const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
  for (const { name, version } of await indexedDB.databases()) {
    const database = await new Promise((resolve) => {
      const request = indexedDB.open(name, version);
      request.onsuccess = () => resolve(request.result);
    });
    for (const store of database.objectStoreNames) {
      const rows = await new Promise((resolve) => {
        const request = database.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      for (const row of rows) {
        for (const value of Object.values(row)) {
          const isBytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
          for (const letters of ["utf-8", "utf-16le"]) {
            found.push(isBytes ? new TextDecoder(letters).decode(value) : JSON.stringify(value));
          }
        }
      }
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      found.push(request.url, await (await caches.match(request, { ignoreVary: true })).text());
    }
  }
  return found;
}"""
"""All that the browser stores, as text."""

WORKER_READY = """() => new Promise((done, failed) => {
  setTimeout(() => failed(new Error("the stand-in was not installed")), 30000);
  navigator.serviceWorker.ready.then(() => done(true));
})"""

ROWS = """() => new Promise((done) => {
  const request = indexedDB.open("roundtable-kept");
  request.onsuccess = () => {
    const all = request.result.transaction("rows").objectStore("rows").getAll();
    all.onsuccess = () => { request.result.close(); done(all.result); };
  };
})"""
"""The rows that are kept."""


@dataclass
class Held:
    """A meeting in session, at the case of Martin Ashdown, and its people's pages."""

    site: Site
    scene: Scene
    meeting_id: int
    item_id: int

    @property
    def live(self) -> str:
        return f"/meetings/{self.meeting_id}/live"

    def texts(self) -> list[str]:
        """What is recorded, in order."""
        with self.site.reading():
            found = select(Entry.text).where(Entry.meeting_id == self.meeting_id).order_by(Entry.id)
            return list(db.session.scalars(found))

    def mark(self, user: User, presence: Presence) -> None:
        """As the chair does in the attendance."""
        with self.site.writing():
            attendance_by_user(self.meeting_id)[user.id].presence = presence

    def authors(self) -> list[tuple[str, int]]:
        """The same, with who wrote it."""
        with self.site.reading():
            found = select(Entry.text, Entry.author_id).where(Entry.meeting_id == self.meeting_id).order_by(Entry.id)
            return [(text, author) for text, author in db.session.execute(found)]


@pytest.fixture
def held(site: Site, scene: Scene) -> Held:
    """Opened by the coordinator; the statement accepted by all."""
    with site.writing(*scene.rows):
        now = utc_now().replace(second=0, microsecond=0)
        meeting = scene.schedule(1)
        meeting.starts_at, meeting.ends_at = now, now + timedelta(hours=2)
        scene.put_on_agenda(meeting, scene.ashdown, scene.raman)
        actors = {user.id: _actor(user, scene) for user in (scene.coordinator, scene.officer, scene.landlord)}
        open_meeting(
            actors[scene.coordinator.id],
            meeting=meeting,
            chair_id=scene.chair.id,
            minute_taker_id=scene.coordinator.id,
            now=now,
            on=local_date(now),
        )
        lines = attendance_by_user(meeting.id)
        for actor in actors.values():
            accept(actor, meeting=meeting, line=lines[actor.user_id], now=now)
        item = item_of(meeting.id, scene.ashdown)
        meeting.current_item_id, item.started_at = item.id, now
        return Held(site, scene, meeting.id, item.id)


def _actor(user: User, scene: Scene) -> object:
    return actor_as_of(user.id, scene.partnership.id, on=local_date(utc_now()))


def the_page(held: Held, enter: Callable[..., Page], user: User) -> Page:
    """The live page, ready to keep what is typed, with its stand-in installed."""
    page = enter(user)
    page.goto(held.live)
    expect(page.locator("#item-title")).to_contain_text("Martin Ashdown")
    page.evaluate(WORKER_READY)
    return page


def write(page: Page, text: str) -> None:
    """Type into the form of a discussion."""
    page.get_by_role("link", name="Note the discussion").click()
    page.get_by_label("What was discussed?").fill(text)


def save(page: Page) -> None:
    page.locator("#writing").get_by_role("button", name="Save").click()


def nothing_in_clear(page: Page, scene: Scene) -> None:
    """Neither what was typed nor a name of anybody, an agency or an item stands anywhere in what the browser stores."""
    stored = "\n".join(page.evaluate(KEPT_IN_CLEAR)).casefold()
    assert "roundtable" in stored, "looked at nothing"
    secrets = [CANARY, "quetzal", "Ashdown", "Raman", scene.officer.name, scene.police.name, scene.partnership.name]
    assert [word for word in secrets if word.casefold() in stored] == []


def test_three_things_saved_without_network_are_recorded_once_and_in_order(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = the_page(held, enter, held.scene.officer)
    page.context.set_offline(True)
    for number in (1, 2, 3):
        write(page, f"{CANARY} {number}")
        save(page)
        expect(page.locator("[data-kept-rows] > li")).to_have_count(number)
    expect(page.locator("[data-kept-status]")).to_contain_text(
        "3 things that you saved wait on this device to be sent."
    )
    assert [row["state"] for row in page.evaluate(ROWS)] == ["waiting"] * 3
    nothing_in_clear(page, held.scene)
    assert held.texts() == []
    page.context.set_offline(False)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(0)
    expect(page.locator("#item")).to_contain_text(f"{CANARY} 3")
    assert held.texts() == [f"{CANARY} {number}" for number in (1, 2, 3)]
    assert page.evaluate(ROWS) == []


def test_what_an_agency_shares_and_an_action_are_recorded_though_the_network_went_before_a_form_was_opened(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = the_page(held, enter, held.scene.officer)
    known = page.locator("#keeping[data-known~='write/information'][data-known~='action']")
    expect(known).to_have_count(1, timeout=20_000)
    nothing_in_clear(page, held.scene)
    page.context.set_offline(True)
    page.get_by_role("link", name="Share information").click()
    form = page.locator("#writing")
    expect(form).to_contain_text("Martin Ashdown")
    form.locator("textarea[name=text]").fill(f"{CANARY}, shared")
    form.get_by_label("Chair and coordinator").check()
    save(page)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(1)
    page.get_by_role("link", name="Add an action", exact=True).click()
    form.locator("textarea[name=text]").fill(f"{CANARY}, to do")
    form.get_by_label("Which agency").fill(held.scene.police.name)
    for box, typed in (("day", "3"), ("month", "12"), ("year", str(utc_now().year + 1))):
        form.locator(f"input[name=due-{box}]").fill(typed)
    form.get_by_role("button", name="Record the action").click()
    expect(page.locator("[data-kept-rows] > li")).to_have_count(2)
    page.get_by_role("link", name="Agree the risk").click()
    expect(form).to_contain_text("this needs one: nothing was sent")
    nothing_in_clear(page, held.scene)
    assert held.texts() == []
    page.context.set_offline(False)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(0)
    assert held.texts() == [f"{CANARY}, shared"]
    with held.site.reading():
        entry = db.session.scalars(select(Entry).where(Entry.meeting_id == held.meeting_id)).one()
        assert entry.visibility is Visibility.CHAIR and entry.source_agency_id == held.scene.police.id
        action = db.session.scalars(select(Action).where(Action.item_id == held.item_id)).all()
        assert [each.text for each in action if CANARY in each.text] == [f"{CANARY}, to do"]


def test_what_was_typed_survives_a_reload_without_network_and_stands_in_its_form_again(
    held: Held, enter: Callable[..., Page], looker: Looker
) -> None:
    page = the_page(held, enter, held.scene.officer)
    page.get_by_role("link", name="Add an action").click()
    page.get_by_label("What will be done?").fill(f"{CANARY} by Friday")
    page.get_by_label("Which agency will do it?").fill(held.scene.homes.name)
    page.get_by_label("Day", exact=True).fill("27")
    expect(page.locator("[data-kept-status]")).to_have_text(
        "What you are writing is not saved yet. It is kept on this device."
    )
    expect(page.locator("#writing form")).to_have_attribute("data-kept", "")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("main")).to_contain_text("Kept on this device, and shown when you are back: 1 thing")
    nothing_in_clear(page, held.scene)
    looker.look(page, "no-connection")
    page.context.set_offline(False)
    expect(page.get_by_label("What will be done?")).to_have_value(f"{CANARY} by Friday")
    expect(page.get_by_label("Day", exact=True)).to_have_value("27")
    expect(page.get_by_label("Which agency will do it?")).to_have_value(held.scene.homes.name)
    expect(page.locator(".app-kept-note")).to_contain_text("Not saved yet. Kept on this device")
    expect(page.get_by_label("What will be done?")).not_to_be_focused()
    looker.look(page, "shown-again-in-its-form")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-kept-status]")).to_be_empty()
    assert page.evaluate(ROWS) == []


def test_signed_out_meanwhile_it_waits_and_is_nothing_to_anybody_else(
    held: Held, enter: Callable[..., Page], looker: Looker
) -> None:
    page = the_page(held, enter, held.scene.officer)
    page.context.set_offline(True)
    write(page, CANARY)
    save(page)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(1)
    page.context.clear_cookies()
    page.context.set_offline(False)
    expect(page.locator("[data-kept-status]")).to_contain_text("You are signed out. 1 thing that you saved waits")
    looker.look(page, "signed-out")

    other = page.context.new_page()
    other.goto("/sign-in")
    sign_in(other, held.scene.landlord)
    other.goto(held.live)
    expect(other.locator("#item-title")).to_contain_text("Martin Ashdown")
    expect(other.locator("[data-kept-status]")).to_have_attribute("data-state", "saved")
    expect(other.locator("[data-kept-rows] > li")).to_have_count(0)
    expect(other.locator("body")).not_to_contain_text(CANARY)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-kept-status]")).to_contain_text("Somebody else is signed in on this device now.")
    assert (held.texts(), len(page.evaluate(ROWS))) == ([], 1)
    other.get_by_role("button", name="Sign out").click()
    other.get_by_role("button", name="Sign in").wait_for()
    sign_in(other, held.scene.officer)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("[data-kept-status]")).to_have_text("Everything that you wrote is saved.")
    assert held.authors() == [(CANARY, held.scene.officer.id)]


def test_recused_meanwhile_it_is_refused_with_the_reason_and_the_text_is_handed_back(
    held: Held, enter: Callable[..., Page], looker: Looker
) -> None:
    page = the_page(held, enter, held.scene.officer)
    page.context.set_offline(True)
    write(page, CANARY)
    save(page)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(1)
    write(page, "Half a sentence")
    with held.site.writing(*held.scene.rows):
        actor = actor_as_of(held.scene.officer.id, held.scene.partnership.id, on=local_date(utc_now()))
        item = db.session.get_one(AgendaItem, held.item_id)
        declare_interest(actor, item=item, reason="A cousin", now=utc_now())
        number = item.position
    page.context.set_offline(False)
    line = page.locator("[data-kept-rows] > li")
    expect(line).to_contain_text("Not saved")
    expect(line).to_contain_text("interest")
    expect(line.get_by_label("What was discussed?")).to_have_value(CANARY)
    expect(page.locator("[data-kept-status]")).to_contain_text("1 thing could not be saved: see below.")
    expect(page.locator("body")).not_to_contain_text("Martin Ashdown")
    expect(page.locator("#writing .govuk-caption-m")).to_have_text(f"Item {number}")
    expect(line).to_contain_text(f"Note the discussion, Item {number}, ")
    expect(line.get_by_role("button")).to_have_text([re.compile("^Throw away")])
    page.locator("#writing").get_by_role("button", name="Cancel").click()
    looker.look(page, "refused")
    line.get_by_label("What was discussed?").fill(f"{CANARY}, without names")
    expect(line.get_by_label("What was discussed?")).to_have_attribute("data-kept", "")
    page.reload()
    expect(line.get_by_label("What was discussed?")).to_have_value(f"{CANARY}, without names")
    expect(page.locator("body")).not_to_contain_text("Martin Ashdown")
    page.once("dialog", lambda dialog: dialog.accept())
    line.get_by_role("button", name="Throw away").click()
    expect(line).to_have_count(0)
    assert (held.texts(), page.evaluate(ROWS)) == ([], [])


def test_an_answer_that_was_lost_on_its_way_and_a_token_that_ran_out_make_no_second_entry(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = the_page(held, enter, held.scene.officer)
    lost = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route(
        "**/write/discussion", lambda route: lose(route) if route.request.method == "POST" else route.continue_()
    )
    write(page, CANARY)
    save(page)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(1)
    expect(page.locator("[data-kept-status]")).to_contain_text("No connection. 1 thing that you saved waits")
    page.context.clear_cookies(name="roundtable-form")
    page.unroute("**/write/discussion")
    expect(page.locator("[data-kept-status]")).to_have_text("Everything that you wrote is saved.")
    assert (set(lost), held.texts()) == ({200}, [CANARY])


def test_what_somebody_else_changed_meanwhile_is_shown_beside_what_waited(
    held: Held, enter: Callable[..., Page], looker: Looker
) -> None:
    page = the_page(held, enter, held.scene.officer)
    write(page, "First words")
    save(page)
    page.locator("#item").get_by_role("link", name="Change this discussion").click()
    page.get_by_label("What was discussed?").fill(CANARY)
    page.context.set_offline(True)
    save(page)
    line = page.locator("[data-kept-rows] > li")
    expect(line).to_contain_text(CANARY)
    with held.site.writing(*held.scene.rows):
        entry = db.session.scalars(select(Entry).where(Entry.meeting_id == held.meeting_id)).one()
        entry.text = "Words of somebody else"
    page.context.set_offline(False)
    compared = page.locator("#writing .app-compare")
    expect(compared).to_contain_text("Words of somebody else")
    expect(compared).to_contain_text(CANARY)
    expect(page.get_by_label("What was discussed?")).to_have_value(CANARY)
    looker.look(page, "both-values")
    page.get_by_label("What was discussed?").fill("Both together")
    save(page)
    expect(page.get_by_text("The change is saved.")).to_be_visible()
    assert (held.texts(), page.evaluate(ROWS)) == (["Both together"], [])


def test_what_waits_is_edited_sent_and_thrown_away_with_the_keyboard_alone(
    held: Held, enter: Callable[..., Page], looker: Looker
) -> None:
    page = the_page(held, enter, held.scene.officer)
    page.context.set_offline(True)
    for number in (1, 2):
        write(page, f"{CANARY} {number}")
        save(page)
        expect(page.locator("[data-kept-rows] > li")).to_have_count(number)
    looker.look(page, "two-wait")
    first, second = (page.locator("[data-kept-rows] > li").nth(place) for place in (0, 1))
    page.on("dialog", lambda dialog: dialog.accept())
    second.get_by_role("button", name="Throw away").press("Enter")
    expect(page.locator("[data-kept-rows] > li")).to_have_count(1)
    expect(page.locator("[data-kept-status]")).to_be_focused()
    first.get_by_role("button", name="Edit").press("Enter")
    words = first.get_by_label("What was discussed?")
    expect(words).to_be_focused()
    words.fill(f"{CANARY}, put better")
    looker.look(page, "edited-where-it-stands")
    page.context.set_offline(False)
    first.get_by_role("button", name="Send now").press("Enter")
    expect(page.locator("[data-kept-status]")).to_have_text("Everything that you wrote is saved.")
    assert held.texts() == [f"{CANARY}, put better"]


def test_where_a_browser_can_keep_nothing_the_page_says_so_and_works_as_before(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = enter(held.scene.officer)
    page.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    page.goto(held.live)
    expect(page.locator("[data-kept-status]")).to_contain_text("not opened over HTTPS, so the browser keeps nothing")
    write(page, CANARY)
    save(page)
    expect(page.locator("#item .app-record").filter(has_text=CANARY)).to_be_visible()
    assert page.evaluate("indexedDB.databases()") == []


def test_whoever_has_left_gets_no_key_and_lets_it_be_sent_when_they_are_back(
    held: Held, enter: Callable[..., Page], looker: Looker
) -> None:
    page = the_page(held, enter, held.scene.officer)
    page.context.set_offline(True)
    write(page, CANARY)
    save(page)
    expect(page.locator("[data-kept-rows] > li")).to_have_count(1)
    page.reload()
    held.mark(held.scene.officer, Presence.LEFT)
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="You have left this meeting")).to_be_visible()
    expect(page.locator("[data-kept-status]")).to_contain_text("1 thing that you wrote and that is not saved")
    expect(page.locator("body")).not_to_contain_text(CANARY)
    looker.look(page, "left")
    held.mark(held.scene.officer, Presence.PRESENT)
    page.reload()
    expect(page.locator("#item .app-record").filter(has_text=CANARY)).to_be_visible()
    assert (held.texts(), page.evaluate(ROWS)) == ([CANARY], [])


def test_signing_out_leaves_it_to_its_writer_and_nobody_can_open_it_after_the_approval(
    held: Held, enter: Callable[..., Page]
) -> None:
    page = the_page(held, enter, held.scene.officer)
    write(page, CANARY)
    expect(page.locator("#writing form")).to_have_attribute("data-kept", "")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in").wait_for()
    assert asked[0].startswith("1 thing that you wrote is not saved. It stays on this device, encrypted")
    nothing_in_clear(page, held.scene)
    sign_in(page, held.scene.officer)
    page.goto(held.live)
    expect(page.get_by_label("What was discussed?")).to_have_value(CANARY)
    with held.site.writing():
        meeting = db.session.get_one(Meeting, held.meeting_id)
        meeting.status, meeting.closed_at, meeting.frozen_at = MeetingStatus.CLOSED, utc_now(), utc_now()
    page.reload()
    expect(page.get_by_role("heading", name="This meeting is over")).to_be_visible()
    expect(page.locator("[data-kept-status]")).to_have_attribute("data-state", "saved")
    assert page.evaluate(ROWS) == []
