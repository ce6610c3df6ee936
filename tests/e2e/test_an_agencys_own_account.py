"""An agency's own accounts are connected, somebody links theirs and comes in with it: Chromium, and a real provider."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.facts import AdminRole
from tests.builders import PASSWORD, a_user
from tests.e2e.conftest import sign_in
from tests.e2e.looking import Looker
from tests.e2e.scene import Scene
from tests.e2e.site import Site
from tests.support.databases import Databases
from tests.support.providers import CLIENT, SECRET, Provider, providers


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service by a name of its own: the provider's cookies go to 127.0.0.1, and to any of its ports."""
    folder: Path = tmp_path_factory.mktemp("connected")
    databases.fresh_sqlite(folder / "roundtable.db")
    running = Site(folder, host="localhost")
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def accounts() -> Iterator[Provider]:
    """Where the constabulary's people have their accounts."""
    with providers(1) as (running,):
        yield running


def test_connected_by_an_administrator_linked_by_its_owner_and_used_until_it_is_unlinked(
    site: Site, scene: Scene, accounts: Provider, enter: Callable[..., Page], looker: Looker
) -> None:
    with site.writing(*scene.rows):
        admin = a_user(
            scene.council,
            "Pat Partnership",
            admin=AdminRole.PARTNERSHIP_ADMIN,
            partnership=scene.partnership,
            password=PASSWORD,
        )
    officer = scene.officer
    connect(enter(admin), scene, accounts, looker)

    page = enter(officer)
    page.goto("/account/agency")
    looker.look(page, "not-linked-yet")
    accounts.told(sub="n-17", name=officer.name, email="officer@constabulary.example")
    page.get_by_role("button", name="Link your Constabulary account").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Is this your account?")
    expect(page.get_by_text("officer@constabulary.example")).to_be_visible()
    looker.look(page, "is-this-yours")
    page.get_by_role("button", name="Yes, link it").click()
    expect(page.get_by_text("Your Constabulary account opens yours here, since")).to_be_visible()
    looker.look(page, "linked")

    elsewhere = enter()
    elsewhere.goto("/meetings")
    looker.look(elsewhere, "two-ways-to-sign-in")
    elsewhere.get_by_role("button", name="Sign in with your Constabulary account").click()
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Meetings")
    expect(elsewhere.get_by_role("button", name="Sign out")).to_be_visible()

    accounts.told(sub="n-18", name="Somebody Else", email="else@constabulary.example")
    stranger = enter()
    stranger.goto("/sign-in")
    stranger.get_by_role("button", name="Sign in with your Constabulary account").click()
    expect(stranger.get_by_text("does not open Roundtable yet")).to_be_visible()
    looker.look(stranger, "nobody-has-linked-this-one")
    sign_in(stranger, officer)

    stranger.goto("/account/agency")
    stranger.get_by_role("button", name="Unlink it").click()
    expect(stranger.get_by_role("button", name="Link your Constabulary account")).to_be_visible()
    elsewhere.goto("/meetings")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert site.mail_to(officer.email, "How you sign in has changed")


def connect(page: Page, scene: Scene, accounts: Provider, looker: Looker) -> None:
    """As an administrator does it, after one answer that is refused."""
    page.goto("/admin/agency-sign-in")
    page.get_by_role("link", name=scene.police.name).click()
    page.get_by_label("What are the accounts called?").fill("Constabulary")
    page.get_by_label("Issuer").fill(f"{accounts.issuer}/elsewhere")
    page.get_by_label("Client ID").fill(CLIENT)
    page.get_by_label("Client secret").fill(SECRET)
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state()
    looker.look(page, "another-issuer")
    page.get_by_label("Issuer").fill(accounts.issuer)
    page.get_by_label("Client secret").fill(SECRET)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It is saved.")).to_be_visible()
    expect(page.get_by_text("It did not answer")).to_have_count(0)
    looker.look(page, "connected")
