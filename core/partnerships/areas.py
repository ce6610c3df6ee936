"""Districts of a partnership's map: read from GeoJSON, and asked which of them a point lies in."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import Refused

NAME_KEYS = ("district", "name")
CODE_KEYS = ("objectid", "code")
"""Properties of a feature that are taken for its name and its code, the first that is there."""

Point = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84), in this order, as in GeoJSON."""


@dataclass(frozen=True, slots=True)
class DistrictOutline:
    """One district: `geometry` is a GeoJSON Polygon or MultiPolygon of longitudes and latitudes alone.

    A file may say heights, too, even of some corners and not of others; there is no map of them.
    """

    code: str
    name: str
    geometry: Mapping[str, Any]


def read_districts(text: str | bytes) -> list[DistrictOutline]:
    """The districts of a GeoJSON FeatureCollection, in its order.

    Raises Refused, and says which feature is wrong, when one has no name, no code of its own or no outline in
    longitude and latitude.
    """
    try:
        collection = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("This is not a GeoJSON file: it cannot be read as JSON.") from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise Refused("This is not a GeoJSON file of districts: it holds no FeatureCollection.")
    if not features:
        raise Refused("There are no districts in this file.")
    districts = [_district(feature, number) for number, feature in enumerate(features, start=1)]
    codes: set[str] = set()
    for number, district in enumerate(districts, start=1):
        if district.code in codes:
            raise Refused(f"District {number} of the file: the code “{district.code}” is taken already.")
        codes.add(district.code)
    return districts


def district_of(points: Sequence[Point], districts: Sequence[DistrictOutline]) -> list[str | None]:
    """For each point the code of the district that it lies in, or None outside all of them.

    On a border that two districts share, the first of them has it. 56,000 points in 14 districts take well
    under a second.
    """
    # Imported here: shapely brings numpy, and only an import of incidents needs it.
    from shapely import STRtree, make_valid
    from shapely import points as as_points
    from shapely.geometry import shape

    places = [point if all(map(math.isfinite, point)) else (math.inf, math.inf) for point in points]
    found: list[str | None] = [None] * len(places)
    if not places:
        return found
    # The tree holds the points and is asked with the outlines: shapely prepares what it asks with, and it is
    # the outlines that have thousands of corners.
    tree = STRtree(as_points(places))
    for district in reversed(districts):
        outline = make_valid(shape(dict(district.geometry)))
        for index in tree.query(outline, predicate="intersects"):
            found[index] = district.code
    return found


def _district(feature: Any, number: int) -> DistrictOutline:
    where = f"District {number} of the file"
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise Refused(f"{where}: it is not a feature with properties.")
    name = _first(properties, NAME_KEYS)
    code = _first(properties, CODE_KEYS)
    if not name or not code:
        raise Refused(f"{where}: it has no name (“{NAME_KEYS[0]}”) or no code (“{CODE_KEYS[0]}”).")
    geometry = feature.get("geometry")
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise Refused(f"{where}, {name}: its outline is not a Polygon or MultiPolygon.")
    polygons = geometry.get("coordinates") if kind == "MultiPolygon" else [geometry.get("coordinates")]
    if not _are_polygons(polygons):
        raise Refused(f"{where}, {name}: its outline is not made of closed rings of longitude and latitude.")
    flat = [[[position[:2] for position in ring] for ring in rings] for rings in polygons]
    return DistrictOutline(code, name, {"type": kind, "coordinates": flat if kind == "MultiPolygon" else flat[0]})


def _first(properties: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The value of the first key that is there, whatever its case; numbers as text, the rest as ""."""
    by_key = {str(key).lower(): value for key, value in properties.items()}
    value = next((by_key[key] for key in keys if key in by_key), "")
    return str(value).strip() if isinstance(value, str | int) else ""


def _are_polygons(polygons: Any) -> bool:
    return _filled(polygons) and all(_filled(rings) and all(map(_is_ring, rings)) for rings in polygons)


def _filled(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


def _is_ring(ring: Any) -> bool:
    """Four positions or more, the last of them the first (RFC 7946, 3.1.6)."""
    return isinstance(ring, list) and len(ring) >= 4 and all(map(_is_position, ring)) and ring[0] == ring[-1]


def _is_position(position: Any) -> bool:
    return (
        isinstance(position, list)
        and len(position) >= 2
        and all(isinstance(degrees, int | float) for degrees in position[:2])
        and abs(position[0]) <= 180
        and abs(position[1]) <= 90
    )
