"""Where a sign-in leads: to a page of this site, however its address is written."""

import pytest
from flask import Flask

from core.accounts.coming_in import own_address


@pytest.fixture
def own():
    app = Flask(__name__)
    app.add_url_rule("/home", "home.index")

    def address(target):
        with app.test_request_context():
            return own_address(target)

    return address


def test_a_page_of_this_site_is_gone_to(own):
    for target in ("/", "/cases/4?page=2#notes", "/admin/accounts?name=%C3%A9&x=//y", "/search?q=http://elsewhere/"):
        assert own(target) == target


def test_whatever_a_browser_would_read_as_another_site_leads_home(own):
    plain = ["", "cases", "https://evil.example/", "//evil.example", "http:evil.example", "javascript:alert(1)"]
    slashes = [f"/{between}{slash}evil.example" for between in ("", "\t", "\n", "\r", " ", "\0") for slash in "/\\"]
    further = ["/\t\\evil.example", "/a\\b", "/a\nb", "/a\rSet-Cookie:x=1", "/\n", "/a\n", " /a", "\\\\evil.example"]
    for target in plain + slashes + further:
        assert own(target) == "/home", repr(target)
