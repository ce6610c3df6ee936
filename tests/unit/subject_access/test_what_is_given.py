"""A pack as it is given: grouped by agency, without a character of what is masked, the same on paper and as JSON."""

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.facts import MaskReason
from core.masking.passages import Span
from core.subject_access.gathering.shelf import Kind, Shelf, facts
from core.subject_access.pack import Entry, Held, Pack
from core.subject_access.paper import Given, given_html, given_json
from core.subject_access.shown import counts, printed

AT = datetime(2026, 11, 3, 10, tzinfo=UTC)


def a_pack(*texts: str) -> Pack:
    """One of two agencies, with those texts with the second."""
    shelf = Shelf()
    shelf.put(8, Kind.ACTIONS, Entry(title="Action A1", facts=facts(("By", date(2026, 5, 4)), ("Why not", ""))))
    for n, text in enumerate(texts):
        shelf.put(7, Kind.INCIDENTS, Entry(title=f"Case {n}", texts=(Held(label="What", place=f"t:{n}", text=text),)))
    shelf.put(None, Kind.DETAILS, Entry(title="Record P1"))
    return Pack(person="Martin", reference="P1", drawn_at=AT, parts=shelf.parts({7: "Police", 8: "Homes"}, "Together"))


def as_given(pack: Pack, masks: dict[str, list[Span]]) -> Given:
    """What is printed of it."""
    parts = printed(pack, masks)
    return Given(
        partnership="Northbridge",
        reference="T1-S-2026-0001",
        person=pack.person,
        record=pack.reference,
        for_whom=pack.person,
        received_on=date(2026, 10, 1),
        drawn_at=pack.drawn_at,
        released_at=AT,
        parts=parts,
        masked=counts(parts),
    )


def test_what_is_held_together_stands_first_then_each_agency_by_name_and_kinds_in_their_order():
    pack = a_pack("Music")
    assert [part.agency for part in pack.parts] == ["Together", "Homes", "Police"]
    assert pack.parts[1].sections[0].entries[0].facts[0].value == "4 May 2026"
    assert len(pack.parts[1].sections[0].entries[0].facts) == 1, "what says nothing is left out"
    assert Pack.from_plain(pack.to_plain()) == pack


@given(st.text(st.characters(exclude_characters="XYZ"), min_size=1, max_size=40), st.data())
def test_no_character_of_what_is_masked_is_in_what_is_given(before, data):
    secret = data.draw(st.text("XYZ", min_size=4, max_size=12))
    pack = a_pack(f"{before}{secret}{before}")
    masks = {"t:0": [Span(len(before), len(before) + len(secret), MaskReason.CRIME)]}
    what = as_given(pack, masks)
    words = [
        piece
        for part in json.loads(given_json(what))["held_by"]
        for section in part["sections"]
        for entry in section["entries"]
        for text in entry["texts"]
        for piece in text["pieces"]
    ]
    assert {"masked": "would hinder dealing with crime"} in words
    assert all(secret not in piece.get("text", "") for piece in words)
    assert what.masked[MaskReason.CRIME] == 1


def test_paper_and_json_say_the_same_law_for_each_block():
    what = as_given(a_pack("Ann rang"), {"t:0": [Span(0, 3, MaskReason.CHILD_ABUSE)]})
    html, data = given_html(what), json.loads(given_json(what))
    assert "[masked: about a child at risk of abuse]" in html and "Schedule 3, paragraph 21" in html
    [row] = data["masked"]
    assert row["passages"] == 1 and "Schedule 3, paragraph 21" in row["law"]
    assert "Ann" not in html and "Ann" not in given_json(what)
