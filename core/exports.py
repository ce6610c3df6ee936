"""Tables for spreadsheets: CSV and XLSX in which no text is ever taken for a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import chain
from tempfile import TemporaryDirectory

from core.clock import local_time
from core.errors import Refused

Cell = str | int | float | date | datetime | None
"""A datetime is aware and shown on the clock of the United Kingdom."""

ROWS_AT_ONCE = 500
MOST_ROWS = 1_048_575
MOST_CHARACTERS = 32_767
"""What a worksheet holds under its heading, and a cell (Excel's specifications and limits)."""

_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, full-width forms included."""

_CUT = " … [cut: a cell holds no more]"


def is_live(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula; leading blanks do not save it."""
    return text.startswith(_LIVE) or text.lstrip().startswith(_LIVE)


def csv_chunks(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The table as CSV, piece by piece: UTF-8 with a byte-order mark (Excel asks for one), CRLF.

    Text that might be a formula has an apostrophe before it; dates are written 2026-03-31.
    """
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for number, row in enumerate(chain([columns], rows)):
        writer.writerow([_csv_cell(value) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _csv_cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if is_live(value) else value
    if isinstance(value, datetime):
        return f"{local_time(value):%Y-%m-%d %H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8")


def xlsx_file(
    title: str, marking: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, made_at: datetime
) -> bytes:
    """The table as a workbook of one sheet, with the marking on every printed page.

    Text is written as text whatever it begins with, and stays text when somebody edits the cell. Text longer
    than a cell holds is cut and says so. `made_at` is aware. Raises Refused when there are more rows than a
    sheet holds.
    """
    # Imported here: it is large and slow to import, and most processes never write a workbook.
    from xlsxwriter import Workbook

    target = BytesIO()
    # A folder of its own: rows wait in it until the sheet is complete, and it is readable by nobody else.
    with (
        TemporaryDirectory() as waiting,
        Workbook(target, {"constant_memory": True, "tmpdir": waiting}) as book,
    ):
        book.set_properties({"title": title, "comments": marking, "created": made_at.replace(tzinfo=None)})
        heading = book.add_format({"bold": True, "bottom": 1})
        plain = book.add_format({"valign": "top", "text_wrap": True})
        quoted = book.add_format({"valign": "top", "text_wrap": True, "quote_prefix": True})
        day = book.add_format({"valign": "top", "num_format": "dd mmm yyyy"})
        moment = book.add_format({"valign": "top", "num_format": "dd mmm yyyy hh:mm"})
        sheet = book.add_worksheet()
        sheet.set_header("&C" + marking.replace("&", "&&"))
        sheet.set_footer("&C" + title.replace("&", "&&") + ", page &P of &N")
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        for number, name in enumerate(columns):
            sheet.set_column(number, number, max(14, len(name) + 4))
            sheet.write_string(0, number, name, heading)
        for line, row in enumerate(rows, start=1):
            if line > MOST_ROWS:
                raise Refused(f"There are more than {MOST_ROWS:,} rows. Choose fewer, or take the CSV.")
            for number, value in enumerate(row):
                if isinstance(value, str):
                    text = value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - len(_CUT)] + _CUT
                    sheet.write_string(line, number, text, quoted if is_live(text) else plain)
                elif isinstance(value, datetime):
                    sheet.write_datetime(line, number, local_time(value).replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(line, number, value, day)
                elif value is not None:
                    sheet.write_number(line, number, value, plain)
    return target.getvalue()
