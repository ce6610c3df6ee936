"""A small partnership that the tests of cases meet in."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from core.accounts.models import User
from core.facts import GroupRole
from core.partnerships.models import Agency, Group, Partnership
from tests.builders import a_group, a_partnership, a_user, an_agency
from tests.support.browser import Browser


@dataclass
class Partners:
    """A council that leads cases, the police beside it, a group that both sit in and one that neither does."""

    partnership: Partnership
    council: Agency
    police: Agency
    group: Group
    elsewhere: Group
    officer: User
    """Of the council, in no group."""
    constable: User
    """Of the police, a member of the group."""
    chair: User
    """Of the police, chairs the group."""


@pytest.fixture
def partners(app: Flask) -> Partners:
    """The partnership, in a fresh database."""
    partnership = a_partnership()
    council, police = an_agency(partnership, "Northbridge Council"), an_agency(partnership, "Northbridge Police")
    group, elsewhere = a_group(partnership), a_group(partnership, "South Community Sector Team")
    return Partners(
        partnership,
        council,
        police,
        group,
        elsewhere,
        officer=a_user(council, "Olive Officer"),
        constable=a_user(police, "Colin Constable", group=group),
        chair=a_user(police, "Cherry Chair", group=group, role=GroupRole.CHAIR),
    )


@pytest.fixture
def officer(partners: Partners, visitor: Callable[..., Browser]) -> Browser:
    """The browser of the council's officer."""
    return visitor(partners.officer)


@pytest.fixture
def constable(partners: Partners, visitor: Callable[..., Browser]) -> Browser:
    """The browser of the police's constable."""
    return visitor(partners.constable)


@pytest.fixture
def chair(partners: Partners, visitor: Callable[..., Browser]) -> Browser:
    """The browser of the group's chair."""
    return visitor(partners.chair)
