"""The incident register: 56,434 real incidents, and the ways in which such a file can be wrong."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.audit.models import AuditRecord
from core.books.finding import books_in, incidents_in
from core.books.importing import Tally, choose_partnership, import_books, rehearse_import
from core.extensions import db
from core.facts import SYSTEM
from core.incidents.models import Incident
from core.partnerships.models import District, Partnership

CALDER = Path(__file__).parents[3] / "shared" / "data" / "calder"
REGISTER = CALDER / "incidents_police_2022.tsv"
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HEADER = "month,longitude,latitude,location,lsoa_code\n"

pytestmark = pytest.mark.usefixtures("app")


def run(path: Path, folder: Path, way=import_books) -> Tally:  # type: ignore[no-untyped-def]  # either way
    db.session.commit()
    books = [incidents_in(path)] if path.suffix != ".geojson" else books_in(path)
    (tally,) = way(
        SYSTEM,
        books,
        into=lambda: choose_partnership(CALDER, books, key=None, name=None),
        rejects=folder / "rejects",
        now=NOW,
        progress=lambda _file, _line, _lines: None,
    )
    return tally


def count(*conditions: object) -> int | None:
    return db.session.scalar(select(func.count()).select_from(Incident).where(*conditions))  # type: ignore[arg-type]


def a_file(folder: Path, content: str, name: str = "incidents.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8", newline="")
    return path


def test_all_56434_incidents_are_taken_once_each_in_its_district(tmp_path: Path) -> None:
    run(CALDER / "districts.geojson", tmp_path)
    first = run(REGISTER, tmp_path)
    assert first.figures() == {"read": 56_434, "taken": 56_434, "unchanged": 0, "rejected": 0}
    assert count() == 56_434
    assert count(Incident.district_id.is_(None)) == 0
    blackpool = db.session.scalars(select(District).where(District.name == "Blackpool")).one()
    assert count(Incident.district_id == blackpool.id) == 9_638
    again = run(REGISTER, tmp_path)
    assert again.figures() == {"read": 56_434, "taken": 0, "unchanged": 56_434, "rejected": 0}
    assert count() == 56_434
    actions = db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.seq)).all()
    assert actions == ["import.districts", "import.incidents"]


def test_equal_rows_are_different_incidents_and_the_later_ones_are_new(tmp_path: Path) -> None:
    row = "2022-01-01,-2.4646,53.7655,Hazelwood Close,E01012607\n"
    assert run(a_file(tmp_path, HEADER + row * 2), tmp_path).taken == 2
    assert run(a_file(tmp_path, HEADER + row * 3), tmp_path).figures() == {
        "read": 3,
        "taken": 1,
        "unchanged": 2,
        "rejected": 0,
    }


def test_the_same_incidents_are_known_again_in_another_form(tmp_path: Path) -> None:
    rows = [
        ("2022-01-01", "-2.4646", "53.7655", "Hazelwood Close", "E01012607"),
        ("2022-02-01", "-2", "53", "A, B", ""),
    ]
    commas = HEADER + "".join(f'{m},{x},{y},"{s}",{c}\r\n' for m, x, y, s, c in rows)
    moved = "\ufefflsoa_code\tlocation\tmonth\tlatitude\tlongitude\textra\n" + "".join(
        f"{c}\t{s}\t{m[:7]}\t{y}\t{x}\t?\n" for m, x, y, s, c in rows
    )
    assert run(a_file(tmp_path, commas), tmp_path).taken == 2
    tally = run(a_file(tmp_path, moved, "incidents.tsv"), tmp_path)
    assert (tally.unchanged, tally.ignored) == (2, ("extra",))
    kept = db.session.scalars(select(Incident).order_by(Incident.month)).all()
    assert [(i.month, i.longitude, i.street, i.lsoa_code) for i in kept] == [
        (date(2022, 1, 1), -2.4646, "Hazelwood Close", "E01012607"),
        (date(2022, 2, 1), -2.0, "A, B", ""),
    ]


@pytest.mark.parametrize("quoted", ["Road", '"Road"'], ids=["plain", "quoted"])
def test_rows_that_cannot_be_taken_are_rejected_with_their_lines(tmp_path: Path, quoted: str) -> None:
    good = f"2022-01-01,-2.4646,53.7655,{quoted},E01012607\n"
    wrong = [
        f"2022-13-01,-2.4,53.7,{quoted},E01012607\n",
        f"2022-01-15,-2.4,53.7,{quoted},E01012607\n",
        f"2022-01-01,,,{quoted},E01012607\n",
        f"2022-01-01,nan,1e1,{quoted},E01012607\n",
        f"2022-01-01,-181,53.7,{quoted},E01012607\n",
        f"2022-01-01,-2.4,53.7,{quoted},Burnley\n",
        f"2022-01-01,-2.4,53.7,{'x' * 201},E01012607\n",
        "2022-01-01,-2.4\n",
    ]
    content = HEADER + good + "\n" + "".join(wrong) + good + wrong[0]
    tally = run(a_file(tmp_path, content), tmp_path)
    assert tally.figures() == {"read": 11, "taken": 2, "unchanged": 0, "rejected": 9}
    assert tally.rejects is not None
    lines = tally.rejects.read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split(",")[5] for line in lines] == ["4", "5", "6", "7", "8", "9", "10", "11", "13"]
    assert "month" in lines[0] and "longitude; latitude" in lines[2] and "lsoa_code" in lines[5]


def test_a_mended_rejects_file_is_imported(tmp_path: Path) -> None:
    tally = run(a_file(tmp_path, HEADER + "2022-01,-2.4,53.7,Road,Burnley\n"), tmp_path)
    assert tally.rejects is not None
    mended = tally.rejects.read_text(encoding="utf-8").replace("Burnley", "E01012607", 1)
    again = run(a_file(tmp_path, mended, "incidents.csv.rejects.csv"), tmp_path)
    assert (again.taken, again.rejected) == (1, 0)


def test_a_dry_run_leaves_nothing(tmp_path: Path) -> None:
    assert run(REGISTER, tmp_path, rehearse_import).taken == 56_434
    assert count() == 0
    assert db.session.scalar(select(func.count()).select_from(Partnership)) == 0


def test_districts_that_come_later_are_found_for_earlier_incidents(tmp_path: Path) -> None:
    row = "2022-01-01,-2.4646,53.7655,Hazelwood Close,E01012607\n"
    at_sea = "2022-01-01,-4.5,53.7,Irish Sea,E01012607\n"
    run(a_file(tmp_path, HEADER + row + at_sea), tmp_path)
    assert count(Incident.district_id.is_(None)) == 2
    run(CALDER / "districts.geojson", tmp_path)
    assert count(Incident.district_id.is_(None)) == 1
