"""An agency registers its scheme, says whom it takes and who works there; it is approved, used, switched off."""

from collections.abc import Callable
from functools import partial

from playwright.sync_api import Page, expect

from core.accounts.models import User
from core.facts import AdminRole
from tests.builders import PASSWORD, a_user
from tests.e2e.looking import Looker
from tests.e2e.referring import choose
from tests.e2e.scene import Scene
from tests.e2e.site import Site


def test_from_the_registration_to_the_day_on_which_it_is_switched_off(
    site: Site, scene: Scene, enter: Callable[..., Page], looker: Looker
) -> None:
    with site.writing(*scene.rows):
        make = partial(a_user, partnership=scene.partnership, password=PASSWORD)
        manager = make(scene.homes, "Hana Homes", admin=AdminRole.AGENCY_ADMIN)
        admin = make(scene.council, "Pat Partnership", admin=AdminRole.PARTNERSHIP_ADMIN)
    agency, partnership = enter(manager), enter(admin)

    registered(agency, looker)
    address = agency.url
    partnership.goto(address)
    partnership.get_by_role("button", name="Approve").click()
    expect(partnership.get_by_text("The provider is approved.")).to_be_visible()
    agency.goto(address)
    says_whom_it_takes(agency, looker)
    keeps_the_list_of_staff(agency, manager, scene.landlord, looker)

    case = f"/cases/{scene.whitworth.id}"
    officer = enter(scene.officer)
    officer.goto(f"{case}/refer")
    expect(officer.get_by_role("main")).to_contain_text(scene.homes.name)
    looker.look(officer, "two-providers-of-one-pathway")

    switched(partnership, "Switch it off in this partnership", "Switch it off", looker)
    officer.goto(f"{case}/refer")
    expect(officer.get_by_role("main")).to_contain_text("has been switched off in this partnership since")
    looker.look(officer, "nobody-is-referred")
    switched(partnership, "Switch it on again", "Switch it on again", looker)
    officer.goto(f"{case}/refer")
    expect(officer.get_by_role("main")).not_to_contain_text("switched off")

    partnership.goto(address)
    partnership.get_by_role("button", name="Suspend").click()
    partnership.get_by_label("Reason").fill("The insurance ran out")
    looker.look(partnership, "suspend")
    partnership.get_by_role("button", name="Suspend").click()
    agency.goto(address)
    expect(agency.get_by_text("The insurance ran out")).to_be_visible()
    looker.look(agency, "suspended")


def registered(page: Page, looker: Looker) -> None:
    """With a capacity that is none first."""
    page.goto("/partnership/providers")
    looker.look(page, "providers")
    page.get_by_role("button", name="Register your agency").click()
    choose(page, "Which pathway does your agency provide?", "Mentoring")
    page.get_by_label("Capacity").fill("many")
    page.get_by_label("Contact").fill("Hana Homes, 01632 960 017")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("alert")).to_contain_text("Capacity must be a whole number")
    looker.look(page, "a-capacity-that-is-none")
    page.get_by_label("Capacity").fill("6")
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_text("must approve this registration")).to_be_visible()
    looker.look(page, "waits")


def says_whom_it_takes(page: Page, looker: Looker) -> None:
    """The plugin's own form, refused once."""
    page.get_by_role("button", name="Fill in the settings").click()
    page.get_by_label("Youngest age").fill("16")
    page.get_by_label("Oldest age").fill("15")
    choose(page, "Why they are referred", "They are likely to offend")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_role("alert")).to_contain_text("The oldest age must not be below the youngest")
    looker.look(page, "the-schemes-own-form")
    page.get_by_label("Oldest age").fill("19")
    page.get_by_role("button", name="Save settings").click()
    expect(page.get_by_text("The settings were saved.")).to_be_visible()


def keeps_the_list_of_staff(page: Page, registrar: User, colleague: User, looker: Looker) -> None:
    """Whoever registered the scheme is on it, and takes a colleague in."""
    page.get_by_role("button", name="Keep the list of staff").click()
    expect(page.get_by_role("rowheader", name=registrar.name)).to_be_visible()
    looker.look(page, "staff")
    page.get_by_label("Who").select_option(label=colleague.name)
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_text(f"{colleague.name} is on the list of staff.")).to_be_visible()
    page.get_by_role("button", name=f"Take off the list {colleague.name}").click()
    expect(page.get_by_text(f"{colleague.name} is not on the list of staff any longer.")).to_be_visible()
    looker.look(page, "staff-of-before")


def switched(page: Page, way: str, button: str, looker: Looker) -> None:
    """By the plugin's page, with a reason."""
    page.goto("/admin/plugins")
    if way.startswith("Switch it off"):
        looker.look(page, "plugins")
    page.get_by_role("link", name="Mentoring", exact=True).click()
    page.get_by_role("button", name=way).click()
    page.get_by_label("Reason").fill("The contract ends" if "off" in way else "It was renewed")
    looker.look(page, button.lower().replace(" ", "-"))
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("in this partnership.", exact=False).first).to_be_visible()
    looker.look(page, "switched")
