"""Debian's Chromium, a running service, and somebody's browser in it."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from core.accounts.models import User
from tests.builders import PASSWORD
from tests.e2e.looking import DESK, Looker
from tests.e2e.scene import Scene, a_scene
from tests.e2e.site import Site
from tests.support.databases import Databases


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How Chromium is started. Fails, naming the package, where it is not installed."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium")
    # Chromium's own sandbox refuses to run as root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": arguments}


@pytest.fixture(scope="session")
def site(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The service, in a process of its own, on a database that the stories share."""
    folder: Path = tmp_path_factory.mktemp("site")
    databases.fresh_sqlite(folder / "roundtable.db")
    running = Site(folder)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def scene(site: Site) -> Scene:
    """A partnership of this story's own."""
    with site.writing():
        return a_scene()


@pytest.fixture
def looker(request: pytest.FixtureRequest) -> Looker:
    """Looks at this story's pages."""
    return Looker(re.sub(r"^test_", "", request.node.originalname))


@pytest.fixture
def enter(site: Site, browser: Browser) -> Iterator[Callable[..., Page]]:
    """`enter(user)` is that person's window, signed in through the page; `enter()` one in which nobody is.

    Fails at the end if a page threw an error or the content security policy refused something.
    """
    faults: list[str] = []
    contexts = []

    def open_window(user: User | None = None, *, scripts: str = "on") -> Page:
        context = browser.new_context(
            base_url=site.url, viewport=DESK, java_script_enabled=scripts == "on", reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        if user is not None:
            page.goto("/sign-in")
            sign_in(page, user)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert faults == []


def sign_in(page: Page, user: User) -> None:
    """Fill in the page that asks who it is."""
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign out").wait_for()
