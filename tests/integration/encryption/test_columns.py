"""Values that lie in the database as ciphertext, and open in their own row alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Text, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.clock import utc_now
from core.encryption import EncryptedBytes, EncryptedJSON, EncryptedText, NoKey, Unreadable, seal_column, sealed_columns
from core.encryption.keys import add_key, keyring, remove_keys
from core.extensions import db

SECRET = "14 Harbour Lane, Übersee"


class Base(DeclarativeBase):
    """Of tables that are this test's own."""


class Numbered(Base):
    """The database gives out its primary key."""

    __tablename__ = "sealed_numbered"

    id: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str] = mapped_column(Text, default="")
    said = EncryptedText()
    seed = EncryptedBytes()
    payload = EncryptedJSON()


@pytest.fixture
def tables(app: Flask) -> Iterator[None]:
    """The tables, in this test's transaction alone."""
    Base.metadata.create_all(db.session.connection())
    yield
    db.session.rollback()


def stored(column: str = "said") -> list[Any]:
    """What the database holds, the first row first."""
    db.session.flush()
    table = Numbered.__table__
    return list(db.session.connection().scalars(select(table.c[column]).order_by(table.c.id)))


def again(row: Numbered) -> Numbered:
    """The row as it is read next time."""
    db.session.flush()
    db.session.expire(row)
    return row


def test_a_value_is_ciphertext_in_the_database_and_itself_in_the_hand(tables: None) -> None:
    row = Numbered(said=SECRET, seed=b"\x00\xff", payload={"reach": SECRET})
    empty = Numbered()
    db.session.add_all([row, empty])
    assert (row.said, row.seed, row.payload) == (SECRET, b"\x00\xff", {"reach": SECRET})  # before it is saved
    for column in ("said", "seed", "payload"):
        sealed, nothing = stored(column)
        assert SECRET not in str(sealed) and "v1." in str(sealed)
        assert not nothing
    assert (again(row).said, row.seed, row.payload) == (SECRET, b"\x00\xff", {"reach": SECRET})
    assert (again(empty).said, empty.seed, empty.payload) == ("", b"", {})
    before = stored()
    row.said = SECRET
    assert stored() == before  # the same value again is no change
    row.said, row.payload = "elsewhere", {"reach": "there"}
    assert (again(row).said, row.payload) == ("elsewhere", {"reach": "there"})
    row.said = ""
    assert stored()[0] == ""
    assert [column.name for column in sealed_columns(Base.metadata)] == ["said", "seed", "payload"]
    with pytest.raises(TypeError, match="said is encrypted"):
        select(Numbered.said)  # type: ignore[call-overload]  # that is what is refused


def test_a_value_opens_in_its_own_row_and_column_alone(tables: None) -> None:
    one, two = Numbered(said=SECRET), Numbered(said="nothing", note="x")
    db.session.add_all([one, two])
    first, second = stored()
    connection, table = db.session.connection(), Numbered.__table__
    for row, value in ((one, second), (two, first), (one, first[:-4] + "AAA="), (one, "in clear")):
        connection.execute(update(table).where(table.c.id == row.id).values(said=value))  # type: ignore[arg-type]
        db.session.expire(row)
        with pytest.raises(Unreadable):
            row.said  # noqa: B018  reading is what fails
    connection.execute(update(table).where(table.c.id == one.id).values(said=first))  # type: ignore[arg-type]
    assert again(one).said == SECRET


def test_what_lies_in_clear_is_sealed_by_its_migration_once(tables: None) -> None:
    db.session.add_all([Numbered(id=n) for n in range(1, 6)])
    db.session.flush()
    db.session.execute(text("UPDATE sealed_numbered SET said = 'clear ' || id WHERE id <> 3"))
    connection = db.session.connection()
    assert seal_column(connection, "sealed_numbered", "said") == 4
    assert seal_column(connection, "sealed_numbered", "said") == 0
    db.session.expire_all()
    rows = db.session.scalars(select(Numbered).order_by(Numbered.id)).all()
    assert [row.said for row in rows] == ["clear 1", "clear 2", "", "clear 4", "clear 5"]


def test_a_new_key_seals_at_once_and_the_old_one_opens_while_it_is_kept(keys: None, tables: None) -> None:
    old = keyring().current.name
    one = Numbered(said=SECRET)
    db.session.add(one)
    db.session.flush()
    new = add_key(keyring(), now=utc_now())
    two = Numbered(said=SECRET)
    db.session.add(two)
    assert [value.split(".")[1] for value in stored()] == [old, new]
    assert (again(one).said, again(two).said) == (SECRET, SECRET)
    remove_keys(keyring(), [old, new])
    assert keyring().names == [new]  # never the one that seals
    with pytest.raises(NoKey, match=old):
        again(one).said  # noqa: B018  reading is what fails
