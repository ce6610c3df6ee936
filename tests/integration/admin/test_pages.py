"""Every page of administration opens for whom it is."""

import pytest

from core.facts import AdminRole
from tests.builders import a_partnership, a_user, an_agency

PAGES = {
    "/admin": {"partnership", "agency", "auditor", "platform"},
    "/admin/accounts": {"partnership", "agency"},
    "/admin/accounts/new": {"partnership", "agency"},
    "/admin/plugins": {"partnership", "platform"},
    "/admin/trail": {"partnership", "auditor"},
}


@pytest.fixture
def people(app):
    """One of each kind of administrator, and a member."""
    ours = a_partnership()
    council = an_agency(ours, "Borough Council")
    return {
        "member": a_user(council),
        "partnership": a_user(council, admin=AdminRole.PARTNERSHIP_ADMIN, partnership=ours),
        "agency": a_user(council, admin=AdminRole.AGENCY_ADMIN, partnership=ours),
        "auditor": a_user(council, admin=AdminRole.AUDITOR, partnership=ours),
        "platform": a_user(None, admin=AdminRole.PLATFORM_ADMIN),
    }


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_those_alone_who_need_it(people, visitor, path):
    for who, user in people.items():
        expected = 200 if who in PAGES[path] else 403
        assert visitor(user).get(path).status_code == expected, who


def test_the_pages_of_an_account_open_for_its_administrator(people, visitor):
    browser = visitor(people["partnership"])
    for page in ("", "/edit", "/invitation"):
        assert browser.get(f"/admin/accounts/{people['member'].id}{page}").status_code == 200
