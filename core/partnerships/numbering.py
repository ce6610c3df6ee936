"""References given out: each partnership counts its own cases, persons, actions and referrals, from 1 in each year."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from core.extensions import directly
from core.partnerships.models import Partnership
from core.references import Numbered, reference

_DIGITS = "0123456789"
_LOCKED_PREFIX = (
    select(Partnership.prefix).where(Partnership.id == bindparam("partnership")).with_for_update(key_share=True)
)


def take_reference(column: InstrumentedAttribute[str], partnership_id: int, kind: Numbered, year: int) -> str:
    """The next reference of that year, in the transaction in hand; `column` holds those given out. Two queries.

    Who asks next waits on the partnership's row until this transaction has ended. Imported references of another
    shape do not count. What is still pending in the session is not seen: flush it first.
    """
    prefix: str = directly(_LOCKED_PREFIX, {"partnership": partnership_id}).scalar_one()
    return reference(prefix, kind, year, _last_number(column, partnership_id, _stem(prefix, kind, year)) + 1)


def _last_number(column: InstrumentedAttribute[str], partnership_id: int, stem: str) -> int:
    """The highest number after that stem, 0 if there is none. One look into an index."""
    of_this_year = {
        "partnership": partnership_id,
        "least": f"{stem}0000",
        "most": f"{stem}9999",
        "length": len(stem) + 4,
        "number_at": len(stem) + 1,
    }
    last = directly(_highest(column), of_this_year).scalar()
    if last == of_this_year["most"]:  # from here on the references are longer: their order is no longer the numbers'
        after = {"partnership": partnership_id, "stem": stem, "length": len(stem), "number_at": len(stem) + 1}
        last = directly(_longest(column), after).scalar() or last
    return int(last.removeprefix(stem)) if last else 0


def _stem(prefix: str, kind: Numbered, year: int) -> str:
    return reference(prefix, kind, year, 0).removesuffix("0000")


# What each recorded action asks for is put together once.
@cache
def _highest(column: InstrumentedAttribute[str]) -> Select[Any]:
    """The last of those with four digits."""
    return (
        select(column)
        .where(
            column.class_.partnership_id == bindparam("partnership"),
            column >= bindparam("least"),
            column <= bindparam("most"),
            func.length(column) == bindparam("length"),
            func.ltrim(func.substr(column, bindparam("number_at")), _DIGITS) == "",
        )
        .order_by(column.desc())
        .limit(1)
    )


@cache
def _longest(column: InstrumentedAttribute[str]) -> Select[Any]:
    """The last of those with more digits; a number that begins with 0 is none that was given out here."""
    number = func.substr(column, bindparam("number_at"))
    return (
        select(column)
        .where(
            column.class_.partnership_id == bindparam("partnership"),
            func.substr(column, 1, bindparam("length")) == bindparam("stem"),
            func.length(number) > 4,
            func.ltrim(number, _DIGITS) == "",
            func.substr(number, 1, 1) != "0",
        )
        .order_by(func.length(column).desc(), column.desc())
        .limit(1)
    )
