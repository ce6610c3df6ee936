"""Writes of protected addresses."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm.attributes import flag_modified

from core import audit
from core.errors import Stale
from core.extensions import db
from core.facts import Actor
from core.people.history import keeping as history
from core.people.history.keeping import Because
from core.people.history.models import Why
from core.people.models import AddressReader, Person, ProtectedAddress
from core.policy import Permission, require
from core.policy.protecting import AddressOf

PROTECTED = "The address is protected."


def protect(
    actor: Actor, *, of: AddressOf, version: int, address: str, postcode: str, agencies: Collection[int], now: datetime
) -> None:
    """Keep an address where named agencies and the actor's own alone read it; or change it, or who they are.

    Raises Stale, and Refused to whoever may not.
    """
    require(actor, Permission.PROTECT_ADDRESS, of)
    kept, before = of.protected, stored(of)
    if version != (kept.version if kept is not None else 0):
        raise Stale(before)
    named = {*agencies, *([actor.agency_id] if actor.agency_id is not None else [])}
    history.keep_person(
        actor,
        of.person,
        before={name: before[name] for name in history.ADDRESS},
        after={"address": address, "postcode": postcode},
        because=Because(Why.CHANGED, PROTECTED),
        now=now,
        was_protected=kept is not None,
    )
    if kept is None:
        kept = ProtectedAddress(person_id=of.person.id, partnership_id=of.person.partnership_id, readers=[])
        db.session.add(kept)
    kept.address, kept.postcode = address, postcode
    kept.changed_at, kept.changed_by_id = now, actor.user_id
    there = {reader.agency_id: reader for reader in kept.readers}
    for agency_id in there.keys() - named:
        kept.readers.remove(there[agency_id])
    kept.readers += [AddressReader(agency_id=agency_id) for agency_id in named - there.keys()]
    of.person.address = of.person.postcode = ""
    # Raises the person's version even where nothing stood there: whoever is saving an address among their details at
    # this moment read that none is protected, and begins again.
    flag_modified(of.person, "address")
    db.session.flush()
    written: dict[str, object] = {"address": address, "postcode": postcode, "agencies": sorted(named)}
    _record(actor, of.person, "address.protect", written)


def end_protection(actor: Actor, *, of: AddressOf, version: int) -> None:
    """Write the address among the person's details again, where everybody who may open them reads it.

    `version` is that of the protected address which the actor saw: nobody makes public what they have not read.
    Raises Stale, and Refused to whoever may not.
    """
    require(actor, Permission.END_PROTECTION, of)
    assert of.protected is not None
    if version != of.protected.version:
        raise Stale(told={"Address": of.protected.address, "Postcode": of.protected.postcode})
    of.person.address, of.person.postcode = of.protected.address, of.protected.postcode
    db.session.delete(of.protected)
    db.session.flush()
    _record(actor, of.person, "address.end_protection", {})


def stored(of: AddressOf) -> dict[str, object]:
    """What a form over it shows: before it is protected, the address among the person's details."""
    kept = of.protected
    return {
        "address": kept.address if kept is not None else of.person.address,
        "postcode": kept.postcode if kept is not None else of.person.postcode,
        "agencies": [reader.agency_id for reader in kept.readers] if kept is not None else [],
    }


def _record(actor: Actor, person: Person, action: str, payload: dict[str, object]) -> None:
    audit.record(
        actor,
        audit.Category.ALTERATION,
        action,
        object=f"person:{person.id}",
        subjects=[person.id],
        payload=payload,
    )
