"""The pictures of docs/using: pages of the demonstration, as its people see them.

Builds a demonstration in a temporary folder (or takes the one that is named), serves it, opens each page in
Chromium at 1280 px and writes a small PNG. Needs the tests' packages: Chromium, poppler-utils.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from core.accounts.models import User
from core.app import create_app
from core.circulation.models import Copy
from core.config import Config
from core.demo.building import PASSWORD
from core.extensions import db
from core.facts import MeetingStatus
from core.meetings.models import Meeting
from core.partnerships.models import Group

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "using" / "images"
WIDTH, HEIGHT = 1280, 900
LARGEST = 150_000
"""Bytes of a picture: they are kept in the repository."""

CHAIR = "martin.obi@homes.northbridge.example"
CHAIR_OF_TODAY = "gwen.pritchard@council.northbridge.example"
COORDINATOR = "samir.hussain@council.northbridge.example"
AGENCY = "paul.heskin@youthjustice.northbridge.example"
ATTENDEE = "aisha.rafiq@police.northbridge.example"
APPROVER = "judith.amos@children.northbridge.example"
SCHEME = "abena.mensah@mentoring.northbridge.example"
MEDIATOR = "noor.alamin@mediation.northbridge.example"
READER = "yvonne.sharples@probation.northbridge.example"


@dataclass(frozen=True)
class Shot:
    """A picture: who looks, at which address, and what they do there first."""

    name: str
    who: str
    path: str
    first: Callable[[Page], None] = lambda _page: None
    height: int = HEIGHT


def shots(meetings: dict[tuple[str, str], int], copy_id: int) -> Iterator[Shot]:
    """Every picture of the guide. `meetings`: (key of the group, status) -> the meeting; `copy_id`: the reader's."""
    ahead = f"/meetings/{meetings['cst-east', 'scheduled']}"
    asked = f"/meetings/{meetings['cst-vale', 'scheduled']}"
    now = f"/meetings/{meetings['cst-town', 'in session']}"
    held = f"/meetings/{meetings['cst-east', 'closed']}"
    waiting = f"/meetings/{meetings['cst-vale', 'closed']}"
    yield Shot("home", CHAIR, "/")
    yield Shot("nominations", CHAIR, f"{ahead}/nominations")
    yield Shot("agenda-builder", CHAIR, f"{ahead}/agenda", height=1100)
    yield Shot("agenda", CHAIR, ahead)
    yield Shot("minutes-to-approve", APPROVER, f"{waiting}/minutes/review")
    yield Shot("research", ATTENDEE, f"{asked}/research")
    yield Shot("research-return", ATTENDEE, f"{asked}/research", _first_request)
    yield Shot("cases", AGENCY, "/cases")
    yield Shot("referral", AGENCY, "/referrals", _first_referral)
    yield Shot("mentoring", SCHEME, "/referrals")
    yield Shot("mediation", MEDIATOR, "/referrals", _sessions_and_terms)
    yield Shot("live", ATTENDEE, f"{now}/live", _enter, height=1200)
    yield Shot("live-action", ATTENDEE, f"{now}/live", _write_an_action, height=1150)
    yield Shot("live-chair", CHAIR_OF_TODAY, f"{now}/live", _enter)
    yield Shot("actions", ATTENDEE, "/actions")
    yield Shot("recipients", COORDINATOR, f"{held}/circulate", height=1100)
    yield Shot("recipient", COORDINATOR, f"{held}/circulate", _somebody_absent, height=1500)
    yield Shot("sent", COORDINATOR, f"{held}/sent")
    yield Shot("copy", READER, f"/copies/{copy_id}")


def _first_request(page: Page) -> None:
    page.locator("main table a").first.click()


def _first_referral(page: Page) -> None:
    page.locator("main table a").first.click()


def _sessions_and_terms(page: Page) -> None:
    page.get_by_role("row", name="Hannah Mbeki-Stone").get_by_role("link").click()
    page.get_by_role("link", name="Sessions and terms").click()


def _somebody_absent(page: Page) -> None:
    page.get_by_role("row", name="Zoë Lindqvist").get_by_role("link").click()


def _enter(page: Page) -> None:
    """Accept the confidentiality statement, where it has not been accepted."""
    box = page.get_by_label("I have read the statement and will keep to it")
    if box.count():
        box.check()
        page.get_by_role("button", name="Accept and enter the meeting").click()
    page.locator("[data-live-status][data-state=live]").wait_for()


def _write_an_action(page: Page) -> None:
    _enter(page)
    page.get_by_role("link", name="Add an action").click()
    page.get_by_label("What will be done?").fill("Visit the shop with the neighbourhood warden")


def main() -> None:
    """Take all pictures; the data folder of a demonstration may be named."""
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(scratch) / "demonstration"
        roundtable(data, "--no-serve")
        with serving(data) as url, sync_playwright() as playwright:
            program = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            take_all(browser, url, shots(*ids_in(data)))
            browser.close()
        take_document(data / "demo" / "minutes-yvonne-sharples.pdf", "minutes-pdf")


def roundtable(data: Path, *words: str) -> None:
    """`roundtable demo`, to its end."""
    subprocess.run([sys.executable, "-m", "core.cli", "demo", "--data", str(data), *words], check=True, cwd=ROOT)


@contextmanager
def serving(data: Path) -> Iterator[str]:
    """The demonstration on a free port; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "core.cli", "demo", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310  our own address # nosec B310
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def ids_in(data: Path) -> tuple[dict[tuple[str, str], int], int]:
    """(key of the group, status) -> the last meeting that was held, or the first to come; and the reader's copy."""
    app = create_app(Config(data=data))
    found: dict[tuple[str, str], int] = {}
    with app.app_context():
        rows = db.session.execute(
            select(Meeting.id, Meeting.status, Group.key)
            .join(Group, Group.id == Meeting.group_id)
            .order_by(Meeting.starts_at)
        )
        for meeting_id, status, group in rows:
            if status is MeetingStatus.CLOSED or (group, status.value) not in found:
                found[group, status.value] = meeting_id
        copy_id = db.session.scalars(select(Copy.id).join(User).where(User.email == READER).order_by(Copy.id)).all()[-1]
        db.engine.dispose()
    return found, copy_id


def take_all(browser: Browser, url: str, wanted: Iterator[Shot]) -> None:
    """One window for each person, signed in once."""
    windows: dict[str, Page] = {}
    for shot in wanted:
        if shot.who not in windows:
            windows[shot.who] = sign_in(browser, url, shot.who)
        page = windows[shot.who]
        page.set_viewport_size({"width": WIDTH, "height": shot.height})
        page.goto(shot.path)
        shot.first(page)
        page.wait_for_load_state("networkidle" if "live" not in shot.name else "load")
        keep(Image.open(BytesIO(page.screenshot(animations="disabled"))), shot.name)


def sign_in(browser: Browser, url: str, email: str) -> Page:
    """That person's window."""
    page = browser.new_context(base_url=url, reduced_motion="reduce").new_page()
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    return page


def take_document(pdf: Path, name: str) -> None:
    """The first page of a PDF."""
    drawn = subprocess.run(["pdftoppm", "-png", "-r", "80", "-singlefile", str(pdf)], check=True, capture_output=True)
    keep(Image.open(BytesIO(drawn.stdout)), name)


def keep(picture: Image.Image, name: str) -> None:
    """Write it with few colours, as small as the limit asks for. Raises ValueError when it stays larger."""
    for colours in (128, 64, 32):
        small = picture.convert("RGB").quantize(colours, dither=Image.Dither.NONE)
        out = BytesIO()
        small.save(out, "PNG", optimize=True)
        if len(out.getvalue()) < LARGEST:
            (PICTURES / f"{name}.png").write_bytes(out.getvalue())
            print(f"{name}.png  {len(out.getvalue()) // 1024} KB")
            return
    raise ValueError(f"{name} is larger than {LARGEST} bytes")


if __name__ == "__main__":
    main()
