"""The two commands as they are typed: output, exit codes, and where things are put."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from core.cli import main
from core.extensions import db
from core.incidents.models import Incident
from core.partnerships.models import Partnership
from core.people.models import Person

CALDER = Path(__file__).parents[3] / "shared" / "data" / "calder"


@pytest.fixture
def roundtable(app: Flask, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]  # a function
    """`roundtable("import", path)` on this test's database."""
    config = app.config["ROUNDTABLE"]
    monkeypatch.setattr("core.commands.context.application", lambda _config: app)

    def run(*arguments: object) -> Result:
        db.session.remove()
        result = CliRunner().invoke(main, ["--data", str(config.data), *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def count(model: type) -> int | None:
    return db.session.scalar(select(func.count()).select_from(model))


def test_the_last_line_is_the_summary_as_json(roundtable, tmp_path):
    result = roundtable("import", CALDER, "--rejects", tmp_path / "rejects", "--json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout.splitlines()[-1])
    assert summary["files"]["people.csv"] == {"read": 174, "taken": 174, "unchanged": 0, "rejected": 0}
    assert "cases.csv" in result.stdout
    again = json.loads(roundtable("import", CALDER, "--json").stdout.splitlines()[-1])
    assert all(figures["unchanged"] == figures["read"] for figures in again["files"].values())


def test_a_dry_run_says_so_and_saves_nothing(roundtable):
    result = roundtable("import", CALDER, "--dry-run")
    assert "nothing was saved" in result.stdout
    assert count(Person) == count(Partnership) == 0


def test_key_and_name_of_the_partnership_can_be_given(roundtable):
    roundtable("import", CALDER, "--partnership", "vale", "--name", "Safer Vale")
    vale = db.session.scalars(select(Partnership)).one()
    assert (vale.key, vale.name, vale.prefix) == ("vale", "Safer Vale", "VAL")


def test_a_file_that_is_no_table_is_a_clear_answer(roundtable, tmp_path):
    books = tmp_path / "calder"
    shutil.copytree(CALDER, books)
    (books / "cases.csv").write_bytes(b"%PDF-1.7\n")
    result = roundtable("import", books, "--json")
    assert result.exit_code == 1
    assert "cases.csv: This is a PDF" in result.stderr and "Nothing was imported" in result.stderr
    assert json.loads(result.stdout.splitlines()[-1])["error"]["file"] == "cases.csv"
    assert count(Person) == 0


@pytest.mark.parametrize(
    ("name", "said"), [("empty", "There are no books in this folder"), ("absent", "does not exist")]
)
def test_a_folder_without_books_is_a_clear_answer(roundtable, tmp_path, name, said):
    (tmp_path / "empty").mkdir()
    result = roundtable("import", tmp_path / name)
    assert result.exit_code != 0
    assert said in result.stderr


def test_rejects_of_two_partnerships_are_not_mixed_up(roundtable, tmp_path):
    roundtable("import", CALDER)
    roundtable("import", CALDER, "--partnership", "vale")
    rejects = tmp_path / "rejects"
    rejects.mkdir()
    shutil.copyfile(CALDER / "groups.csv", rejects / "groups.csv.rejects.csv")
    result = roundtable("import", rejects)
    assert result.exit_code == 1
    assert "Say with --partnership" in result.stderr
    assert roundtable("import", rejects, "--partnership", "vale").exit_code == 0


def test_rejected_rows_are_pointed_out(roundtable, tmp_path):
    books = tmp_path / "calder"
    books.mkdir()
    (books / "groups.csv").write_text("key,name,kind,motto\nchoir,The Choir,choir,Sing\n", encoding="utf-8")
    result = roundtable("import", books, "--rejects", tmp_path / "out")
    assert result.exit_code == 0
    assert str(tmp_path / "out" / "groups.csv.rejects.csv") in result.stdout
    assert "left out: motto" in result.stdout


def test_rejects_that_cannot_be_written_are_a_clear_answer(roundtable, tmp_path):
    books = tmp_path / "calder"
    books.mkdir()
    (books / "groups.csv").write_text("key,name,kind\nchoir,The Choir,choir\n", encoding="utf-8")
    (tmp_path / "file").write_text("not a folder")
    result = roundtable("import", books, "--rejects", tmp_path / "file" / "below")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_without_a_folder_for_them_rejects_lie_in_the_data_folder(roundtable, tmp_path, data_folder):
    books = tmp_path / "calder"
    books.mkdir()
    (books / "groups.csv").write_text("key,name,kind\nchoir,The Choir,choir\n", encoding="utf-8")
    roundtable("import", books)
    assert (data_folder / "rejects" / "calder" / "groups.csv.rejects.csv").exists()


def test_mended_rejects_are_imported_from_where_they_lie(roundtable, tmp_path, data_folder):
    books = tmp_path / "calder"
    books.mkdir()
    (books / "groups.csv").write_text("key,name,kind\nchoir,The Choir,choir\nband,The Band,band\n", encoding="utf-8")
    roundtable("import", books)
    rejects = data_folder / "rejects" / "calder" / "groups.csv.rejects.csv"
    rejects.write_text(rejects.read_text("utf-8").replace("The Choir,choir", "The Choir,CST"), encoding="utf-8")
    again = roundtable("import", rejects, "--json")
    assert again.exit_code == 0, again.stderr
    files = json.loads(again.stdout.splitlines()[-1])["files"]
    assert files[rejects.name] == {"read": 2, "taken": 1, "unchanged": 0, "rejected": 1}
    assert "choir" in rejects.read_text("utf-8")
    assert "band" in next((rejects.parent / "again").iterdir()).read_text("utf-8")


def test_incidents_are_imported_and_known_again(roundtable):
    register = CALDER / "incidents_police_2022.tsv"
    for taken, unchanged in ((56_434, 0), (0, 56_434)):
        result = roundtable("import-incidents", register, "--json")
        figures = json.loads(result.stdout.splitlines()[-1])["files"]["incidents_police_2022.tsv"]
        assert figures == {"read": 56_434, "taken": taken, "unchanged": unchanged, "rejected": 0}
    assert count(Incident) == 56_434


@pytest.mark.parametrize("command", ["import", "import-incidents"])
def test_the_help_is_worth_reading(roundtable, command):
    text = roundtable(command, "--help").stdout
    assert "--dry-run" in text and "changes nothing" in " ".join(text.split())
