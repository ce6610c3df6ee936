"""Scripts that somebody typed into any text field, on every page that shows them, opened in Chromium: none runs.

The content security policy is set aside here: it is the second wall, and would hide a hole in the first.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.drills.test_three_pages import chromium
from tests.integration.matrix.filling import found_form
from tests.integration.matrix.fixtures import snapshot, snapshots, world
from tests.integration.matrix.walking import browser_of, guarded_routes
from tests.integration.test_hostile_text import LEFT_OUT, opened, texts_of

__all__ = ["chromium", "snapshot", "snapshots", "world"]  # fixtures, asked for by name

SITE = "http://localhost:8000"
EVENTS = ("onerror", "onload", "onfocus", "onmouseover", "onanimationstart", "ontoggle")
TAGS = ("img src=x", "svg", "input autofocus", "body", "details open", "video src=x", "iframe src=x", "object data=x")
OUT_OF = ("", "'", '">') * 3
PAYLOADS = (
    *(f"{out}<{tag} {event}=alert(1)>" for out, tag in zip(OUT_OF, TAGS, strict=False) for event in EVENTS),
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    '" autofocus onfocus=alert(1) x="',
    "' autofocus onfocus=alert(1) x='",
    "<a href=javascript:alert(1) id=x autofocus>x</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<template><script>alert(1)</script></template><svg><script>alert(1)</script></svg>",
    "{{constructor.constructor('alert(1)')()}}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
)
MARK = "alert(1)"
COUNTED = "window.ran = 0; window.alert = () => { window.ran += 1; };"

STALE = {
    "/people/{person_id}/edit": {"given_name": "<img src=x onerror=alert(1)>", "why": "it has changed since"},
    "/cases/{case_id}/monitor": {"reason": "</textarea><script>alert(1)</script>"},
    "/actions/{action_id}/progress": {"note": "</textarea><img src=x onerror=alert(1)>"},
    "/meetings/{meeting_id}/items/{item_id}/edit": {"minutes": "5", "reason": "</textarea><svg onload=alert(1)>"},
}
"""Saved by somebody else first: the page of the conflict shows both."""


def written(app, world, round_: int) -> int:
    """Put payloads into every field that takes such a text, one after the other; how many forms saved them."""
    browsers, saved, number = {}, 0, round_
    for route in guarded_routes(app):
        if route.method != "POST" or route.endpoint.startswith(LEFT_OUT):
            continue
        form = found_form(app, world, route, browsers)
        texts = {}
        for name in texts_of(form, "", 0):
            number += 1
            texts[name] = [PAYLOADS[number % len(PAYLOADS)]]
        saved += bool(texts) and form.send({**form.data, **texts}).status_code == 303
    return saved


def pages(app, world) -> Iterator[tuple[str, bytes]]:
    """Every page that shows one, the pages of conflicts included."""
    seen = set()
    for path, answer in opened(app, world):
        if answer.mimetype == "text/html" and MARK in answer.get_data(as_text=True) and path not in seen:
            seen.add(path)
            yield path, answer.get_data()
    chair = browser_of(app, world, "chair")
    for path, typed in STALE.items():
        path = path.format(**world.stages["own"])
        # Which payload is the protected address, too, changes with the forms that there are.
        answer = chair.post(path, {**typed, "address_stays": "safety", "version": "999"})
        assert answer.status_code == 409 and MARK in answer.get_data(as_text=True), path
        yield f"{path}?conflict", answer.get_data()


def ran(context: BrowserContext, app, path: str, content: bytes) -> int:
    """How many scripts ran on that page. Its own files come from the application, and nothing from elsewhere."""
    page = context.new_page()
    page.add_init_script(COUNTED)
    client = app.test_client()

    def answer(route: Route) -> None:
        asked = route.request.url
        if asked == SITE + path:
            route.fulfill(body=content, content_type="text/html; charset=utf-8")
        elif asked.startswith(f"{SITE}/static/"):
            with client.get(asked.removeprefix(SITE)) as found:
                route.fulfill(status=found.status_code, body=found.get_data(), content_type=found.mimetype)
        else:
            route.abort()

    page.route("**/*", answer)
    page.goto(SITE + path, wait_until="load")
    counted = int(page.evaluate("window.ran"))
    page.close()
    return counted


@pytest.mark.sqlite_alone
def test_nothing_that_somebody_typed_runs_on_any_page(app, world, snapshot, chromium, full, figure):
    assert len(set(PAYLOADS)) == 60
    opened_pages, saved, wrong = 0, 0, []
    context = chromium.new_context(bypass_csp=True, reduced_motion="reduce")
    assert ran(context, app, "/bites", b"<p>" + PAYLOADS[0].encode()), "a script that is there must be seen"
    for round_ in range(60 if full else 1):
        snapshot.put_back()
        saved = written(app, world, round_)
        assert saved > 35, saved
        for number, (path, content) in enumerate(pages(app, world)):
            if full or number % 6 == 0 or "conflict" in path:
                opened_pages += 1
                if ran(context, app, path, content):
                    wrong.append(f"round {round_}: {path}")
    context.close()
    assert not wrong, "\n".join(wrong)
    figure("stored scripts", f"60 payloads, {saved} forms, {opened_pages} pages opened in Chromium: 0 ran")
