"""A chair signs in in two steps, with an app and with a passkey, in Chromium with an authenticator of its own."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.accounts.two_step.codes import code_at
from core.clock import utc_now
from tests.builders import PASSWORD
from tests.e2e.scene import a_scene
from tests.e2e.site import Site
from tests.support.databases import Databases


@pytest.fixture(scope="module")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A service that is reached by a name, as passkeys need it, and asks chairs for two steps."""
    folder: Path = tmp_path_factory.mktemp("named")
    databases.fresh_sqlite(folder / "roundtable.db")
    running = Site(folder, host="localhost", two_step="on")
    try:
        running.start()
        yield running
    finally:
        running.stop()


def with_authenticator(page: Page) -> None:
    """A device that is unlocked whenever it is asked."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {**device, "isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def by_password(page: Page, email: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_chair_signs_in_in_two_steps_and_then_with_a_passkey(site, enter, looker):
    with site.writing():
        chair = a_scene().chair
        email = chair.email
    page = enter()
    with_authenticator(page)
    page.goto("/sign-in")
    looker.look(page, "sign-in")
    by_password(page, email)
    heading(page, "Sign in in two steps")
    looker.look(page, "led to two steps")
    page.get_by_role("button", name="Set up an app").click()
    heading(page, "Set up an app")
    page.get_by_text("You cannot take the picture").click()
    secret = page.locator("#app-key").inner_text().replace(" ", "")
    looker.look(page, "the picture for the app")
    moment = utc_now()
    page.get_by_label("Six-digit code").fill(code_at(secret, moment))
    page.get_by_role("button", name="Use this app").click()
    heading(page, "Your recovery codes")
    looker.look(page, "recovery codes")
    with page.expect_download() as loaded:
        page.get_by_role("link", name="download them").click()
    kept = re.findall(r"^[a-z2-7-]{19}$", Path(loaded.value.path()).read_text(), re.MULTILINE)
    assert kept == page.locator(".app-codes li").all_inner_texts()

    page.goto("/account/passkeys")
    page.get_by_label("What do you call this device?").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.locator("bdi")).to_have_text("My laptop")
    looker.look(page, "passkeys")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_role("button", name="Sign out", exact=True).wait_for()
    page.goto("/account/sessions")
    expect(page.get_by_text("This one")).to_be_visible()
    looker.look(page, "sessions")
    page.get_by_role("button", name="Sign out everywhere").click()

    by_password(page, email)
    heading(page, "Enter the code that your app shows")
    looker.look(page, "the code")
    page.get_by_label("Code").fill(code_at(secret, moment + timedelta(seconds=30)))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out", exact=True).wait_for()
    # Without a device that answers, nothing is sent and nobody is in.
    other = enter()
    other.goto("/forgotten-password")
    looker.look(other, "forgotten")
