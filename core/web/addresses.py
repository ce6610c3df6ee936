"""What may stand in an address."""

import re

from werkzeug.routing import IntegerConverter


class RowId(IntegerConverter):
    """`<int:case_id>`: an id, or a number of the like. One with more digits than any row has is no address: 404."""

    regex = r"\d{1,9}"


_ROW_ID = re.compile(r"[0-9]{1,9}")


def row_id(typed: object) -> int | None:
    """An id, or a number of the like, from a form or an address; None for nothing, and for what no row can have."""
    text = str(typed)
    return int(text) if _ROW_ID.fullmatch(text) else None
