"""Every page of the partnership opens for whom it is, and says what it should."""

import pytest

from core.extensions import db
from core.facts import AdminRole, GroupRole
from core.partnerships.models import Signature
from tests.builders import a_group, a_partnership, a_provider, a_user, an_agency


@pytest.fixture
def table(app):
    """A partnership with an administrator, a chair and a member."""

    class Table:
        partnership = a_partnership()
        council = an_agency(partnership, "Borough Council")
        homes = an_agency(partnership, "Mereside Homes")
        group = a_group(partnership)
        admin = a_user(council, "Ada Admin", admin=AdminRole.PARTNERSHIP_ADMIN, partnership=partnership)
        agency_admin = a_user(homes, "Amir Homes", admin=AdminRole.AGENCY_ADMIN, partnership=partnership)
        chair = a_user(council, "Cher Chair", group=group, role=GroupRole.CHAIR)
        member = a_user(homes, "Mo Member", group=group)
        provider = a_provider(partnership, homes, "mentoring")

    return Table()


def paths(table):
    agency, group = f"/partnership/agencies/{table.homes.id}", f"/partnership/groups/{table.group.id}"
    seat = next(each.id for each in table.group.members if each.user_id == table.member.id)
    signature = db.session.query(Signature).filter_by(agency_id=table.homes.id).one().id
    provider = f"/partnership/providers/{table.provider.id}"
    return {
        "seen": [
            "/partnership",
            agency,
            "/partnership/groups",
            group,
            "/partnership/providers",
            provider,
            "/partnership/terms",
        ],
        "changed": [
            "/partnership/agencies/new",
            f"{agency}/edit",
            f"{agency}/sign",
            f"{agency}/leave",
            f"{agency}/signatures/{signature}/end",
            "/partnership/groups/new",
            f"{group}/edit",
            f"{group}/area",
            f"{group}/members/new",
            f"{group}/members/{seat}",
            f"{group}/terms",
            f"{group}/close",
            "/partnership/terms/edit",
            f"{provider}/decline",
            f"{provider}/suspend",
        ],
    }


def test_an_administrator_opens_every_page(table, visitor):
    browser = visitor(table.admin)
    for path in [*paths(table)["seen"], *paths(table)["changed"]]:
        assert browser.get(path).status_code == 200, path


def test_a_member_sees_the_partnership_and_changes_nothing(table, visitor):
    browser = visitor(table.member)
    for path in paths(table)["seen"]:
        assert browser.get(path).status_code == 200, path
    for path in paths(table)["changed"]:
        assert browser.get(path).status_code == 403, path


def test_the_administrator_of_another_partnership_finds_none_of_it(table, visitor):
    elsewhere = a_partnership("Southmere")
    foreign = a_user(an_agency(elsewhere), admin=AdminRole.PARTNERSHIP_ADMIN, partnership=elsewhere)
    browser = visitor(foreign)
    for path in [*paths(table)["seen"], *paths(table)["changed"]]:
        if any(part.isdecimal() for part in path.split("/")):
            assert browser.get(path).status_code == 404, path
    assert "Mereside Homes" not in browser.get("/partnership").text
