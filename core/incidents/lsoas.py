"""The LSOAs of the incident register, for picking: how much was recorded in each, and where."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, func, or_, select, true

from core.extensions import db
from core.incidents.models import Incident
from core.incidents.queries import NO_STREET, UNKNOWN_STREETS
from core.partnerships.models import District


@dataclass(frozen=True, slots=True)
class Lsoa:
    """A lower layer super output area, with what helps to tell which it is."""

    code: str
    incidents: int
    """In the whole register."""
    street: str
    """The one with most of them."""
    district: str
    """That of most incidents of this street, for an LSOA can reach over a border; "" outside the map."""


def lsoas_to_pick(
    partnership_id: int, *, picked: Collection[str], district_id: int | None = None, street: str = "", most: int
) -> tuple[Sequence[Lsoa], Sequence[Lsoa], bool]:
    """Those that are picked; of the others those to choose from, at most so many; and whether there are more.

    Those with most incidents come first. With a district, or with part of a street's name, to choose from are those
    in which such an incident was recorded. One query, by the register's index of LSOAs.
    """
    unknown = case((func.trim(Incident.street).in_(UNKNOWN_STREETS), 1), else_=0)
    place = (Incident.lsoa_code, Incident.street, Incident.district_id)
    count = func.count()
    here = (Incident.district_id == district_id) if district_id is not None else None
    called = func.lower(Incident.street).contains(street.lower(), autoescape=True) if street else None
    fits = [each for each in (here, called) if each is not None]
    streets = (
        select(
            Incident.lsoa_code,
            Incident.street,
            Incident.district_id,
            func.sum(count).over(partition_by=Incident.lsoa_code).label("incidents"),
            func.row_number()
            .over(partition_by=Incident.lsoa_code, order_by=(unknown, count.desc(), Incident.street))
            .label("place"),
            *(
                func.max(case((fit, 1), else_=0)).over(partition_by=Incident.lsoa_code).label(f"fits_{number}")
                for number, fit in enumerate(fits)
            ),
        )
        .where(Incident.partnership_id == partnership_id)
        .group_by(*place)
        .subquery()
    )
    is_picked = case((streets.c.lsoa_code.in_(picked), 1), else_=0)
    fitting = [streets.c[f"fits_{number}"] == 1 for number in range(len(fits))]
    found = db.session.execute(
        select(
            streets.c.lsoa_code,
            streets.c.incidents,
            streets.c.street,
            func.coalesce(District.name, ""),
            is_picked,
        )
        .outerjoin(District, District.id == streets.c.district_id)
        .where(streets.c.place == 1, or_(is_picked == 1, and_(true(), *fitting)))
        .order_by(is_picked.desc(), streets.c.incidents.desc(), streets.c.lsoa_code)
        .limit(len(picked) + most + 1)
    ).all()
    rows = [
        (Lsoa(code, incidents, NO_STREET if name.strip() in UNKNOWN_STREETS else name, district), bool(chosen))
        for code, incidents, name, district, chosen in found
    ]
    others = [lsoa for lsoa, chosen in rows if not chosen]
    return [lsoa for lsoa, chosen in rows if chosen], others[:most], len(others) > most
