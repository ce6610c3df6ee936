"""Looking at a page as its readers do: at both widths, through axe, and on a picture for a person to look at."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "test-results" / "pages"
"""Git-ignored. One folder a story, two pictures a page."""

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Looker:
    """Numbers and keeps the pictures of one story."""

    def __init__(self, story: str) -> None:
        self._folder = PICTURES / story
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count = 0
        for old in self._folder.glob("*.png"):
            old.unlink()

    def look(self, page: Page, name: str) -> None:
        """Fails where axe finds a violation or the page is wider than its window, at either width."""
        self._count += 1
        for size in (PHONE, DESK):
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            path = self._folder / f"{self._count:02}-{name}-{size['width']}.png"
            # Hiding the caret leaves empty style attributes on the fields, which the policy refuses at the next swap.
            page.screenshot(path=path, full_page=True, animations="disabled", caret="initial")
            width = page.evaluate("document.scrollingElement.scrollWidth")
            assert width <= size["width"], f"{name} is {width} px wide in a window of {size['width']}"
            assert violations(page) == [], f"{name} at {size['width']} px"


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page, with all its rules: the rule, and the first places that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = page.evaluate("axe.run({resultTypes: ['violations']}).then(r => r.violations)")
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]
