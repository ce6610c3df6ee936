"""Whether the file of keys is this database's."""

from datetime import datetime

from sqlalchemy import Connection, Table, delete, inspect, select

from core.encryption.keys import Keyring, NoKey
from core.encryption.models import KeyProof
from core.encryption.sealing import Key, Place, Unreadable, opened, seal

KNOWN = b"Roundtable"

_PROOFS: Table = KeyProof.__table__  # type: ignore[assignment]  # a declarative class's is a Table


def prove(connection: Connection, ring: Keyring) -> None:
    """Check every key that this database has been used with, and note the current one. Raises NoKey."""
    if not inspect(connection).has_table(_PROOFS.name):
        return  # not migrated yet: the migration that makes the table has nothing older to check
    proofs: dict[str, str] = dict(connection.execute(select(_PROOFS.c.name, _PROOFS.c.proof)).all())
    for name, proof in proofs.items():
        _check(ring.named(name), proof, ring)
    current = ring.current
    if current.name not in proofs:
        values = {
            "name": current.name,
            "proof": seal(current, KNOWN, _place(current)),
            "noted_at": datetime.fromisoformat(current.made),
        }
        connection.execute(_PROOFS.insert().values(values))


def forget_proof(connection: Connection, name: str) -> None:
    """A key that nothing was sealed with any more is not asked for at the next start."""
    connection.execute(delete(_PROOFS).where(_PROOFS.c.name == name))


def _check(key: Key, proof: str, ring: Keyring) -> None:
    try:
        opened(key, proof, _place(key))
    except Unreadable:
        raise NoKey(f"The key {key.name} in {ring.path} is not the one that this database was sealed with.") from None


def _place(key: Key) -> Place:
    return Place(_PROOFS.name, "proof", (key.name,))
