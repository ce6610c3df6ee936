"""Protected addresses of two records. Each is sealed for its row and stays there; what is kept is as closed as both."""

from datetime import datetime
from typing import cast

from sqlalchemy import Table

from core.extensions import db
from core.facts import Actor
from core.people.merging.ledger import Ledger
from core.people.models import AddressReader, Person, ProtectedAddress
from core.policy.protecting import AddressOf

_PEOPLE = cast(Table, Person.__table__)
_ADDRESSES = cast(Table, ProtectedAddress.__table__)
_READERS = cast(Table, AddressReader.__table__)


def close_as_either(actor: Actor, ledger: Ledger, *, kept: AddressOf, gone: AddressOf, now: datetime) -> None:
    """If either address was protected the kept record's is, and only agencies that were named for both read it."""
    if gone.protected is None:
        return
    named = {reader.agency_id for reader in gone.protected.readers}
    key = (kept.person.id,)
    if kept.protected is not None:
        for reader in sorted({reader.agency_id for reader in kept.protected.readers} - named):
            ledger.take_out(_READERS, (kept.person.id, reader))
        ledger.change(_ADDRESSES, key, {"changed_at": now, "changed_by_id": actor.user_id})
        return
    ledger.change(_PEOPLE, key, {"address": "", "postcode": ""})
    copy = ProtectedAddress(
        person_id=kept.person.id,
        partnership_id=kept.person.partnership_id,
        changed_at=now,
        changed_by_id=actor.user_id,
        readers=[AddressReader(agency_id=agency_id) for agency_id in sorted(named)],
    )
    copy.address, copy.postcode = gone.protected.address, gone.protected.postcode
    db.session.add(copy)
    db.session.flush()
    ledger.was_put_in(_ADDRESSES, key, mark={"changed_at": now, "changed_by_id": actor.user_id})
