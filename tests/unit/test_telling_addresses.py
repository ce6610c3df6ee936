"""What seems to hold an address, and what does not."""

import time

import pytest

from core.people.protected.telling import holds_some_address, seems_to_hold

ADDRESS, POSTCODE = "Flat 2, 14 Harbour Lane, Northbridge", "NB4 7QX"


@pytest.mark.parametrize(
    "text",
    [
        "She moved to 14 Harbour Lane.",
        "now at 14, harbour ln",
        "HARBOUR LANE (no. 14)",
        "lives at no 14 on the new Harbour estate",
        "14 nb47qx",
        "NB4 7QX, flat 2",
        "Flat 2 in Harbour Court",
        "14 HÁRBOUR Lane",
    ],
)
def test_a_number_beside_its_street_or_its_postcode_is_an_address(text: str) -> None:
    assert seems_to_hold(text, ADDRESS, POSTCODE)


@pytest.mark.parametrize(
    "text",
    [
        "She moved.",
        "14 letters were sent",
        "seen at the harbour on Friday",
        "15 Harbour Lane",
        "Harbour patrols were agreed, and the group meets again; the next is on the 14",
        "near NB4 7QX",
        "14 Northbridge Road",
    ],
)
def test_a_number_or_a_street_alone_is_none(text: str) -> None:
    assert not seems_to_hold(text, ADDRESS, POSTCODE)


def test_a_house_without_a_number_is_known_by_its_name_or_its_postcode() -> None:
    assert seems_to_hold("staying at Rose Cottage", "Rose Cottage, Mill End", "")
    assert seems_to_hold("moved to the NB1 1AA area", "Rose Cottage", "NB1 1AA")
    assert not seems_to_hold("gave her a rose", "Rose Cottage", "")
    assert seems_to_hold("9 The Avenue", "9 The Avenue", "")
    assert not seems_to_hold("anything at all, 1", "", "")


def test_any_postcode_or_street_with_a_number_is_some_address() -> None:
    assert holds_some_address("She is at 14 St John's Road now") and holds_some_address("2a Mill ln")
    assert not holds_some_address("On the 14th of March 2026 at Mill Road") and not holds_some_address("Harbour Lane")
    assert holds_some_address("Try 3 Mill Street, M1 1AE")
    assert not holds_some_address("It is about M1 1AE as a whole")
    assert not holds_some_address("3 letters")


@pytest.mark.parametrize("text", ["1 " * 25_000, "A1 " * 16_000, "14 " + "x" * 50_000, "\n" * 50_000, "1 a a " * 9_000])
def test_a_long_text_is_looked_over_at_once(text: str) -> None:
    began = time.process_time()
    seems_to_hold(text, ADDRESS, POSTCODE)
    holds_some_address(text)
    assert time.process_time() - began < 0.5
