"""Looking at a page as its readers do: at four widths, through axe, and on a picture for a person to look at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "test-results" / "pages"
"""Git-ignored. One folder a story, two pictures a page."""

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
BETWEEN = (320, 768, 800)
"""Widths of which no picture is kept: a page enlarged four times over (WCAG 1.4.10), a tablet, half a screen."""

TARGETS = "target-size"
"""The rule of WCAG 2.2 AA that axe leaves out unless it is named: 24 px, or as much room around what is smaller."""


class Looker:
    """Numbers and keeps the pictures of one story."""

    def __init__(self, story: str) -> None:
        self._folder = PICTURES / story
        self._folder.mkdir(parents=True, exist_ok=True)
        self._count = 0
        for old in self._folder.glob("*.png"):
            old.unlink()

    def look(self, page: Page, name: str) -> None:
        """Fails where axe finds a violation, or the page is wider than its window, or what is touched is too small."""
        self._count += 1
        for size in (PHONE, DESK):
            page.set_viewport_size({"width": size["width"], "height": size["height"]})
            path = self._folder / f"{self._count:02}-{name}-{size['width']}.png"
            # Hiding the caret leaves empty style attributes on the fields, which the policy refuses at the next swap.
            page.screenshot(path=path, full_page=True, animations="disabled", caret="initial")
            _fits(page, name, size["width"])
            assert violations(page) == [], f"{name} at {size['width']} px"
        for width in BETWEEN:
            page.set_viewport_size({"width": width, "height": DESK["height"]})
            _fits(page, name, width)
            assert violations(page, only=(TARGETS,)) == [], f"{name} at {width} px"
        page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})


def _fits(page: Page, name: str, width: int) -> None:
    """Nothing is to be scrolled sideways."""
    taken = page.evaluate("document.scrollingElement.scrollWidth")
    assert taken <= width, f"{name} is {taken} px wide in a window of {width}"


def violations(page: Page, *, only: Sequence[str] = ()) -> list[str]:
    """What axe-core finds on the page, with all its rules or these: the rule, and the first places that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {TARGETS: {"enabled": True}}}
    if only:
        options["runOnly"] = {"type": "rule", "values": list(only)}
    found: list[dict[str, Any]] = page.evaluate("options => axe.run(options).then(r => r.violations)", options)
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]
