"""What the stories of the providers share: a meeting in session, referring in it, and filling in what comes after."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from core.accounts.models import User
from core.accounts.queries import actor_as_of
from core.cases.models import Case
from core.clock import local_date, utc_now
from core.recording.queries import attendance_by_user
from core.recording.room.operations import accept, open_meeting
from tests.builders import a_meeting, a_provider, a_user, an_agency, today
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene

MOST_CLICKS, MOST_QUESTIONS = 3, 8
"""In a live meeting somebody is referred in three clicks and one short form."""

COUNT = """addEventListener("click", event => {
  if (event.isTrusted && event.target.closest("a, button")) {
    sessionStorage.setItem("clicks", Number(sessionStorage.getItem("clicks")) + 1);
  }
}, true)"""


def a_service(scene: Scene, name: str, pathway: str) -> User:
    """Somebody of an agency that provides the pathway and is no member of the group. Within a transaction."""
    agency = an_agency(scene.partnership, name)
    a_provider(scene.partnership, agency, pathway)
    worker = a_user(agency, "Noor Al-Amin")
    worker.password_hash = scene.chair.password_hash
    return worker


def in_session(scene: Scene, case: Case) -> str:
    """The live page of a meeting that hears the case, its members all in the room. Within a transaction."""
    now = utc_now()
    meeting = a_meeting(scene.group, starts_at=now, cases=[case])
    room = {user: actor_as_of(user.id, scene.partnership.id, on=local_date(now)) for user in _members(scene)}
    open_meeting(
        room[scene.coordinator],
        meeting=meeting,
        chair_id=scene.chair.id,
        minute_taker_id=scene.coordinator.id,
        now=now,
        on=local_date(now),
    )
    lines = attendance_by_user(meeting.id)
    for actor in room.values():
        accept(actor, meeting=meeting, line=lines.get(actor.user_id), now=now)
    return f"/meetings/{meeting.id}/live"


def refer_in_meeting(
    page: Page, live: str, who_and_where: str, fill_in: Callable[[Page], None], looker: Looker | None = None
) -> str:
    """Refer from the live page; the address of the referral. Fails on more than three clicks, or on a long form."""
    page.add_init_script(COUNT)
    page.goto(live)
    page.evaluate("sessionStorage.setItem('clicks', 0)")
    page.get_by_role("link", name="Refer somebody").click()
    page.get_by_role("link", name=f"Refer {who_and_where}").click()
    assert page.locator("main form .govuk-form-group:not(.govuk-form-group *)").count() <= MOST_QUESTIONS
    fill_in(page)
    if looker is not None:
        looker.look(page, "refer-in-the-meeting")
    page.get_by_role("button", name="Refer", exact=True).click()
    expect(page.get_by_text("The provider sees it now")).to_be_visible()
    assert int(page.evaluate("sessionStorage.getItem('clicks')")) <= MOST_CLICKS
    address = page.locator("li[id^=referral-] a").get_attribute("href")
    assert address is not None
    return address


def choose(page: Page, question: str, answer: str) -> None:
    """Answer a question that has radio buttons or boxes to tick."""
    page.get_by_role("group", name=question).get_by_label(answer, exact=True).check()


def a_day(page: Page, question: str, day: date | None = None) -> None:
    """Answer a question for a day: today, unless said."""
    day, boxes = day or today(), page.get_by_role("group", name=question)
    for box, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        boxes.get_by_label(box, exact=True).fill(str(value))


def step(page: Page, label: str, then: str, fill_in: Callable[[Page], None] = lambda page: None) -> None:
    """Make a move from the referral's page; `then` is where it says that the referral is afterwards."""
    page.get_by_role("button", name=label, exact=True).click()
    fill_in(page)
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(then)
    expect(page.get_by_role("heading", name="Where it is")).to_be_visible()


def consent(page: Page, whose: str) -> None:
    """Record that somebody consents today."""
    page.get_by_role("link", name=f"consent: {whose}").click()
    choose(page, "What did they say?", "They consent")
    a_day(page, "When?")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()


def read(page: Page, address: str) -> str:
    """The words of a page, as its reader finds them."""
    page.goto(address)
    return page.get_by_role("main").inner_text()


def _members(scene: Scene) -> tuple[User, ...]:
    return (scene.chair, scene.coordinator, scene.officer, scene.landlord, scene.mentor_manager)
