"""Our own scripts in Chromium, under the policy that pages are sent with: live pages, and errors that htmx receives."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, render_template_string, request
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from core.config import Config
from core.web.files import bp as assets
from core.web.headers import CONTENT_SECURITY_POLICY
from core.web.templates import set_up_templates

LIVE = """
{% extends "base.html" %}{% block title %}Live{% endblock %}
{% block scripts %}<script type="module" src="{{ asset_url("live.js") }}"></script>{% endblock %}
{% block content %}
<div data-live-stream="/stream" data-live-poll="/number" data-live-number="{{ number }}"></div>
<p class="app-live-status" data-live-status role="status"></p>
<div id="item" hx-get="/item" hx-trigger="roundtable:changed from:body" hx-swap="outerMorph">ITEM</div>
<p id="part" hx-get="/part" hx-trigger="roundtable:item-7 from:body, roundtable:everything from:body">Not fetched</p>
{% endblock %}"""

ITEM = """{% from "_macros/page.html" import details %}
<p id="shared" data-revision="{{ number }}">Shared {{ number }} times</p><p id="other" data-revision="1">Unchanged</p>
{% call details("Add", id="add") %}<label for="note">Note</label><textarea id="note"></textarea>{% endcall %}"""

FORM = """{% extends "base.html" %}{% block title %}Form{% endblock %}{% block content %}<h1>Write</h1>
<form id="f" method="post" hx-post="/save" hx-target="#f" hx-swap="outerHTML" novalidate>
<label for="text">Text</label><textarea id="text" name="text"></textarea><button type="submit">Save</button></form>
<p><a id="open" href="/missing" hx-get="/missing" hx-target="#f">Open</a></p>{% endblock %}"""

FORM_AGAIN = """<form id="f" method="post" hx-post="/save" hx-target="#f" hx-swap="outerHTML" novalidate>
<div class="govuk-error-summary" data-module="govuk-error-summary"><a href="#text">Enter a text</a></div>
<label for="text">Text</label><textarea id="text" name="text">{{ text }}</textarea><button type="submit">Save</button>
</form>"""


@dataclass
class Server:
    """A few pages around the scripts, and the knobs a test turns."""

    url: str = ""
    number: int = 1
    streams: bool = True
    parts: list[str] = field(default_factory=list)
    """What the next hint names; nothing means that anything may have changed."""
    item_answers: bool = True
    answer: tuple[str, int] = ("", 200)
    stop: threading.Event = field(default_factory=threading.Event)

    def note_a_change(self) -> None:
        self.number += 1


def pages(server: Server, folder: Path) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(SECRET_KEY="test", ROUNDTABLE=Config(data=folder))
    set_up_templates(app)
    app.jinja_env.globals.update(csrf_token=lambda: "token", needed_here=list)
    app.register_blueprint(assets)
    app.add_url_rule("/", endpoint="home.index", view_func=lambda: "")
    app.add_url_rule("/accessibility", endpoint="home.accessibility", view_func=lambda: "")

    @app.get("/live")
    def live() -> str:
        return render_template_string(LIVE.replace("ITEM", ITEM), number=server.number)

    @app.get("/item")
    def item() -> Any:
        if not server.item_answers:
            return "busy", 503
        frame = '<div id="item" hx-get="/item" hx-trigger="roundtable:changed from:body" hx-swap="outerMorph">'
        return render_template_string(f"{frame}{ITEM}</div>", number=server.number)

    @app.get("/number")
    def number() -> Response:
        answer = jsonify(number=server.number)
        answer.set_etag(str(server.number))
        conditional: Response = answer.make_conditional(request)
        return conditional

    @app.get("/stream")
    def stream() -> Any:
        if not server.streams:
            return "full", 503

        def hints() -> Iterator[str]:
            said = 0
            while server.streams and not server.stop.is_set():
                if said != server.number:
                    said = server.number
                    hint = {"number": said, "parts": server.parts} if server.parts else {"number": said}
                    yield f"data: {json.dumps(hint)}\n\n"
                time.sleep(0.02)

        return Response(hints(), mimetype="text/event-stream")

    @app.get("/part")
    def part() -> str:
        return f"Fetched at {server.number}"

    @app.get("/form")
    def form() -> str:
        return render_template_string(FORM)

    @app.post("/save")
    def save() -> Any:
        text, status = server.answer
        return render_template_string(text, text=request.form["text"]), status

    @app.get("/missing")
    def missing() -> Any:
        return "<h1>Page not found</h1>", 404

    @app.after_request
    def policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    return app


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    state = Server()
    listening = make_server("127.0.0.1", 0, pages(state, tmp_path), threaded=True)
    listening.daemon_threads = True
    state.url = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield state
    state.stop.set()
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What the page threw, and what the policy refused."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: found.append(said.text) if "Content Security Policy" in said.text else None)
    return found


def test_what_others_record_appears_and_what_i_type_stays(page: Page, server: Server, faults: list[str]) -> None:
    page.goto(f"{server.url}/live")
    expect(page.locator("[data-live-status]")).to_contain_text("what others record appears here")
    page.locator("summary").click()
    page.locator("#note").fill("half a sentence")
    server.note_a_change()
    expect(page.locator("#shared")).to_have_text("Shared 2 times", timeout=2000)
    expect(page.locator("#shared")).to_have_class("app-flash")
    expect(page.locator("#other")).not_to_have_class("app-flash")
    expect(page.locator("#note")).to_have_value("half a sentence")
    expect(page.locator("#note")).to_be_focused()
    assert faults == []


def test_a_part_is_fetched_when_a_hint_names_it_or_names_nothing(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/live")
    expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
    for number, parts, seen in (
        (2, ["item-8"], "Not fetched"),
        (3, ["item-7"], "Fetched at 3"),
        (4, [], "Fetched at 4"),
    ):
        server.parts = parts
        server.note_a_change()
        expect(page.locator("#shared")).to_have_text(f"Shared {number} times")
        expect(page.locator("#part")).to_have_text(seen)


def test_where_events_are_refused_the_page_asks_and_is_as_current(page: Page, server: Server) -> None:
    server.streams = False
    page.goto(f"{server.url}/live")
    expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "polling")
    server.note_a_change()
    expect(page.locator("#shared")).to_have_text("Shared 2 times", timeout=2500)


def test_a_change_made_while_the_stream_was_down_is_caught_up(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/live")
    expect(page.locator("[data-live-status]")).to_have_attribute("data-state", "live")
    server.streams = False
    server.note_a_change()
    expect(page.locator("#shared")).to_have_text("Shared 2 times", timeout=8000)


def test_a_part_that_could_not_be_fetched_is_fetched_once_something_is_heard_again(page: Page, server: Server) -> None:
    server.streams = server.item_answers = False
    page.goto(f"{server.url}/live")
    server.note_a_change()
    with page.expect_response("**/item") as refused:
        pass
    assert refused.value.status == 503
    server.item_answers = True
    expect(page.locator("#shared")).to_have_text("Shared 2 times", timeout=5000)


def test_a_form_with_mistakes_comes_back_into_its_place_with_the_focus_on_them(page: Page, server: Server) -> None:
    server.answer = (FORM_AGAIN, 422)
    page.goto(f"{server.url}/form")
    page.locator("#text").fill("typed")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    expect(page.locator("#text")).to_have_value("typed")
    expect(page.locator("h1")).to_have_text("Write")


def test_a_refusal_takes_the_place_of_the_content(page: Page, server: Server) -> None:
    server.answer = ("<h1>Somebody else saved first</h1>", 409)
    page.goto(f"{server.url}/form")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main h1")).to_have_text("Somebody else saved first")
    expect(page.locator("#f")).to_have_count(0)


@pytest.mark.parametrize("cause", ["signed out", "no connection"])
def test_what_was_typed_stays_when_it_could_not_be_sent(page: Page, server: Server, cause: str) -> None:
    server.answer = ("You are signed out.", 401)
    page.goto(f"{server.url}/form")
    page.context.set_offline(cause == "no connection")
    page.locator("#text").fill("typed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text(cause)
    expect(page.locator("#text")).to_have_value("typed")


def test_a_link_that_fails_is_opened_as_a_page(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/form")
    page.locator("#open").click()
    expect(page).to_have_url(f"{server.url}/missing")
    expect(page.locator("h1")).to_have_text("Page not found")
