"""References given out: each kind counts for itself, and nothing imported stands in its way."""

import pytest

from core.extensions import db
from core.partnerships.numbering import take_reference
from core.people.models import Person
from core.references import Numbered
from tests.builders import a_partnership, a_person


@pytest.fixture
def partnership(app):
    return a_partnership()


def taken(partnership, *tails: str) -> None:
    """Persons of 2026 with these numbers, or what an imported book has in their place."""
    for tail in tails:
        a_person(partnership).ref = f"{partnership.prefix}-P-2026-{tail}"
    db.session.commit()


def number_after(partnership, year: int = 2026) -> str:
    return take_reference(Person.ref, partnership.id, Numbered.PERSON, year).removeprefix(
        f"{partnership.prefix}-P-{year}-"
    )


def test_each_year_and_each_partnership_begins_at_one(partnership):
    taken(partnership, "0007", "0052")
    assert number_after(partnership) == "0053"
    assert number_after(partnership, 2027) == "0001"
    assert number_after(a_partnership()) == "0001"


def test_longer_imported_references_hide_no_number(partnership):
    taken(partnership, "0052", *(f"{number:02}-from-the-old-book" for number in range(25)))
    assert number_after(partnership) == "0053"


@pytest.mark.parametrize("imported", ["9a99", "90-1", "99999x", "0053b", "053", "202600413"])
def test_a_reference_of_another_shape_is_not_counted(partnership, imported):
    taken(partnership, "0052", imported)
    assert number_after(partnership) == "0053"


def test_after_9999_the_numbers_get_longer_and_are_still_counted_as_numbers(partnership):
    taken(partnership, "9998", "9999")
    assert number_after(partnership) == "10000"
    taken(
        partnership, "10000", "10009", "0000000012", "10010b", *(f"{number}-from-the-old-book" for number in range(25))
    )
    assert number_after(partnership) == "10010"
