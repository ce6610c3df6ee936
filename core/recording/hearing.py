"""What other web processes tell this one through PostgreSQL: LISTEN and NOTIFY, and the words in which it is told.

A notification is sent with the save itself and delivered if that is committed, in the order of the commits. It holds a
meeting's id, the number, the part and the item's id: nothing of anybody.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Engine, Integer, String, bindparam, cast, func

from core.recording.feed import Hint, Told

CHANNEL = "roundtable_feed"


def notification(meeting: ColumnElement[int], number: ColumnElement[int]) -> ColumnElement[None]:
    """In the statement that takes a number: tell it, when it is committed. Takes `part` and `item`, 0 for none."""
    words = [cast(meeting, String), cast(number, String), bindparam("part", type_=String)]
    return func.pg_notify(CHANNEL, func.concat_ws(" ", *words, cast(bindparam("item", type_=Integer), String)))


def listening(engine: Engine) -> Callable[[], AbstractContextManager[Callable[[float], Iterator[Told]]]]:
    """Opens a connection of its own that listens; in it, a function that gives what is told within so many seconds."""

    @contextmanager
    def listen() -> Iterator[Callable[[float], Iterator[Told]]]:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.detach()  # it is no connection for anybody else any more, and is closed in the end
            connection.exec_driver_sql(f"LISTEN {CHANNEL}")
            driver: Any = connection.connection.dbapi_connection  # psycopg's own: SQLAlchemy has no word for listening
            yield lambda seconds: (_read(each.payload) for each in driver.notifies(timeout=seconds))

    return listen


def _read(payload: str) -> Told:
    meeting, number, part, item = payload.split(" ")
    return int(meeting), Hint(int(number), part, int(item) or None)
