"""Districts of a map."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.partnerships.areas import DistrictOutline, district_of, read_districts

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


def square(west: float, south: float, size: float = 1.0) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(code: str, name: str, *rings: list[list[float]]) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": list(rings)}
    return {"type": "Feature", "properties": {"objectid": code, "district": name}, "geometry": geometry}


def collection(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


WEST = feature("E1", "Westside", square(-3, 53))
EAST = feature("E2", "Eastside", square(-2, 53), square(-1.75, 53.25, 0.5))


def test_districts_are_read_in_order_with_code_name_and_outline() -> None:
    west, east = read_districts(collection(WEST, EAST))
    assert (west.code, west.name, east.code) == ("E1", "Westside", "E2")
    assert west.geometry == WEST["geometry"]


def test_a_file_with_other_names_for_the_properties_is_read_too() -> None:
    other = {**WEST, "properties": {"Code": 7, "NAME": " Westside "}}
    assert [(d.code, d.name) for d in read_districts(collection(other))] == [("7", "Westside")]


def test_heights_are_left_out_even_where_some_corners_alone_have_one() -> None:
    heights = [[*position, 12.5] if number % 2 else position for number, position in enumerate(square(-3, 53))]
    (west,) = read_districts(collection(feature("E1", "Westside", heights)))
    assert west.geometry == WEST["geometry"]
    assert district_of([(-2.5, 53.5)], [west]) == ["E1"]


def test_a_point_is_in_the_district_around_it_and_in_none_outside_or_in_a_hole() -> None:
    districts = read_districts(collection(WEST, EAST))
    points = [(-2.5, 53.5), (-1.9, 53.5), (-1.5, 53.5), (0.0, 51.0)]
    assert district_of(points, districts) == ["E1", "E2", None, None]


def test_a_point_on_a_shared_border_goes_to_the_first_district() -> None:
    districts = read_districts(collection(WEST, EAST))
    assert district_of([(-2.0, 53.5)], districts) == ["E1"]
    assert district_of([(-2.0, 53.5)], districts[::-1]) == ["E2"]


def test_a_point_that_is_no_place_is_in_no_district() -> None:
    districts = read_districts(collection(WEST))
    assert district_of([(float("nan"), 53.5), (float("inf"), 0.0)], districts) == [None, None]
    assert district_of([], districts) == []


def test_an_outline_that_crosses_itself_still_has_an_inside() -> None:
    bow_tie = feature("E3", "Bow tie", [[0, 50], [1, 51], [1, 50], [0, 51], [0, 50]])
    assert district_of([(0.1, 50.5), (0.5, 50.9)], read_districts(collection(bow_tie))) == ["E3", None]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read as JSON"),
        (b"%PDF-1.7\n\xff", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[]", "no FeatureCollection"),
        ('{"type":"Feature"}', "no FeatureCollection"),
        (collection(), "no districts"),
        (collection(None), "not a feature"),
        (collection({**WEST, "properties": {"district": "Westside"}}), "no name .* or no code"),
        (collection({**WEST, "geometry": None}), "Westside: its outline is not a Polygon"),
        (collection({**WEST, "geometry": {"type": "Point", "coordinates": [0, 0]}}), "not a Polygon"),
        (collection({**WEST, "geometry": {"type": "Polygon"}}), "closed rings"),
        (collection(feature("E1", "Open", square(0, 50)[:4])), "closed rings"),
        (collection(feature("E1", "In metres", square(357000, 423000))), "longitude and latitude"),
        (collection(WEST, {**EAST, "properties": WEST["properties"]}), "District 2 .* “E1” is taken"),
    ],
)
def test_what_is_no_map_of_districts_is_refused_with_the_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        read_districts(text)


@given(JSON, JSON, JSON)
def test_any_nonsense_in_a_file_is_refused_never_a_crash(whole: Any, one: Any, outline: Any) -> None:
    for text in (
        json.dumps(whole),
        collection(one),
        collection({**WEST, "geometry": {"type": "MultiPolygon", "coordinates": outline}}),
    ):
        with pytest.raises(Refused):
            read_districts(text)


def test_every_one_of_56_thousand_points_in_detailed_outlines_is_placed() -> None:
    rng = Random(56_434)
    districts = [jagged(f"D{n}", n % 4, 50 + n // 4) for n in range(14)]
    points = [(rng.uniform(-1, 5), rng.uniform(49, 55)) for _ in range(56_434)]
    found = district_of(points, districts)
    assert len(found) == len(points)
    assert set(found) == {None, *(district.code for district in districts)}


def jagged(code: str, west: float, south: float) -> DistrictOutline:
    """A square with 4,000 corners, as generalised as real outlines."""
    steps = [n / 1000 for n in range(1000)]
    ring = [[west + t, south + (0.001 if n % 2 else 0)] for n, t in enumerate(steps)]
    ring += [[west + 1, south + t] for t in steps]
    ring += [[west + 1 - t, south + 1] for t in steps] + [[west, south + 1 - t] for t in steps]
    return DistrictOutline(code, code, {"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
