"""Writing the way to complain about an agency's service, or the partnership's."""

from core import audit
from core.errors import Stale
from core.extensions import db
from core.facts import Actor
from core.policy import Permission, require
from core.standards.models import ComplaintRoute, RouteOf


def write_way_to_complain(actor: Actor, *, of: RouteOf, version: int, words: str) -> None:
    """Keep the words that are given to complainants and victims from now on. Raises Stale.

    What was given before stays in their contact plans as it was.
    """
    require(actor, Permission.MANAGE_COMPLAINTS, of)
    if version != of.version:
        raise Stale({"complaint_text": of.words})
    route = of.route
    if route is None:
        route = ComplaintRoute(partnership_id=of.partnership_id, agency_id=of.agency_id)
        db.session.add(route)
    route.words = words
    db.session.flush()
    about = f"agency:{of.agency_id}" if of.agency_id is not None else f"partnership:{of.partnership_id}"
    audit.record(actor, audit.Category.ADMIN, "complaints.write", object=about, payload={"words": words})
