"""The units of deploy/ and gunicorn's configuration, as systemd and gunicorn read them."""

import shutil
import subprocess
from pathlib import Path

from tests.support.deployment import BIN, DEPLOY, put_in


def test_the_units_are_sound_and_shut_in(tmp_path: Path):
    analyze = shutil.which("systemd-analyze")
    assert analyze, "systemd is not installed: apt-get install systemd"
    for unit, program in (("roundtable@.service", "gunicorn"), ("roundtable-worker.service", "roundtable")):
        text = put_in((DEPLOY / unit).read_text(), {f"/opt/roundtable/bin/{program}": str(BIN / program)})
        (tmp_path / unit.replace("@", "@all")).write_text(text)
    for path in sorted(tmp_path.glob("*.service")):
        verified = subprocess.run([analyze, "verify", str(path)], capture_output=True, text=True)
        assert (verified.returncode, verified.stderr) == (0, "")
        shut_in = subprocess.run(
            [analyze, "security", "--offline=true", "--threshold=20", str(path)], capture_output=True, text=True
        )
        assert shut_in.returncode == 0, shut_in.stdout


def test_gunicorn_refuses_a_part_that_there_is_not(tmp_path: Path):
    asked = subprocess.run(
        [BIN / "gunicorn", "--check-config", "--config", DEPLOY / "gunicorn.conf.py", "core.wsgi:application"],
        env={"ROUNDTABLE_PART": "pgaes", "ROUNDTABLE_DATA": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 1 and "It must be all, pages or streams" in asked.stderr
