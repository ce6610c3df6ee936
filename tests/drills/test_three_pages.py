"""Drill: three pages in Chromium, one of them taken off the network again and again while all write, end up equal."""

import os
import random
import shutil
import time

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect
from sqlalchemy import select

from core.extensions import db
from core.recording.models import Entry

PAGES = 3
SHOWN = "#item .app-record > li[id^=entry-] > .app-text"
A_MINUTE = 60_000

WORKER_READY = """() => new Promise((done, failed) => {
  setTimeout(() => failed(new Error("the stand-in was not installed")), 30000);
  navigator.serviceWorker.ready.then(() => done(true));
})"""

NOTHING_KEPT = """() => new Promise((done) => {
  const request = indexedDB.open("roundtable-kept");
  request.onsuccess = () => {
    const rows = request.result.transaction("rows").objectStore("rows").count();
    rows.onsuccess = () => { request.result.close(); done(rows.result === 0); };
  };
})"""


@pytest.fixture
def chromium(playwright: Playwright):
    """The machine's own."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=program, args=arguments)
    yield browser
    browser.close()


def live_page(chromium: Browser, meeting, number: int) -> Page:
    """An attendee's, in a browser of their own, ready to go on without network."""
    url = f"http://127.0.0.1:{meeting.server.port}"
    context = chromium.new_context(base_url=url)
    context.add_cookies([{"name": "roundtable", "value": meeting.tokens[number], "url": url}])
    page = context.new_page()
    page.set_default_timeout(A_MINUTE)
    page.goto(meeting.live)
    page.evaluate(WORKER_READY)
    return page


def write(page: Page, text: str) -> str:
    """A discussion, typed and saved, whether or not there is a network."""
    page.get_by_role("link", name="Note the discussion").click()
    page.get_by_label("What was discussed?").fill(text)
    page.locator("#writing").get_by_role("button", name="Save").click()
    expect(page.locator("#writing .app-written")).to_be_visible(timeout=A_MINUTE)
    return text


def stored() -> list[str]:
    """What is recorded, in order."""
    db.session.rollback()
    return list(db.session.scalars(select(Entry.text).order_by(Entry.id)))


def test_three_pages_end_up_equal_and_equal_to_the_database(chromium, meeting, full, figure):
    rounds = 10 if full else 2
    rng = random.Random(11)
    first, second, away = (live_page(chromium, meeting, number) for number in range(PAGES))
    written = {page: [] for page in (first, second, away)}
    for number in range(1, rounds + 1):
        if rng.random() < 0.5:  # the network goes while something is on its way
            written[away].append(write(away, f"{number} with a network"))
        away.context.set_offline(True)
        for line in ("a", "b"):
            written[away].append(write(away, f"{number}{line} without"))
            for page, name in ((first, "first"), (second, "second")):
                written[page].append(write(page, f"{number}{line} {name}"))
        if number % 2 == 0:
            away.reload()
            expect(away.get_by_role("heading", name="No connection")).to_be_visible()
        away.context.set_offline(False)
        expect(away.get_by_role("link", name="Note the discussion")).to_be_visible(timeout=A_MINUTE)
    until = time.monotonic() + 60
    while not away.evaluate(NOTHING_KEPT) and time.monotonic() < until:
        time.sleep(0.1)
    recorded = stored()
    for page in written:
        expect(page.locator(SHOWN)).to_have_text(recorded, timeout=A_MINUTE)
    lost = [text for texts in written.values() for text in texts if text not in recorded]
    figure(
        "three pages",
        f"off the network {rounds} times, {sum(map(len, written.values()))} written, {len(recorded)} "
        f"recorded, lost {lost or 0}, twice {len(recorded) - len(set(recorded))}; equal on all three",
    )
    assert (lost, len(recorded)) == ([], len(set(recorded)))
    for texts in written.values():
        assert [text for text in recorded if text in texts] == texts, "in the order in which they were written"
