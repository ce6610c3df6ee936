"""The trail is checked by files alone: with the command, and with the program that the guide prints, as printed."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core import audit
from core.audit import anchors, chain, queries
from core.clock import utc_now
from core.errors import Refused
from core.extensions import db
from core.facts import SYSTEM
from tests.integration.test_commands import run

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "running" / "trail.md"


@pytest.fixture
def files(app, tmp_path):
    """A trail of eight records with three anchors, and their two files."""
    for number in range(8):
        audit.record(SYSTEM, audit.Category.ADMIN, "case.read", object=f"case:{number}", subjects=[7], purpose="Zoë’s")
        if number in (2, 5):
            db.session.commit()
            audit.anchor(f"minutes:{number}", now=utc_now())
    db.session.commit()
    anchors.keep_head_of_day(now=utc_now())
    anchors.keep_head_of_day(now=utc_now())
    db.session.commit()
    trail, kept = tmp_path / "trail.jsonl", tmp_path / "anchors.jsonl"
    with trail.open("wb") as out:
        queries.write_export(out)
    assert (anchors.add_new(kept), anchors.add_new(kept)) == (3, 0)
    assert kept.stat().st_mode & 0o777 == 0o600
    return trail, kept


def both_say(tmp_path, trail, kept):
    """What the command and the guide's own program make of the files."""
    (program,) = re.findall(r"```python\n(.+?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert len(program.splitlines()) <= 32
    script = tmp_path / "check_trail.py"
    script.write_text(program, "utf-8")
    printed = subprocess.run([sys.executable, "-I", script, trail, kept], capture_output=True, text=True)
    assert not printed.stderr
    ours = run(tmp_path / "nowhere", "audit", "verify", str(trail), "--anchors", str(kept))
    assert ours.exit_code == printed.returncode, (ours.output, printed.stdout)
    return printed.returncode, printed.stdout


def test_what_was_done_to_the_trail_is_found_by_the_files_alone(files, tmp_path):
    trail, kept = files
    assert both_say(tmp_path, trail, kept) == (0, "8 records, and every anchor holds\n")
    lines = trail.read_text("utf-8").splitlines(keepends=True)

    def altered(number, **change):
        return [*lines[:number], json.dumps(json.loads(lines[number]) | change) + "\n", *lines[number + 1 :]]

    for tampered, told in (
        (altered(3, object="case:99"), "record 4 was altered"),
        ([*lines[:3], *lines[4:]], "record 5 does not follow record 3"),
        (lines[:5], "record 6 was anchored and is missing"),
        ([*lines[:2], lines[3], lines[2], *lines[4:]], "does not link"),
        (altered(1, hash="0" * 64), "record 2 was altered"),
    ):
        trail.write_text("".join(tampered), "utf-8")
        status, said = both_say(tmp_path, trail, kept)
        assert status == 1 and told in said


def test_a_trail_written_anew_from_a_record_on_is_found_by_its_anchors(files, tmp_path):
    trail, kept = files
    records = [json.loads(line) for line in trail.read_text("utf-8").splitlines()]
    anew, head = [], "0" * 64
    for record in records:
        plain = {key: value for key, value in record.items() if key not in ("hash", "prev")}
        text, head = chain.linked({**plain, "actor": "u_1"}, head)
        anew.append({**json.loads(text), "hash": head})
    trail.write_text("".join(json.dumps(record) + "\n" for record in anew), "utf-8")
    assert both_say(tmp_path, trail, kept)[0] == 1
    kept.write_text("", "utf-8")
    assert both_say(tmp_path, trail, kept)[0] == 0, "without a witness nothing shows it"


def test_a_file_of_anchors_is_only_added_to_and_told_where_it_is_none(files):
    _, kept = files
    kept.write_text('{"seq": 2, "hash": "' + "a" * 64 + '"}\n', "utf-8")
    assert anchors.add_new(kept) == 3
    assert kept.read_text("utf-8").startswith('{"seq": 2,')
    kept.write_text("418 abc\n", "utf-8")
    with pytest.raises(Refused, match="Line 1"):
        anchors.add_new(kept)
