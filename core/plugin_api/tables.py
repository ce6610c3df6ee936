"""Tables of a plugin's own: a base class whose tables carry the plugin's name, and the request's session."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import Column, MetaData, Row, Select
from sqlalchemy.orm import Session, mapped_column

from core.database import NAMING
from core.extensions import db, directly


class PluginTables:
    """Makes a declarative base one of a plugin's. Use it once, with the plugin's name as prefix:

        class Base(PluginTables, DeclarativeBase):
            prefix = "floating_support"
            metadata = plugin_metadata()

    A table whose name does not begin with the prefix and an underscore is a TypeError. Refer to core's tables
    by plain numbers, without a foreign key: the tables of a plugin that is gone must not hold on to core's.
    """

    prefix: ClassVar[str]

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse a table that another plugin or core could own."""
        table = cls.__dict__.get("__tablename__")
        if table is not None and not table.startswith(f"{cls.prefix}_"):
            raise TypeError(f"table {table!r} must be named {cls.prefix}_…, after its plugin")
        super().__init_subclass__(**options)


_OF_PERSON = {"holds": "person"}

PersonId = Annotated[int, mapped_column(info=_OF_PERSON)]
"""A column with the id of a person, `other_id: Mapped[PersonId]`, where the referral's own id does not say whose.

Whoever puts two records of one person together finds these columns by `columns_of_people`, and what was kept of the one
is then kept of the other; a plugin does nothing for it.
"""


KEPT_WHEN_ERASED: dict[Any, Any] = {"on erasure": "kept"}
"""For a column of text that says nothing of anybody: `kind: Mapped[str] = mapped_column(info=KEPT_WHEN_ERASED)`.

When a case is erased, every text, JSON and file of the rows of its referrals and people is emptied, those of plugins'
tables too; what statistics count by is kept by this. Rows are found by `referral_id`, `case_id`, a `PersonId`, or a
foreign key to such a row: a plugin does nothing for it.
"""

ERASED_TOO: dict[Any, Any] = {"on erasure": "erased"}
"""For a column that is neither text, JSON nor file and goes all the same, a day of birth say. It must take NULL."""


def columns_of_people(metadata: MetaData) -> Sequence[Column[Any]]:
    """The columns of those tables that hold ids of people, as `PersonId` declares them."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.info.items() >= _OF_PERSON.items()
    ]


def plugin_metadata() -> MetaData:
    """A metadata with the product's naming conventions, for one plugin's tables."""
    return MetaData(naming_convention=NAMING)


_NOT_YOURS = frozenset(
    {
        "begin",
        "bind",
        "close",
        "close_all",
        "commit",
        "connection",
        "get_bind",
        "invalidate",
        "prepare",
        "reset",
        "rollback",
    }
)


class _InCoresTransaction:
    """The session without what would end its transaction, or open another beside it."""

    def __init__(self, inner: Session) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        if name in _NOT_YOURS:
            raise RuntimeError(f"a plugin may not use session().{name}: core begins, commits and rolls back")
        return getattr(self._inner, name)


def session() -> Session:
    """The session of this request, for the plugin's own tables alone.

    It neither commits nor rolls back: what a plugin writes is saved with the rest of the request, or not at all. A
    savepoint of your own (`begin_nested`) you may have. In a reading hook it reads and does not write.
    """
    return cast(Session, _InCoresTransaction(db.session()))


def plain_rows(asked: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What a statement of columns finds, without entities: for what every agenda waits for.

    It goes past the session, which takes as long again; what is still to be flushed is not seen.
    """
    return directly(asked, values).all()
