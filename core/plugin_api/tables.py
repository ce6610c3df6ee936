"""Tables of a plugin's own: a base class whose tables carry the plugin's name, and the request's session."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import Session

from core.database import NAMING
from core.extensions import db


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


def plugin_metadata() -> MetaData:
    """A metadata with the product's naming conventions, for one plugin's tables."""
    return MetaData(naming_convention=NAMING)


def session() -> Session:
    """The session of this request, for the plugin's own tables alone.

    Do not commit or roll back: what a plugin writes is saved with the rest of the request, or not at all.
    """
    return db.session()
