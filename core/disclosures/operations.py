"""Writes of the grounds on which a partnership discloses."""

from core import audit
from core.disclosures.lists import USUAL, Grounds, Kind
from core.disclosures.models import PartnershipGrounds
from core.disclosures.usual import written_in
from core.errors import Stale
from core.extensions import db
from core.facts import Actor


def write_grounds(actor: Actor, *, partnership_id: int, kind: Kind, grounds: Grounds, version: int) -> None:
    """Keep them for what is disclosed from now on; what was disclosed stands on what it stood on. Raises Stale."""
    row = written_in(partnership_id).get(kind)
    stands = row.grounds if row is not None else USUAL[kind]
    if version != (row.version if row is not None else 0):
        raise Stale({"basis": stands.basis, "condition": stands.condition, "purpose": stands.purpose})
    if row is None:
        row = PartnershipGrounds(partnership_id=partnership_id, kind=kind)
        db.session.add(row)
    row.stand_on(grounds)
    db.session.flush()
    audit.record(
        actor,
        audit.Category.ADMIN,
        "disclosures.write_grounds",
        object=f"partnership:{partnership_id}",
        purpose=f"basis:{grounds.basis}",
        payload={
            "kind": kind.value,
            "basis": grounds.basis,
            "condition": grounds.condition,
            "purpose": grounds.purpose,
        },
    )


def version_of(partnership_id: int, kind: Kind) -> int:
    """The version of what is written; 0 while nothing is."""
    row = written_in(partnership_id).get(kind)
    return row.version if row is not None else 0
