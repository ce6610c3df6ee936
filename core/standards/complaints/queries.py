"""Reads of the ways to complain."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from core.errors import NotFound
from core.extensions import db
from core.partnerships.agencies.queries import membership_of
from core.partnerships.belonging import agencies_in
from core.partnerships.terms.queries import partnership
from core.standards.models import ComplaintRoute, RouteOf


def of_partnership(partnership_id: int) -> RouteOf:
    """The partnership's own way to complain, written or not."""
    return RouteOf(partnership_id, None, partnership(partnership_id).name, _routes(partnership_id).get(None))


def of_agency(partnership_id: int, agency_id: int) -> RouteOf:
    """That of an agency of the partnership. Raises NotFound."""
    membership = membership_of(partnership_id, agency_id)
    if membership is None:
        raise NotFound
    return RouteOf(partnership_id, agency_id, membership.agency.name, _routes(partnership_id).get(agency_id))


def all_ways(partnership_id: int, *, on: date) -> Sequence[RouteOf]:
    """The partnership's own, then those of the agencies that belong to it on that day, by name."""
    routes = _routes(partnership_id)
    return [
        RouteOf(partnership_id, None, partnership(partnership_id).name, routes.get(None)),
        *(
            RouteOf(partnership_id, agency_id, name, routes.get(agency_id))
            for agency_id, name in agencies_in(partnership_id, on=on)
        ),
    ]


def words_for(partnership_id: int, lead_agency_id: int) -> str:
    """What somebody in a case of that agency is told: its own way to complain, then the partnership's."""
    routes = _routes(partnership_id)
    found = (routes.get(lead_agency_id), routes.get(None))
    return "\n\n".join(route.words for route in found if route is not None and route.words)


def _routes(partnership_id: int) -> dict[int | None, ComplaintRoute]:
    rows = db.session.scalars(select(ComplaintRoute).where(ComplaintRoute.partnership_id == partnership_id))
    return {row.agency_id: row for row in rows}
