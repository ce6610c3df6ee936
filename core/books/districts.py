"""Districts of the books, and which of them an incident of the register lies in."""

from collections.abc import Mapping, Sequence

from sqlalchemy import update

from core.books import queries
from core.extensions import db
from core.incidents.models import Incident
from core.partnerships.areas import DistrictOutline, Point, district_of
from core.partnerships.models import District


def take_districts(partnership_id: int, outlines: Sequence[DistrictOutline]) -> tuple[int, int]:
    """Keep the districts; how many there were, and how many of them were new or changed.

    Incidents that no district was known for are looked up again.
    """
    known = queries.districts_by_code(partnership_id)
    taken = 0
    for outline in outlines:
        district = known.get(outline.code)
        if district is None:
            district = District(partnership_id=partnership_id, code=outline.code)
            db.session.add(district)
        elif (district.name, district.geometry) == (outline.name, outline.geometry):
            continue
        district.name, district.geometry = outline.name, dict(outline.geometry)
        taken += 1
    db.session.flush()
    if taken:
        _place_incidents(partnership_id)
    return len(outlines), taken


def district_ids(outlines: Mapping[int, DistrictOutline], points: Sequence[Point]) -> list[int | None]:
    """For each of the points the district, of those given by id, that it lies in, if it lies in one."""
    if not outlines:
        return [None] * len(points)
    ids: dict[str | None, int] = {outline.code: number for number, outline in outlines.items()}
    return [ids.get(code) for code in district_of(points, list(outlines.values()))]


def _place_incidents(partnership_id: int) -> None:
    """Find the district of every incident that has none."""
    unplaced = queries.incidents_without_district(partnership_id)
    found = district_ids(queries.outlines_of(partnership_id), [point for _, point in unplaced])
    by_district: dict[int, list[int]] = {}
    for (number, _), district_id in zip(unplaced, found, strict=True):
        if district_id is not None:
            by_district.setdefault(district_id, []).append(number)
    for district_id, numbers in by_district.items():
        for some in queries.in_batches(numbers):
            db.session.execute(
                update(Incident)
                .where(Incident.id.in_(some))
                .values(district_id=district_id)
                .execution_options(synchronize_session=False)
            )
