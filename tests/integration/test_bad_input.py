"""Bad input: a clear answer, never a 500, nothing half saved (issue 2, section 7). Every form of the application."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, request, request_finished
from werkzeug.test import TestResponse

from core.accounts.models import User
from core.extensions import db
from tests.integration.matrix.filling import Filled, every_form
from tests.integration.matrix.walking import Route, address, browser_of, guarded_routes, ids_for
from tests.support.browser import Browser
from tests.support.fingerprint import stored
from tests.support.forms import KEPT_BY_US, ids_of

FILLS_A_FORM = ("recording.action_line",)
"""What posts and saves nothing: a form comes back, filled in from what was typed."""

LONG = "Long. " * 8_334  # 50,004 characters


def links_of_summary(page: str) -> list[str]:
    """Where the lines of the error summary lead: ids of fields."""
    summary = re.search(r"govuk-error-summary__list.*?</ul>", page, re.DOTALL)
    return re.findall(r'href="#([^"]*)"', summary[0]) if summary else []


def check_refusal(form: Filled, answer: TestResponse, before: str) -> list[str]:
    """What is wrong with an answer to something that must not be saved whole: empty when all is well."""
    name, wrong = form.route.name, []
    if answer.status_code >= 500 or answer.status_code == 400:
        wrong.append(f"{name}: {answer.status_code}")
    if answer.status_code >= 400 and stored() != before:
        wrong.append(f"{name}: {answer.status_code}, and something was saved")
    if answer.status_code == 422:
        page = answer.get_data(as_text=True)
        links = links_of_summary(page)
        if not links and "govuk-error-summary" not in page:
            wrong.append(f"{name}: no error summary")
        wrong += [f"{name}: a line of the summary leads to #{link}" for link in links if link not in ids_of(page)]
    return wrong


def send_all(forms: list[Filled], snapshot, changed: Callable[[Filled], Iterator[dict[str, list[str]]]]) -> list[str]:
    """Send each form with every one of its changes; what went wrong."""
    wrong, before = [], stored()
    for form in forms:
        if not set(form.form.fields) - {*KEPT_BY_US}:
            continue  # a button
        for data in changed(form):
            answer = form.send(data)
            wrong += check_refusal(form, answer, before)
            if answer.status_code < 400:
                snapshot.put_back()
    return wrong


@pytest.mark.sqlite_alone
def test_a_fingerprint_shows_what_was_saved_and_that_it_was_undone(app, world, snapshot):
    before, browser = stored(), browser_of(app, world, "member")
    path = f"/actions/{world.stages['own']['action_id']}/progress"
    assert browser.post(path, {"version": "1", "note": ""}).status_code == 422
    assert stored() == before
    assert browser.post(path, {"version": "1", "note": "We rang"}).status_code == 303
    assert stored() != before
    snapshot.put_back()
    assert stored() == before


@pytest.mark.sqlite_alone
def test_every_write_has_a_form_on_a_page_and_it_saves_what_somebody_fills_in(app, world, snapshot):
    refused = []
    for form in every_form(app, world):
        answer = form.send()
        if answer.status_code != (200 if form.route.endpoint in FILLS_A_FORM else 303):
            refused.append(f"{form.route.name}: {answer.status_code}, {form.data}")
        snapshot.put_back()
    assert not refused, "\n".join(refused)


@pytest.mark.sqlite_alone
def test_a_form_with_nothing_filled_in_says_what_is_missing(app, world, snapshot):
    def nothing(form: Filled) -> Iterator[dict[str, list[str]]]:
        yield {}
        yield {name: values for name, values in form.data.items() if name == "version"}
        yield {name: ["   "] for name in form.form.fields if name not in KEPT_BY_US}

    wrong = send_all(every_form(app, world), snapshot, nothing)
    assert not wrong, "\n".join(dict.fromkeys(wrong))


@pytest.mark.sqlite_alone
def test_what_was_typed_is_kept_however_long(app, world, snapshot):
    before, wrong = stored(), []
    for form in every_form(app, world):
        texts = [f.name for f in form.form.asked if f.kind in ("text", "textarea", "email")]
        texts = [name for name in texts if not name.endswith(("-day", "-month", "-year"))]
        if not texts:
            continue
        answer = form.send({**form.data, **{name: [LONG] for name in texts}})
        wrong += check_refusal(form, answer, before)
        page = answer.get_data(as_text=True)
        refused = 200 if form.route.endpoint in FILLS_A_FORM else 422
        if answer.status_code != refused or page.count(LONG.strip()) < len(texts):
            wrong.append(f"{form.route.name}: {answer.status_code}, {page.count(LONG.strip())} of {texts} kept")
    assert not wrong, "\n".join(wrong)


TEXTS = (
    "<b>Tyler</b><script>alert(1)</script>{{7*7}}",
    "=1+1",
    "a\x00b\x1b\x07\x7f\ufeff \U0001f600 e\u0301 \u202e",
    "\x00",
    "\r\n\r\nBcc: somebody@agency.example",
)
NUMBERS = ("-1", "1.5", "²", "٣", "9" * 30, "9" * 5000)
DAYS = (
    ("31", "2", "2026"),
    ("abc", "def", "ghi"),
    ("1", "1", "10000"),
    ("0", "0", "0000"),
    ("-1", "-1", "-1"),
    ("٣", "٣", "٢٠٢٦"),
    ("²", "²", "²²²²"),
    ("1", "1", "0001"),
    ("31", "12", "9999"),
    ("9" * 20, "9" * 20, "9" * 20),
    ("1", "", ""),
)
CLOCKS = ("25:00", "10:99", "13pm", "٣:٣٠")


def with_texts(form: Filled) -> Iterator[dict[str, list[str]]]:
    """Every text of the form is odd, a number or a time that is none."""
    names = [f.name for f in form.form.asked if f.kind in ("text", "textarea", "email", "password", "number", "search")]
    names = [name for name in names if not name.endswith(("-day", "-month", "-year"))]
    for value in (*TEXTS, *NUMBERS, *CLOCKS) if names else ():
        yield {**form.data, **{name: [value] for name in names}}


def with_days(form: Filled) -> Iterator[dict[str, list[str]]]:
    """Every day of the form is none."""
    stems = [name.removesuffix("-day") for name in form.form.fields if name.endswith("-day")]
    for day, month, year in DAYS if stems else ():
        boxes = {"day": day, "month": month, "year": year}
        yield {**form.data, **{f"{stem}-{box}": [typed] for stem in stems for box, typed in boxes.items()}}


def with_choices(form: Filled) -> Iterator[dict[str, list[str]]]:
    """Each choice is something that was not offered; and everything that is hidden is something else."""
    for field in form.form.fields.values():
        if field.options:
            for value in ("abc", "-1", "9" * 18, "9" * 30, "²", "\x00"):
                yield {**form.data, field.name: [value]}
    hidden = [f.name for f in form.form.fields.values() if f.kind == "hidden"]
    hidden = [name for name in hidden if name not in KEPT_BY_US]
    for value in ("abc", "-1", "9" * 5_000, "²") if hidden else ():
        yield {**form.data, **{name: [value] for name in hidden}}


@pytest.mark.sqlite_alone
@pytest.mark.parametrize("changed", [with_texts, with_days, with_choices])
def test_no_form_breaks_or_half_saves(app, world, snapshot, changed):
    wrong = send_all(every_form(app, world), snapshot, changed)
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def with_foreign_ids(form: Filled, own_accounts: set[str]) -> Iterator[dict[str, list[str]]]:
    """Where rows are chosen from a list, a row of the other partnership, and one that is there but was not offered."""
    for field in form.form.fields.values():
        options = [option for option in field.options if option]
        if options and all(option.isdecimal() for option in options):
            right_by_chance = own_accounts if field.name == "person" else set()
            for value in sorted({*map(str, FOREIGN.values())} - {*options} - right_by_chance):
                yield {**form.data, field.name: [value], "visibility": ["named agencies"]}


FOREIGN: dict[str, int | str] = {}
"""Ids of the other partnership: filled in by the test."""


@pytest.mark.sqlite_alone
def test_no_form_takes_what_belongs_to_another_partnership(app, world, snapshot):
    foreign = world.stages["foreign"]
    FOREIGN.update({name: foreign[name] for name in ("agency_id", "group_id", "user_id", "person_id", "case_id")})
    own_accounts = {str(person.user_id) for person in world.people.values()}
    taken, before = [], stored()
    for form in every_form(app, world):
        for data in with_foreign_ids(form, own_accounts):
            answer = form.send(data)
            if answer.status_code not in (404, 409, 422) or stored() != before:
                taken.append(f"{form.route.name}: {answer.status_code}, {data}")
                snapshot.put_back()
    assert not taken, "\n".join(taken)


ODD_BODIES = (
    b"%ED%A0%80=%ED%A0%80&title=%ED%A0%80&text=%ED%A0%80",  # a lone surrogate
    b"%FF%FE=%00&text=%FF%FE%00",
    b"&&&===&=",
    b"title=" + b"x" * 500_000,
)


@pytest.mark.sqlite_alone
def test_bodies_that_no_browser_sends_are_refused(app, world, snapshot):
    browser = browser_of(app, world, "chair")
    before, wrong = stored(), []
    for route in guarded_routes(app):
        if route.method == "GET":
            continue
        for body in ODD_BODIES:
            for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"):
                path = address(app, route, ids_for(world, route))
                headers = {"X-CSRFToken": browser.csrf(), "Idempotency-Key": "c0ffee00-0000-4000-8000-000000000000"}
                answer = browser._send("POST", path, data=body, content_type=kind, headers=headers)
                if answer.status_code >= 500:
                    wrong.append(f"{route.name}, {kind}, {body[:20]!r}: {answer.status_code}")
                if answer.status_code < 400:
                    snapshot.put_back()
    assert not wrong, "\n".join(wrong)
    assert stored() == before


QUERY = (
    "q", "name", "words", "status", "category", "lead", "group", "hate", "overdue", "after", "before", "whose",
    "state", "owner", "case", "from", "to", "area", "since", "until", "count", "street", "item", "moved", "when",
    "actor", "subject", "object", "agency", "next", "frequency", "nth", "weekday", "every", "starts",
    "length_minutes", "venue", "on_bank_holiday", "start-day", "start-month", "start-year", "until-day",
    "until-month", "until-year", "sha256", "since-day", "since-month", "since-year", "part",
)  # fmt: skip
"""Everything that some address asks for."""

ASK_NOTHING = (
    "recording.stream",
    "minutes.pdf",
    "meetings.agenda_pdf",
    "meetings.research_pack",
    "circulation.copy_pdf",
    "circulation.full_copy",
    "circulation.full_html",
    "circulation.preview_extract",
    "circulation.preview_pdf",
)
"""Files and streams, which take their time and ask for nothing."""


ODD = ("-1", "9" * 30, "9" * 5000, "%00", "%ED%A0%80", "%C2%B2", "%22%27%25_%5C*(", "2026-02-31.x")


def broken_by(app, browser: Browser, routes: list[Route], value: str, world) -> list[str]:
    """Routes that answer with 500 when everything that some address asks for is that value."""
    query, wrong = "&".join(f"{name}={value}" for name in QUERY), []
    for route in routes:
        path = address(app, route, ids_for(world, route)).partition("?")[0]
        answer = browser.get(f"{path}?{query}")
        if answer.status_code >= 500:
            wrong.append(f"{route.name}, {value[:20]}: {answer.status_code}")
    return wrong


@pytest.mark.parametrize("actor", ["chair", "partnership admin"])
def test_no_address_breaks_for_what_it_asks(app, world, actor):
    """Every view is asked once. What does not look at the address's query then cannot break for it another time."""
    routes = [route for route in guarded_routes(app) if route.method == "GET" and route.endpoint not in ASK_NOTHING]
    browser, looked = browser_of(app, world, actor), set()

    def note(_app: Flask, **_more: object) -> None:
        if "args" in vars(request._get_current_object()):  # werkzeug keeps what was read of a request there
            looked.add(request.endpoint)

    with request_finished.connected_to(note, app):
        wrong = broken_by(app, browser, routes, "abc", world)
    assert {"cases.index", "meetings.index", "admin.trail"} & looked, "no view looks at what the address asks"
    asking = [route for route in routes if route.endpoint in looked]
    for value in ODD:
        wrong += broken_by(app, browser, asking, value, world)
    assert not wrong, "\n".join(wrong)


def test_the_last_day_there_is_and_a_number_of_many_digits_break_nothing(app, world):
    last = "until-day=31&until-month=12&until-year=9999&since-day=1&since-month=1&since-year=0001"
    assert browser_of(app, world, "auditor").get(f"/admin/trail?{last}").status_code == 200
    order = "/meetings/{meeting_id}/agenda/order".format(**world.stages["own"])
    answer = browser_of(app, world, "chair").post(order, {"move": f"{'9' * 5_000}:up", "version": "1"})
    assert answer.status_code == 409


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 30, "9" * 4_400])
def test_an_id_that_no_row_can_have_is_not_there(app, world, number):
    browser = browser_of(app, world, "chair")
    gone, wrong = browser.get("/no-such-page").data, []
    for route in guarded_routes(app):
        if route.ids:
            path = address(app, route, {**ids_for(world, route), **dict.fromkeys(route.ids, 7_777_777)})
            path = path.replace("7777777", number)
            answer = browser.get(path) if route.method == "GET" else browser.post(path)
            if answer.status_code != 404 or (route.method == "GET" and answer.data != gone):
                wrong.append(f"{route.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


MISTAKES = [
    ("admin.create_account", {"email": "member of us"}, "email"),
    ("meetings.schedule", {"starts": "11:00", "ends": "10:00"}, "ends"),
    ("meetings.schedule", {"day-day": "1", "day-month": "1", "day-year": "2020"}, "day-day"),
    ("meetings.schedule", {"venue": "", "online_link": "javascript:alert(1)"}, "online_link"),
    ("meetings.move_submit", {"starts": "23:00", "ends": "01:00"}, "ends"),
    ("recording.action_submit", {"due-day": "1", "due-month": "2", "due-year": "2020"}, "due-day"),
    ("actions.due", {"due-day": "1", "due-month": "2", "due-year": "2020"}, "due-day"),
    ("recording.open_submit", {"chair": "2", "minute_taker": "2"}, "minute_taker"),
    ("recording.line_submit", {"arrived_at": "11:00", "left_at": "10:00", "presence": "left"}, "left_at"),
    ("cases.create_person", {"date_of_birth-day": "1", "date_of_birth-month": "1", "date_of_birth-year": "2999"}, None),
    ("cases.close_submit", {"closed_on-day": "1", "closed_on-month": "1", "closed_on-year": "2020"}, None),
    ("referrals.consent", {"on-day": "1", "on-month": "1", "on-year": "2999"}, None),
    ("partnerships.record_signature", {"signed_on-day": "2", "expires_on-day": "1"}, "expires_on-day"),
    ("partnerships.add_member", {"role": "chair"}, "role"),
    ("partnerships.add_agency", {"name": "Constabulary"}, "name"),
    ("accounts.password_submit", {"again": "another-horse-battery-staple"}, "again"),
    ("accounts.password_submit", {"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "password"),
    ("accounts.password_submit", {"current": "not-my-password-at-all"}, "current"),
]
"""(endpoint, what is wrong, the field that the error summary leads to)."""


@pytest.mark.sqlite_alone
def test_particular_mistakes_are_told_beside_their_field(app, world):
    forms, before, wrong = {form.route.endpoint: form for form in every_form(app, world)}, stored(), []
    for endpoint, mistake, field in MISTAKES:
        form = forms[endpoint]
        member = db.session.get_one(User, world.people["member"].user_id).email.upper()
        changed = {name: [member if typed == "member of us" else typed] for name, typed in mistake.items()}
        if endpoint == "partnerships.record_signature":
            changed = {**form.data, **_month_of(form.data), **changed}
        answer = form.send({**form.data, **changed})
        wrong += check_refusal(form, answer, before)
        links = links_of_summary(answer.get_data(as_text=True))
        if answer.status_code != 422 or (field is not None and field not in links):
            wrong.append(f"{form.route.name}, {mistake}: {answer.status_code}, the summary leads to {links}")
    assert not wrong, "\n".join(wrong)


def _month_of(data: dict[str, list[str]]) -> dict[str, list[str]]:
    """The first day's month and year for the last day, too."""
    return {f"expires_on-{box}": data[f"signed_on-{box}"] for box in ("month", "year")}
