"""Tables for spreadsheets."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from core import exports
from core.errors import Refused
from core.exports import Cell, csv_chunks, is_live, xlsx_file

NOW = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
PAYLOADS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "＝1+1",
    '=HYPERLINK("https://evil.example","pay")',
    "=cmd|' /C calc'!A0",
    "- rang twice, no answer",
]
HARMLESS = ["a=b", "1+1", "O'Brien", "https://example.org", "<b>", "{=1+1}", "007", "_x0041_", ""]
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)


def csv_read_back(rows: list[list[Cell]]) -> list[list[str]]:
    data = b"".join(csv_chunks(["Text"], rows))
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))[1:]


def xlsx_read_back(rows: list[list[Cell]], columns: tuple[str, ...] = ("Text",)) -> Any:
    data = xlsx_file("Action log", "OFFICIAL-SENSITIVE", columns, rows, made_at=NOW)
    return load_workbook(BytesIO(data)).active


@pytest.mark.parametrize("payload", PAYLOADS)
def test_in_csv_a_formula_has_an_apostrophe_before_it(payload: str) -> None:
    assert csv_read_back([[payload]]) == [[f"'{payload}"]]


@pytest.mark.parametrize("text", [*HARMLESS, 'two\nlines, a comma and a "quote"'])
def test_in_csv_other_text_is_as_it_was(text: str) -> None:
    assert csv_read_back([["x", text]]) == [["x", text]]


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=8))
@example([["=1+1", "-2"]])
def test_no_cell_of_any_csv_begins_like_a_formula(rows: list[list[Cell]]) -> None:
    cells = [cell for row in csv_read_back(rows) for cell in row]
    assert not any(is_live(cell) for cell in cells)
    assert [cell.removeprefix("'") if cell[:1] == "'" else cell for cell in cells] == [
        str(cell).removeprefix("'") for row in rows for cell in row
    ]


def test_in_csv_numbers_and_days_are_written_as_such() -> None:
    assert csv_read_back([[-5, date(2026, 3, 31), NOW, None]]) == [["-5", "2026-03-31", "2026-07-01 10:30", ""]]


def test_a_long_csv_comes_in_pieces_and_reads_no_further_than_it_has_written() -> None:
    asked = 0

    def rows() -> Iterator[list[Cell]]:
        nonlocal asked
        for asked in range(1, 5001):
            yield [asked]

    chunks = csv_chunks(["Number"], rows())
    next(chunks)
    next(chunks)
    assert asked <= 500
    assert sum(chunk.count(b"\r\n") for chunk in chunks) + 501 == 5001


def test_in_xlsx_no_cell_is_a_formula_or_a_link_and_each_text_is_whole() -> None:
    texts = [*PAYLOADS, *filter(None, HARMLESS)]
    sheet = xlsx_read_back([[text] for text in texts])
    cells = [sheet.cell(line, 1) for line in range(2, len(texts) + 2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert [unescape(cell.value) for cell in cells] == texts


def test_in_xlsx_what_looks_like_a_formula_stays_text_when_it_is_edited() -> None:
    sheet = xlsx_read_back([["=1+1"], ["a=b"]])
    assert sheet.cell(2, 1).quotePrefix
    assert not sheet.cell(3, 1).quotePrefix


def test_in_xlsx_numbers_and_days_can_be_reckoned_with() -> None:
    sheet = xlsx_read_back([[-5, date(2026, 3, 31), NOW, None]], ("Number", "Day", "Moment", "Nothing"))
    number, day, moment, nothing = sheet[2]
    assert number.value == -5
    assert day.value == datetime(2026, 3, 31)  # noqa: DTZ001  # a worksheet knows no zones
    assert moment.value == datetime(2026, 7, 1, 10, 30)  # noqa: DTZ001  # on the clock of the United Kingdom
    assert nothing.value is None


def test_in_xlsx_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    (_, (cell,)) = xlsx_read_back([["x" * 50_000]]).rows
    assert len(cell.value) == 32_767
    assert cell.value.endswith("x … [cut: a cell holds no more]")


def test_in_xlsx_control_characters_do_not_break_the_file() -> None:
    assert xlsx_read_back([["a\x00b\x07c\x0bd"], ["next"]]).max_row == 3


def test_the_marking_is_on_every_printed_page() -> None:
    assert xlsx_read_back([]).oddHeader.center.text == "OFFICIAL-SENSITIVE"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS", 3)
    with pytest.raises(Refused, match="more than 3 rows"):
        xlsx_read_back([[1]] * 4)


def test_nothing_is_left_in_the_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    xlsx_read_back([["secret"]])
    assert list(tmp_path.iterdir()) == []
