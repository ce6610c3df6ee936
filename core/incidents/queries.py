"""Reads of the incident register: counts of streets, never a single incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from core.extensions import db
from core.incidents.models import Incident
from core.partnerships.belonging import is_open
from core.partnerships.models import District, Group, GroupLsoa

PAGE = 50
"""Streets of a page."""

NO_STREET = "Street not recorded"

UNKNOWN_STREETS = ("", "On or near")
"""How the police write that they know the place and no street."""


@dataclass(frozen=True, slots=True)
class Area:
    """A district of the partnership's map, or a group's area: that of a district, or drawn up from LSOAs."""

    key: str
    """`district-3` or `group-7`, as an address says it."""
    name: str
    district_id: int | None = None
    group_id: int | None = None


def areas_of(partnership_id: int, *, on: date) -> Sequence[Area]:
    """The groups' areas, then the districts, by name: what there is to choose."""
    drawn = select(GroupLsoa.group_id).distinct()
    groups = db.session.execute(
        select(Group.id, Group.name, Group.area_name, Group.district_id, Group.id.in_(drawn))
        .where(
            Group.partnership_id == partnership_id,
            is_open(on),
            or_(Group.district_id.is_not(None), Group.id.in_(drawn)),
        )
        .order_by(Group.name, Group.id)
    )
    areas = [
        Area(
            f"group-{number}",
            f"{name} ({area})" if area else name,
            district_id=None if from_lsoas else district_id,
            group_id=number if from_lsoas else None,
        )
        for number, name, area, district_id, from_lsoas in groups
    ]
    districts = db.session.execute(
        select(District.id, District.name)
        .where(District.partnership_id == partnership_id)
        .order_by(District.name, District.id)
    )
    return [*areas, *(Area(f"district-{number}", name, district_id=number) for number, name in districts)]


def area_of(group: Group) -> Area:
    """A group's own area: of a district, or drawn up from LSOAs. It is empty for a group that has neither."""
    return Area(
        f"group-{group.id}",
        group.area_name or group.name,
        district_id=group.district_id,
        group_id=group.id if group.district_id is None else None,
    )


def months_of(partnership_id: int) -> Sequence[date]:
    """The months that the register covers, the first to the last; none while it is empty."""
    span: tuple[date | None, ...] = tuple(
        db.session.execute(
            select(func.min(Incident.month), func.max(Incident.month)).where(Incident.partnership_id == partnership_id)
        ).one()
    )
    first, last = span
    if first is None or last is None:
        return []
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


@dataclass(frozen=True, slots=True)
class StreetCount:
    """A street, and how many incidents were recorded in it. Part of the address of the next page."""

    street: str
    incidents: int

    @property
    def cells(self) -> tuple[str, str]:
        """As a page shows it."""
        return NO_STREET if self.street.strip() in UNKNOWN_STREETS else self.street, f"{self.incidents:,}"


@dataclass(frozen=True, slots=True)
class Streets:
    """A page of streets, those with most incidents first."""

    rows: Sequence[StreetCount]
    more: bool


def streets_of(
    partnership_id: int, area: Area, *, since: date, until: date, after: StreetCount | None = None
) -> Streets:
    """Counts by street in an area, from the first month to the last, both included; from one row on."""
    count = func.count()
    query = _ranked(partnership_id, area, since, until).limit(PAGE + 1)
    if after is not None:
        query = query.having(
            and_(count <= after.incidents, or_(count < after.incidents, Incident.street > after.street))
        )
    rows = [StreetCount(street, incidents) for street, incidents in db.session.execute(query)]
    return Streets(rows[:PAGE], len(rows) > PAGE)


def worst_streets(
    partnership_id: int, area: Area, *, since: date, until: date, but: Sequence[str] = (), most: int
) -> Sequence[StreetCount]:
    """The first of the same ranking, those named in `but` left out, and incidents whose street is not known."""
    query = (
        _ranked(partnership_id, area, since, until)
        .where(Incident.street.not_in(but), func.trim(Incident.street).not_in(UNKNOWN_STREETS))
        .limit(most)
    )
    return [StreetCount(street, incidents) for street, incidents in db.session.execute(query)]


def last_month_in(partnership_id: int, area: Area) -> date | None:
    """The last month of which the register holds incidents in the area; None while it holds none."""
    return db.session.scalar(select(func.max(Incident.month)).where(_in_area(partnership_id, area)))


def incidents_in(partnership_id: int, area: Area, *, since: date, until: date) -> int:
    """How many incidents were recorded in the area in those months."""
    return db.session.scalars(
        select(func.count()).select_from(Incident).where(_within(partnership_id, area, since, until))
    ).one()


def _ranked(partnership_id: int, area: Area, since: date, until: date) -> Select[str, int]:
    """Streets and their counts, those with most incidents first: for the register's page and for agendas."""
    count = func.count()
    return (
        select(Incident.street, count)
        .where(_within(partnership_id, area, since, until))
        .group_by(Incident.street)
        .order_by(count.desc(), Incident.street)
    )


def _within(partnership_id: int, area: Area, since: date, until: date) -> ColumnElement[bool]:
    return and_(_in_area(partnership_id, area), Incident.month.between(since, until))


def _in_area(partnership_id: int, area: Area) -> ColumnElement[bool]:
    # A group has one or the other; asked for one alone, the register's index serves.
    if area.group_id is not None:
        place: ColumnElement[bool] = Incident.lsoa_code.in_(
            select(GroupLsoa.lsoa_code).where(GroupLsoa.group_id == area.group_id)
        )
    else:
        place = Incident.district_id == area.district_id
    return and_(Incident.partnership_id == partnership_id, place)
