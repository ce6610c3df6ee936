"""Names as they are searched for, and ages as the law sees them."""

from datetime import date

import pytest

from core.people.ages import childhood
from core.people.names import folded, search_name


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("Zoë", "zoe"),
        ("ŁUKASZ  Wiśniewski", "lukasz wisniewski"),
        ("Søren Þór", "soren thor"),
        ("O’Neill", "o'neill"),
        ("Straße", "strasse"),
        ("محمد", "محمد"),
        ("\t", ""),
    ],
)
def test_a_name_is_searched_for_without_case_accents_and_odd_blanks(written, searched):
    assert folded(written) == searched


def test_the_family_name_comes_first_and_one_name_is_enough():
    assert search_name("Faith", "Hindle", "Fay") == "hindle faith fay"
    assert search_name("", "Sukarno") == "sukarno"
    assert len(search_name("x" * 500, "y" * 500)) == 650


@pytest.mark.parametrize(
    ("born", "is_a"),
    [
        (date(2016, 11, 21), "child"),
        (date(2016, 11, 22), "under 10"),
        (date(2008, 11, 21), ""),
        (date(2008, 11, 22), "child"),
        (None, ""),
    ],
)
def test_a_child_is_one_until_the_day_of_the_eighteenth_birthday(born, is_a):
    assert childhood(born, date(2026, 11, 21)) == is_a
