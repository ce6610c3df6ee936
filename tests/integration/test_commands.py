"""The command `roundtable` as it is typed: help, accounts, the trail, plugins, the demonstration; and /healthz."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from core import __version__
from core.accounts.models import User
from core.app import create_app
from core.cli import main
from core.config import Config
from core.extensions import db
from tests.builders import a_partnership, a_user, an_agency
from tests.support import errands
from tests.support.databases import Databases, let_go

COMMANDS = (
    ("serve",),
    ("worker",),
    ("demo",),
    ("import",),
    ("import-incidents",),
    ("db", "upgrade"),
    ("user", "create"),
    ("user", "reset-two-step"),
    ("user", "invite"),
    ("plugins", "list"),
    ("plugins", "check"),
    ("plugin", "new"),
    ("keys", "new"),
    ("keys", "rotate"),
    ("keys", "retire"),
    ("backup",),
    ("restore",),
    ("verify",),
    ("audit", "verify"),
    ("audit", "export"),
)
SECRET = "lantern-orbit-velvet-93"


@pytest.fixture
def folder(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with a migrated SQLite database, and no setting in the environment."""
    for name in [name for name in os.environ if name.startswith("ROUNDTABLE_")]:
        monkeypatch.delenv(name)
    databases.fresh_sqlite(tmp_path / "roundtable.db")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    """Type it."""
    return CliRunner().invoke(main, ["--data", str(folder), *words], catch_exceptions=False)


def a_council(folder: Path) -> None:
    """A partnership and an agency of it, in the folder's database."""
    app = create_app(Config(data=folder))
    with app.app_context():
        an_agency(a_partnership(), "Northbridge Borough Council").key = "council"
        db.session.commit()
        let_go(db.engine)


def create(folder: Path, email: str = "sam@council.example", *more: str) -> Result:
    """Make an account of the council."""
    return run(
        folder, "user", "create", email, "--name", "Sam Carter", "--agency", "council", "--password", SECRET, *more
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_says_what_it_does(tmp_path: Path, words: Sequence[str]) -> None:
    said = CliRunner().invoke(main, ["--data", str(tmp_path), *words, "--help"])
    assert said.exit_code == 0
    usage, _, rest = said.output.partition("\n\n")
    assert usage.startswith("Usage:")
    assert "--data DIR" in rest
    description = rest.partition("Options:")[0]
    assert len(description.split()) >= 10, description


def test_the_command_names_its_version_and_all_its_commands(tmp_path: Path) -> None:
    assert __version__ in CliRunner().invoke(main, ["--version"]).output
    said = CliRunner().invoke(main, ["--data", str(tmp_path), "--help"]).output
    for words in COMMANDS:
        assert re.search(rf"^  {words[0]}\b", said, re.MULTILINE), words


def test_an_account_is_made_once_and_signs_in(folder: Path) -> None:
    a_council(folder)
    made = create(folder)
    assert made.exit_code == 0, made.output
    again = create(folder)
    assert again.exit_code == 1
    assert "Error:" in again.output
    assert "Traceback" not in again.output
    app = create_app(Config(data=folder, testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    browser = app.test_client()
    form = {
        "email": "sam@council.example",
        "password": SECRET,
        "idempotency_key": "11111111-1111-4111-8111-111111111111",
    }
    assert browser.post("/sign-in", data=form).status_code == 303
    asked = browser.get("/", headers={"Accept": "text/html"})
    assert (asked.status_code, asked.location) == (302, "/account/protocol?next=/"), "what the council signed"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--password", "short"), "12 characters"),
        (("--agency", "nobody"), "nobody"),
        (("--role", "emperor"), "emperor"),
    ],
)
def test_an_account_that_cannot_be_is_refused_in_one_line(folder: Path, words: Sequence[str], says: str) -> None:
    a_council(folder)
    refused = create(folder, "sam@council.example", *words)
    assert refused.exit_code != 0
    assert says in refused.output
    assert "Traceback" not in refused.output
    with create_app(Config(data=folder)).app_context():
        assert db.session.scalars(select(User)).all() == []
        let_go(db.engine)


def test_an_invitation_is_a_link_that_sets_a_password_once(folder: Path) -> None:
    a_council(folder)
    create(folder)
    said = run(folder, "user", "invite", "sam@council.example")
    assert said.exit_code == 0
    link = re.search(r"http://127\.0\.0\.1:8000(/invitations/\S+)", said.output)
    assert link, said.output
    app = create_app(Config(data=folder, testing=True))
    app.config["WTF_CSRF_ENABLED"] = False
    form = {"password": "candle-harbour-mosaic-58", "again": "candle-harbour-mosaic-58"}
    key = {"idempotency_key": "22222222-2222-4222-8222-222222222222"}
    page = app.test_client().get(link[1]).get_data(as_text=True)
    names = re.findall(r'type="password"[^>]*name="([^"]+)"|name="([^"]+)"[^>]*type="password"', page)
    fields = [first or second for first, second in names]
    answer = app.test_client().post(link[1], data=dict(zip(fields, form.values(), strict=True)) | key)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert "This link cannot be used" in app.test_client().get(link[1]).get_data(as_text=True)
    assert run(folder, "user", "invite", "nobody@council.example").exit_code == 1
    assert run(folder, "user", "invite").exit_code == 2


def test_the_trail_is_verified_exported_and_an_altered_export_is_found_out(folder: Path) -> None:
    a_council(folder)
    create(folder)
    create(folder, "kim@council.example")
    sound = run(folder, "audit", "verify")
    assert sound.exit_code == 0, sound.output
    assert "0 faults" in sound.output
    exported = folder / "trail.jsonl"
    assert run(folder, "audit", "export", str(exported)).exit_code == 0
    records = [json.loads(line) for line in exported.read_text("utf-8").splitlines()]
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    assert "Sam Carter" not in exported.read_text("utf-8")
    assert run(folder, "audit", "verify", str(exported)).exit_code == 0
    records[0]["outcome"] = "deny"
    exported.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    found_out = run(folder, "audit", "verify", str(exported))
    assert found_out.exit_code == 1
    assert "record 1:" in found_out.output


def test_plugins_are_listed_and_a_faulty_one_ends_the_check_with_1(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROUNDTABLE_PLUGINS", errands.NAME)
    listed = run(folder, "plugins", "list")
    assert "errands" in listed.output
    assert "running" in listed.output
    assert run(folder, "plugins", "check").exit_code == 0
    monkeypatch.setenv("ROUNDTABLE_PLUGINS", f"{errands.NAME} tests.broken_plugins.raises_at_import")
    faulty = run(folder, "plugins", "check")
    assert faulty.exit_code == 1
    assert "raises_at_import" in faulty.output
    assert "1 of 2 plugins are sound" in faulty.output


def test_commands_on_a_database_without_tables_say_what_to_type(tmp_path: Path) -> None:
    for words in (("serve",), ("worker",), ("audit", "verify"), ("user", "invite", "--all")):
        refused = run(tmp_path, *words)
        assert refused.exit_code == 1
        assert "roundtable db upgrade" in refused.output
    assert run(tmp_path, "db", "upgrade").exit_code == 0
    assert "Everything was up to date" in run(tmp_path, "db", "upgrade").output
    assert run(tmp_path, "audit", "verify").exit_code == 0


def test_plain_http_is_served_on_loopback_alone(folder: Path) -> None:
    refused = run(folder, "serve", "--host", "0.0.0.0")
    assert refused.exit_code == 1
    assert "loopback" in refused.output


def test_a_service_that_is_not_fit_for_real_people_does_not_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(Config(data=folder))
    with app.app_context():
        partnership = a_partnership()
        invented = a_user(an_agency(partnership, "Homes"), "Martin Obi", password=SECRET)
        invented.email = "martin.obi@homes.northbridge.example"
        db.session.commit()
        let_go(db.engine)
    (folder / "demo").mkdir()
    (folder / "demo" / "accounts.csv").write_text("email,password,roles\n")
    (folder / "keys" / "cookies.key").write_bytes(b"typed by somebody in a hurry, alas")
    (folder / "keys" / "cookies.key").chmod(0o644)
    folder.chmod(0o755)
    monkeypatch.setenv("ROUNDTABLE_URL", "https://roundtable.example.gov.uk")
    monkeypatch.setenv("FLASK_DEBUG", "1")
    for words in (("serve",), ("worker",)):
        refused = run(folder, *words)
        assert refused.exit_code == 1
        for told in (
            "chmod 600",
            "is weak",
            "holds a demonstration",
            "chmod 700",
            "Debug mode is on",
            "martin.obi@homes.northbridge.example",
        ):
            assert told in refused.output
    monkeypatch.setenv("ROUNDTABLE_SMTP_PORT", "smtp")
    assert "ROUNDTABLE_SMTP_PORT is “smtp”" in run(folder, "serve").output
    served = subprocess.run(
        [sys.executable, "-c", "import core.wsgi"], capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert served.returncode == 1 and "ROUNDTABLE_SMTP_PORT" in served.stderr and "Traceback" not in served.stderr


def test_the_health_address_answers_200_with_the_version_or_503_with_the_reason(folder: Path) -> None:
    well = create_app(Config(data=folder)).test_client().get("/healthz")
    assert (well.status_code, well.get_json()) == (200, {"status": "ok", "version": __version__})
    (folder / "empty").mkdir()
    unmigrated = create_app(Config(data=folder / "empty")).test_client().get("/healthz")
    assert unmigrated.status_code == 503
    assert "not up to date" in unmigrated.get_json()["reason"]
    gone = create_app(Config(data=folder, database_url="postgresql+psycopg://nobody@127.0.0.1:1/none"))
    unreachable = gone.test_client().get("/healthz")
    assert unreachable.status_code == 503
    assert unreachable.get_json()["reason"] == "the database cannot be reached"
