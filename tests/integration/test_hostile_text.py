"""Text that looks like mark-up, a template, a header or a formula stays text: on every page, in every file and mail."""

import csv
from collections.abc import Iterator
from email import policy
from io import BytesIO, StringIO

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from core.circulation.mailing import message_of
from core.circulation.models import Mail
from core.clock import utc_now
from core.extensions import db
from tests.integration.matrix.filling import Filled, found_form
from tests.integration.matrix.walking import address, browser_of, content_of, guarded_routes
from tests.integration.matrix.world import World
from tests.support.browser import Browser
from tests.support.papers import text_of

MARKUP = "<b>Tyler</b>{{7*7}}\"x='"
HEADER = "\r\nBcc: eve@agency.example"
FORMULA = "=1+1"
ESCAPED = "&lt;b&gt;Tyler&lt;/b&gt;{{7*7}}"

LEFT_OUT = (
    "accounts.",
    "actions.complete",
    "actions.not_done",
    "adjustments.end",
    "admin.invite",
    "admin.remove_agency_sign_in",
    "admin.retire",
    "admin.switch",
    "cases.close",
    "cases.end_share",
    "cases.remove_incident",
    "cases.unhear",
    "cases.unname",
    "circulation.take_back",
    "disclosures.withdraw",
    "duplicates.",
    "history.answer",
    "meetings.cancel",
    "meetings.decline",
    "meetings.end_series",
    "meetings.send_nom",
    "meetings.take_off",
    "minutes.access_withdraw",
    "minutes.send_back",
    "minutes.withdraw",
    "partnerships.close",
    "partnerships.decline",
    "partnerships.end_",
    "partnerships.record_left",
    "partnerships.record_signature",
    "partnerships.suspend",
    "recording.adjourn",
    "recording.close",
    "recording.conflict",
    "recording.reopen",
    "recording.strike",
    "referrals.hand_over",
    "referrals.move",
    "referrals.pause",
    "retention.end_hold",
    "subject_access.back",
    "subject_access.end",
    "subject_access.extend",
    "subject_access.pause",
    "subject_access.release",
)
"""Forms that take away what the others are about: each is sent alone."""

OF_A_SHAPE = (
    "email",
    "key",
    "postcode",
    "codes",
    "issuer",
    "client_id",
    "online_link",
    "ref",
    "minutes",
    "length_minutes",
    "capacity",
    "starts",
    "ends",
    "sha256",
    "file",
    "training_hours",
    "passage",
    "words",
)
"""Fields that take no such text in the first place; the last two take what stands in the minutes."""

READERS = ("chair", "coordinator", "member", "provider", "partnership admin", "agency admin", "other group")


def write_everywhere(app: Flask, world: World, text: str, only: str | tuple[str, ...] = "") -> list[str]:
    """Put that text into every field of every form that takes it; the names of the routes that saved it."""
    browsers: dict[str, Browser] = {}
    saved: list[str] = []
    for route in guarded_routes(app):
        if route.method != "POST" or route.endpoint.startswith(LEFT_OUT) or not route.endpoint.startswith(only):
            continue
        form = found_form(app, world, route, browsers)
        texts = texts_of(form, text, len(saved))
        if texts and form.send({**form.data, **texts}).status_code == 303:
            saved.append(route.name)
    return saved


def texts_of(form: Filled, text: str, number: int) -> dict[str, list[str]]:
    """That text for each field of the form that takes it; a line of text gets a header, and the number, besides."""
    return {
        f.name: [f"{text}{HEADER} {number}" if f.kind == "text" else text]
        for f in form.form.asked
        if f.kind in ("text", "textarea")
        and f.name not in OF_A_SHAPE
        and not f.name.endswith(("-day", "-month", "-year", "_at"))
        and not f.values[0].isdecimal()
    }


def opened(app: Flask, world: World) -> Iterator[tuple[str, TestResponse]]:
    """Every page, file and refusal at every stage: as the first two of the readers to whom it opens.

    What a page does with a text does not depend on who else may read it; a third reader would show nothing new.
    """
    browsers = [browser_of(app, world, actor) for actor in READERS]
    for route in guarded_routes(app):
        stages = [ids for name, ids in world.stages.items() if name != "foreign" and route.method == "GET"]
        for path in {address(app, route, ids): "" for ids in stages if route.arguments <= set(ids)}:
            open_to = 0
            for browser in browsers:
                answer = browser.get(path)
                yield path, answer
                open_to += answer.status_code == 200
                if open_to == 2:
                    break


@pytest.mark.sqlite_alone
def test_markup_is_text_on_every_page_and_in_every_document(app, world):
    saved = write_everywhere(app, world, MARKUP)
    assert len(saved) > 35, saved
    shown, wrong = 0, []
    for path, answer in opened(app, world):
        content = content_of(answer)
        if answer.status_code >= 500:
            wrong.append(f"{path} answers {answer.status_code}")
        if answer.mimetype == "text/html":
            shown += ESCAPED in content.decode()
            if is_markup(content.decode()):
                wrong.append(path)
        elif content.startswith(b"%PDF-"):
            shown += "<b>Tyler</b>{{7*7}}" in text_of(content)
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert shown > 100


SHOWN_ELSEWHERE = {
    "duplicates.two_people_submit",
    "duplicates.undo_submit",
    "recording.adjourn_submit",
    "recording.conflict_submit",
    "recording.reopen_submit",
    "retention.end_hold_submit",
}
"""The other day has the venue, the minutes have why they were opened again, an interest hides its item; why two records
are two people's stands among what was decided, and why a merge or a hold ended where it was made."""

NO_WORDS = {"accounts.confirm_two_step"}
"""Six digits are asked for, and nothing else is taken."""


def is_markup(page: str) -> bool:
    """Whether that text became anything but text on the page."""
    return "<b>Tyler" in page or "\"x='" in page or "Tyler</b>49" in page or "Tyler&lt;/b&gt;49" in page


@pytest.mark.sqlite_alone
def test_markup_in_the_reason_for_taking_something_away_is_text_where_the_form_leads(app, world, snapshot):
    """Each in the world as it was."""
    shown: dict[str, bool] = {}
    for route in guarded_routes(app):
        if route.method != "POST" or not route.endpoint.startswith(LEFT_OUT):
            continue
        snapshot.put_back()
        form = found_form(app, world, route, {})
        if texts := texts_of(form, MARKUP, 0):
            answer = form.send({**form.data, **texts})
            if route.endpoint in NO_WORDS:
                assert answer.status_code == 422, route.name
                assert not is_markup(answer.get_data(as_text=True)), route.name
                continue
            assert answer.status_code == 303, route.name
            page = form.browser.get(answer.headers["Location"]).get_data(as_text=True)
            assert not is_markup(page), route.name
            shown[route.endpoint] = ESCAPED in page
    assert len(shown) > 10
    assert {name for name, there in shown.items() if not there} == SHOWN_ELSEWHERE


@pytest.mark.sqlite_alone
def test_a_line_break_in_a_name_adds_no_header_to_a_mail(app, world):
    assert write_everywhere(app, world, MARKUP, only="partnerships.change_group")
    assert write_everywhere(app, world, MARKUP, only="meetings.schedule")
    mails = db.session.scalars(select(Mail)).all()
    assert any("Tyler" in mail.subject for mail in mails), "the group was renamed, and its members told of a meeting"
    for mail in mails:
        message = message_of(mail, sender="roundtable@agency.example", at=utc_now())
        assert message["Bcc"] is None
        assert message.as_bytes(policy=policy.SMTP)


@pytest.mark.sqlite_alone
def test_a_formula_is_text_in_what_is_downloaded(app, world):
    write_everywhere(app, world, FORMULA, only=("actions.", "recording."))
    browser = browser_of(app, world, "chair")
    query = "?whose=all&state=any"
    rows = list(csv.reader(StringIO(browser.get(f"/actions/export.csv{query}").data.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    sheet = load_workbook(BytesIO(browser.get(f"/actions/export.xlsx{query}").data)).active
    found = [cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
    assert found
    assert {cell.data_type for cell in found} == {"s"}
