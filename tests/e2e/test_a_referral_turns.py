"""A referral that turns on its way: declined and opened again, paused and let go on, handed to another provider."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.builders import today
from tests.e2e.looking import Looker
from tests.e2e.referring import a_day, a_service, choose, in_session, read, refer_in_meeting, step
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.e2e.test_a_mentor_is_found import NEED, why_mentoring

PAUSED, MOVED = "He is in hospital", "He has moved away"


def test_declined_opened_again_paused_and_handed_over(
    site: Site, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    with site.writing(*scene.rows):
        worker = a_service(scene, "Bridges", "mentoring")
        a_service(scene, "Common Ground", "mediation")
        live = in_session(scene, scene.whitworth)
    officer = enter(scene.officer)
    address = refer_in_meeting(officer, live, "Jayden Whitworth to Mentoring, Alongside Mentoring", why_mentoring)

    scheme = enter(scene.mentor_manager)
    scheme.goto(address)
    step(scheme, "Decline", "Declined", lambda page: to_mediation(page, looker))
    looker.look(scheme, "declined")
    officer.goto(address)
    expect(officer.get_by_text("The provider suggests Mediation instead.")).to_be_visible()
    looker.look(officer, "the-referrer-reads-the-suggestion")

    scheme.get_by_role("link", name="Open again").click()
    fill(scheme, "Why do you open it again?", "A mentor is free after all", looker, "open-again")
    scheme.get_by_role("button", name="Open again").click()
    expect(scheme.get_by_text("The referral is open again.")).to_be_visible()
    assert "suggests" not in read(officer, address)

    scheme.get_by_role("link", name="Pause").click()
    a_day(scheme, "When is it to go on?", today() + timedelta(days=30))
    fill(scheme, "Why does it pause?", PAUSED, looker, "pause")
    scheme.get_by_role("button", name="Pause").click()
    expect(scheme.get_by_text("Accept the referral: not yet.")).to_contain_text("The referral is paused: let it go on")
    looker.look(scheme, "paused")
    told = read(officer, address)
    assert "Paused since" in told
    assert PAUSED not in told
    scheme.get_by_role("link", name="Let it go on").click()
    fill(scheme, "Note (optional)", "Home again", looker, "let-it-go-on")
    scheme.get_by_role("button", name="Let it go on").click()
    expect(scheme.get_by_text("The referral goes on.")).to_be_visible()

    scheme.get_by_role("link", name="Hand over to another provider").click()
    scheme.get_by_label("Who takes it over?").select_option(label="Bridges")
    a_day(scheme, "When did they agree to it?")
    fill(scheme, "Why do you hand it over?", MOVED, looker, "hand-over")
    scheme.get_by_role("button", name="Hand over").click()
    expect(scheme.get_by_role("alert")).to_contain_text("Handed over to Bridges: ")
    looker.look(scheme, "handed-over")

    there = enter(worker)
    there.goto("/referrals")
    there.get_by_role("row", name="Jayden Whitworth").get_by_role("link").click()
    expect(there.get_by_text(NEED)).to_be_visible()
    looker.look(there, "the-other-provider-reads-it")
    for kept in (PAUSED, MOVED):
        assert kept not in there.content()


def to_mediation(page: Page, looker: Looker) -> None:
    """Nobody is free, and another pathway would suit him better."""
    choose(page, "Reason", "No suitable mentor is free")
    page.get_by_label("Which other pathway do you suggest? (optional)").select_option(label="Mediation")
    looker.look(page, "decline")


def fill(page: Page, question: str, answer: str, looker: Looker, name: str) -> None:
    """Answer the question that remains, and look at the page."""
    page.get_by_label(question).fill(answer)
    looker.look(page, name)
