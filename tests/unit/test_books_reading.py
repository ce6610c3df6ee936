"""Tables of text: what is read, what is refused, and that the line numbers are right."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books import reading
from core.books.reading import Problem, RawRow, Unreadable, open_table, peek, with_mark, without_mark
from core.books.rejects import Reject, rejects_path, write_rejects

quick = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def a_file(folder: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(folder: Path, content: str | bytes, columns: tuple[str, ...] = ("ref", "name")) -> list[RawRow]:
    return list(open_table(a_file(folder, content), columns).rows())


def refusal(folder: Path, content: str | bytes, columns: tuple[str, ...] = ("ref", "name")) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        open_table(a_file(folder, content), columns)
    return caught.value


@pytest.mark.parametrize("content", ["ref,name\nP1,Ann\n", "ref\tname\nP1\tAnn\n", "\ufeffref,name\r\nP1,Ann\r\n"])
def test_csv_tsv_and_a_byte_order_mark_read_the_same(tmp_path: Path, content: str) -> None:
    assert rows_of(tmp_path, content) == [RawRow(2, ["P1", "Ann"])]


def test_header_names_are_taken_whatever_their_capitals_and_blanks(tmp_path: Path) -> None:
    table = open_table(a_file(tmp_path, "Ref, Given Name\nP1,Ann\n"), ("ref", "given_name"))
    assert table.header == ("ref", "given_name")


def test_text_is_kept_as_it_stands(tmp_path: Path) -> None:
    odd = [
        "  Zoe\u0308 ",
        "<b>Tyler</b>",
        "=1+1",
        "محمد",
        'she said "no"',
        "two\r\nlines",
        "a\u2028b",
        "\x0b",
    ]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["ref", "name"], *(["P", cell] for cell in odd)])
    assert [row.cells[1] for row in rows_of(tmp_path, buffer.getvalue())] == odd


def test_line_numbers_are_those_of_the_file_after_line_breaks_inside_quotes(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'ref,name\nP1,"one\ntwo\r\nthree"\n\nP2,Ben\n,\nP3,Cy\n')
    assert [(row.line, row.cells[0]) for row in rows] == [(2, "P1"), (6, "P2"), (8, "P3")]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        (b"\n \n", None, "empty"),
        (b"%PDF-1.7\n%...", None, "PDF"),
        (b"PK\x03\x04rest", None, "workbook"),
        ("ref,name\nP1,Ann\n".encode("utf-16"), None, "UTF-16"),
        ("ref,name\nP1,Ann\n".encode("utf-16-le"), None, "UTF-16"),
        ("ref,name\nP1,Ann\nP2,Zoë\n".encode("latin-1"), 3, "not UTF-8"),
        (b"ref,name\nP1,Zo\xc3", 2, "not UTF-8"),
        ("ref;name\nP1;Ann\n", 1, "semicolons"),
        ("\nref,name\n", 1, "blank"),
        ("ref,name,name\n", 1, "Two columns"),
        ("ref,surname\n", 1, "lacks the column name. It has the column surname"),
        ('ref,"name\n', 1, "quotation mark"),
        ("x" * 20_000, 1, "too long"),
    ],
)
def test_a_file_that_is_not_such_a_table_is_refused_with_place_and_reason(
    tmp_path: Path, content: str | bytes, line: int | None, said: str
) -> None:
    error = refusal(tmp_path, content)
    assert (error.file, error.line) == ("people.csv", line)
    assert said in str(error)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.csv", tmp_path):
        with pytest.raises(Unreadable, match="cannot be opened"):
            peek(path)


def test_a_wrong_byte_is_found_in_any_chunk_and_a_split_character_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 16)
    good = "ref,name\n" + "P1,Zoë 🐈 محمد\n" * 20
    assert len(rows_of(tmp_path, good)) == 20
    assert refusal(tmp_path, good.encode() + b"P2,\xff\n").line == 22


def test_rows_of_the_wrong_length_are_problems_and_lose_nothing(tmp_path: Path) -> None:
    long, short, padded = rows_of(tmp_path, "ref,name\nP1,Hill, Ann,Mrs\nP2\nP3,Cy,,\n")
    assert long.cells == ["P1", "Hill, Ann,Mrs"]
    assert long.problem is not None and "4 cells, the header 2" in long.problem.reason
    assert short.cells == ["P2", ""]
    assert short.problem is not None and "1 of 2" in short.problem.reason
    assert padded == RawRow(4, ["P3", "Cy"])


def test_a_quotation_mark_out_of_place_costs_one_row_alone(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'ref,name\nP1,"Ann\nP2,"Ben" Hill\nP3,Cy\nP4,"Dee\nP5,Eve\n')
    assert [(row.line, row.cells[0], row.problem is None) for row in rows] == [
        (2, "P1", False),
        (3, "P2", False),
        (4, "P3", True),
        (5, "P4", False),
        (6, "P5", True),
    ]
    assert rows[3].problem == Problem("", "A quotation mark is opened and never closed")


def test_a_cell_beyond_what_the_reader_holds_is_a_problem_of_its_row(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, 'ref,name\nP1,"' + "x" * 200_000 + '"\nP2,Ben\n')
    assert rows[0].problem is not None and "longer than" in rows[0].problem.reason
    assert rows[1] == RawRow(3, ["P2", "Ben"])


def test_a_nul_character_is_a_problem_of_its_row(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, "ref,name\nP1,An\0n\nP2,Ben\n")
    assert rows[0].problem is not None and rows[0].problem.column == "name"
    assert rows[1].problem is None


@given(content=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@quick
def test_no_bytes_raise_anything_but_a_clear_answer(tmp_path: Path, content: bytes) -> None:
    path = a_file(tmp_path, content)
    try:
        table = peek(path)
    except Unreadable as error:
        assert error.reason
        return
    for row in table.rows():
        assert len(row.cells) == len(table.header)
        assert row.line >= 2


@given(content=st.text(alphabet='ab",\n\r\t\0', max_size=200))
@quick
def test_no_tangle_of_quotation_marks_loses_count_of_the_lines(tmp_path: Path, content: str) -> None:
    rows = rows_of(tmp_path, "ref,name\n" + content)
    assert [row.line for row in rows] == sorted({row.line for row in rows})
    assert all(len(row.cells) == 2 for row in rows)


@given(cell=st.text(max_size=20))
def test_the_mark_against_formulas_comes_off_again(cell: str) -> None:
    marked = with_mark(cell)
    assert without_mark(marked) == cell
    assert marked[:1] not in tuple("=+-@\t\r\n") or marked.lstrip("+-").replace(".", "", 1).isdigit()


cells = st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=12)


@given(rows=st.lists(st.tuples(cells, cells), min_size=1, max_size=5), marked=st.booleans(), tab=st.booleans())
@quick
def test_a_rejects_file_reads_back_as_the_rows_that_went_in(
    tmp_path: Path, rows: list[tuple[str, str]], marked: bool, tab: bool
) -> None:
    header = "ref\tname\n" if tab else "ref,name\n"
    table = peek(a_file(tmp_path, ("\ufeff" if marked else "") + header))
    path = rejects_path(tmp_path, table)
    write_rejects(path, table, [Reject(7, row, [Problem("name", "Is blank")]) for row in rows])
    assert path.name == "people.csv.rejects.csv"
    assert path.stat().st_mode & 0o077 == 0
    again = open_table(path, ("ref", "name"))
    assert again.ignored(("ref", "name")) == ()
    assert [tuple(row.cells[:2]) for row in again.rows()] == rows
    assert all(row.cells[2:] == ["7", "name", "Is blank"] for row in again.rows())
    assert rejects_path(tmp_path, again) == path


def test_no_rejects_leave_no_file(tmp_path: Path) -> None:
    table = peek(a_file(tmp_path, "ref,name\n"))
    path = rejects_path(tmp_path, table)
    path.write_text("of an earlier run")
    write_rejects(path, table, [])
    assert not path.exists()
