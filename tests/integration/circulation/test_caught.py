"""The page of the mails that a demonstration caught: by pages, the newest first, and by recipient."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import insert

from core.circulation.models import CaughtMail
from core.circulation.queries import CAUGHT_ON_A_PAGE
from core.clock import utc_now
from core.extensions import db
from tests.builders import a_partnership, a_user, an_agency

ADA, BEN = "ada@council.example", "ben@homes.example"


@pytest.fixture
def demonstration(app) -> Iterator[None]:
    """The application serves a demonstration."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(before, demo=True)
    yield
    app.config["ROUNDTABLE"] = before


def catch(number: int, *, to: str) -> None:
    """So many mails, one a minute."""
    start = utc_now() - timedelta(days=1)
    db.session.execute(
        insert(CaughtMail),
        [
            {
                "received_at": start + timedelta(minutes=each),
                "to_address": to,
                "subject": f"Letter {each} to {to}",
                "body": "Open it.",
            }
            for each in range(1, number + 1)
        ],
    )
    db.session.commit()


@pytest.fixture
def browser(visitor):
    """Somebody's."""
    user = a_user(an_agency(a_partnership()))
    db.session.commit()
    return visitor(user)


def subjects(page) -> list[str]:
    return re.findall(r'<h2 class="govuk-heading-s">(Letter .*?)</h2>', page.text)


def older(page) -> str:
    """The address of the next page, or nothing."""
    found = re.search(r'href="(/demo/mail\?[^"]*before=[^"]*)"', page.text)
    return unescape(found[1]) if found else ""


def test_mails_come_by_pages_the_newest_first(demonstration, browser):
    catch(CAUGHT_ON_A_PAGE + 2, to=ADA)
    first = browser.get("/demo/mail")
    assert len(subjects(first)) == CAUGHT_ON_A_PAGE
    assert subjects(first)[0] == f"Letter {CAUGHT_ON_A_PAGE + 2} to {ADA}"
    second = browser.get(older(first))
    assert subjects(second) == [f"Letter 2 to {ADA}", f"Letter 1 to {ADA}"]
    assert older(second) == ""


def test_one_recipients_mails_are_found_and_stay_so_on_the_next_page(demonstration, browser):
    catch(CAUGHT_ON_A_PAGE + 1, to=ADA)
    catch(3, to=BEN)
    assert subjects(browser.get("/demo/mail", query_string={"to": BEN})) == [
        f"Letter {each} to {BEN}" for each in (3, 2, 1)
    ]
    first = browser.get("/demo/mail", query_string={"to": ADA})
    assert subjects(browser.get(older(first))) == [f"Letter 1 to {ADA}"]


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "9" * 40, "١"])
def test_an_address_that_was_tampered_with_is_answered(demonstration, browser, typed):
    catch(1, to=ADA)
    assert browser.get("/demo/mail", query_string={"before": typed}).status_code == 200


def test_a_stranger_to_the_filter_finds_nothing(demonstration, browser):
    catch(1, to=ADA)
    page = browser.get("/demo/mail", query_string={"to": "nobody@council.example"})
    assert subjects(page) == [] and "No mail was caught that fits this filter." in page.text


def test_a_longer_list_costs_no_more_queries(demonstration, browser, count_queries):
    catch(1, to=ADA)
    one = count_queries(browser.get, "/demo/mail")
    catch(CAUGHT_ON_A_PAGE * 2, to=BEN)
    assert count_queries(browser.get, "/demo/mail") == one


def test_there_is_no_such_page_elsewhere(browser):
    assert browser.get("/demo/mail").status_code == 404


def test_html_is_shown_as_it_is_written_and_never_laid_out(demonstration, browser):
    hostile = '<p>Open it.</p><script>alert(1)</script><img src="http://elsewhere.example/x">'
    row = CaughtMail(
        received_at=utc_now(), to_address=ADA, subject="S", body="Open it.", body_html=hostile, files="a.pdf"
    )
    db.session.add(row)
    db.session.commit()
    page = browser.get("/demo/mail").text
    assert "<script>alert" not in page and 'elsewhere.example/x">' not in page
    assert hostile in unescape(page).replace("&#34;", '"')
    assert "With it came: a.pdf" in page
