"""What speaks for and against two records being one person's, without a database."""

import csv
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from core.people.duplicates.scoring import PROPOSED, STRONG, Held, likely, likeness

CALDER = Path(__file__).parents[3] / "shared" / "data" / "calder" / "people.csv"

PLANTED = {
    ("P0055", "P0169"),
    ("P0057", "P0162"),
    ("P0065", "P0167"),
    ("P0086", "P0171"),
    ("P0091", "P0173"),
    ("P0096", "P0172"),
    ("P0097", "P0168"),
    ("P0120", "P0166"),
    ("P0129", "P0174"),
    ("P0137", "P0165"),
    ("P0140", "P0161"),
    ("P0146", "P0164"),
    ("P0149", "P0163"),
    ("P0160", "P0170"),
}
"""Found by reading the books: names turned round, in capitals, cut short or with a letter too many; dates missing or
with day and month the other way round; postcodes without their blank."""

ANNA = Held(
    1, "Anna", "Hollingworth", born=date(1986, 4, 9), address="14 Harbour Street, Northbridge", postcode="ZZ1 2AB"
)


def and_(**changes):
    """Another record like Anna's, with these differences."""
    return likeness(ANNA, replace(ANNA, id=2, **changes))


def calder():
    with CALDER.open(encoding="utf-8", newline="") as file:
        return [
            Held(
                int(row["ref"][1:]),
                row["given_name"],
                row["family_name"],
                row["known_as"],
                date.fromisoformat(row["date_of_birth"]) if row["date_of_birth"] else None,
                row["address"],
                row["postcode"],
            )
            for row in csv.DictReader(file)
        ]


def test_the_fourteen_planted_in_the_calder_books_stand_before_all_others():
    found = [(f"P{each.one:04}", f"P{each.other:04}") for each in likely(calder())]
    assert set(found[:14]) == PLANTED
    assert len(found) <= 30


def test_each_of_the_fourteen_is_strong_and_nobody_else_is():
    strong = {(f"P{each.one:04}", f"P{each.other:04}") for each in likely(calder()) if each.strong}
    assert strong == PLANTED


def test_comparing_all_with_all_finds_no_pair_that_shares_no_key():
    people = calder()
    all_pairs = {
        (found.one, found.other)
        for found in (likeness(*pair) for pair in combinations(people, 2))
        if found.score >= PROPOSED
    }
    assert {(each.one, each.other) for each in likely(people)} == all_pairs


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"given_name": "ANNA", "family_name": "hollingworth"}, "The given names are the same"),
        ({"given_name": "Hollingworth", "family_name": "Anna"}, "The given names are the same"),
        ({"family_name": "Holingwroth"}, "The family names differ by a letter or two"),
        ({"given_name": "Annabel"}, "One given name is the beginning of the other"),
        ({"given_name": "Ana"}, "The given names differ by a letter or two"),
        ({"given_name": "A"}, "One given name is an initial of the other"),
        ({"given_name": "Nan", "known_as": "Anna"}, "One is known as what the other is named"),
        ({"given_name": "", "known_as": "Anna"}, "One is known as what the other is named"),
        ({"family_name": "Hollingworth-Price"}, "One family name is a part of the other"),
        ({"born": date(1986, 9, 4)}, "Day and month of birth are the other way round"),
        ({"born": date(1986, 4, 8)}, "The dates of birth differ by one digit"),
        ({"born": date(1986, 4, 10)}, "The dates of birth are 1 day apart"),
        ({"born": date(1996, 4, 9)}, "The dates of birth differ by one digit"),
        ({"born": None}, "The addresses are the same"),
        ({"postcode": "zz12ab"}, "The postcodes are the same"),
        ({"postcode": "ZZ1 2AC"}, "The postcodes differ by one character"),
        ({"address": "14 Harbour St, Northbridge"}, "The addresses are the same"),
        ({"address": "14, Harbor Street\nNorthbridge"}, "The addresses are the same"),
        ({"address": "", "postcode": ""}, "The dates of birth are the same"),
        ({"address": "3 Elm Close", "postcode": "ZZ9 9ZZ"}, "The dates of birth are the same"),
    ],
)
def test_one_person_written_another_way_is_strong(changes, said):
    found = and_(**changes)
    assert said in found.speaks_for
    assert found.score >= STRONG, found


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"given_name": "Joan", "born": date(1986, 4, 9)},
            "The same day of birth with different given names: perhaps twins",
        ),
        (
            {"born": date(2011, 4, 9)},
            "The dates of birth are 25 years apart: perhaps parent and child",
        ),
        (
            {"given_name": "Joan", "born": date(1990, 12, 1)},
            "Different given names at the same address: perhaps a family",
        ),
        ({"given_name": "Joan", "born": None}, "The given names are different"),
        ({"family_name": "Obafemi", "address": "", "postcode": ""}, "The family names are different"),
        (
            {"born": date(1979, 12, 30), "address": "3 Elm Close", "postcode": "ZZ9 9ZZ"},
            "The dates of birth are different",
        ),
    ],
)
def test_two_people_are_never_strong(changes, said):
    found = and_(**changes)
    assert said in found.speaks_against
    assert found.score < STRONG, found


def test_clearly_different_people_are_not_proposed():
    neighbours = [
        ANNA,
        replace(ANNA, id=2, given_name="Joan", born=date(1990, 12, 1)),
        replace(ANNA, id=3, born=date(2011, 4, 9)),
        replace(ANNA, id=4, given_name="Yusuf", family_name="Chowdhury", born=date(1971, 1, 2)),
        Held(5, "Zara", "Okafor", born=date(1986, 4, 9)),
    ]
    assert likely(neighbours) == []


def test_nothing_known_of_either_speaks_neither_way():
    found = likeness(Held(1), Held(2))
    assert (found.score, found.findings) == (0, ())


def test_nobody_is_laid_beside_themselves():
    """Whose own names are alike shares a key with themselves twice over."""
    assert likely([Held(1, "Ana", "Hollingworth", "Annie", born=date(1986, 4, 9))]) == []


def test_it_does_not_matter_which_is_asked_first():
    people = calder()[:40]
    assert all(likeness(one, other) == likeness(other, one) for one, other in combinations(people, 2))


def test_a_key_that_a_whole_hostel_shares_compares_nobody_by_itself():
    hostel = [Held(n, address="1 Hostel Road", postcode="ZZ1 1AA") for n in range(1, 150)]
    assert likely(hostel) == []
    assert likely(hostel[:2]) != []


def test_the_application_starts_without_the_library_that_compares():
    """docs/adr/0007-what-a-process-does-not-load.md."""
    started = "import sys, core.app, core.people.views; sys.exit('rapidfuzz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", started], check=False).returncode == 0
