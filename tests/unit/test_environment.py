"""Settings from the environment: what cannot be read is told, all of it, in words; nothing is guessed."""

from datetime import time
from pathlib import Path

import pytest

from core.config import Config
from core.environment import Unsound
from core.starting import faults_of_address, faults_of_keys, faults_of_production


def test_settings_are_read_by_kind():
    config = Config.from_environment(
        {
            "ROUNDTABLE_DATA": "/srv/roundtable",
            "ROUNDTABLE_URL": "https://roundtable.example.gov.uk/",
            "ROUNDTABLE_SMTP_PORT": "587",
            "ROUNDTABLE_SMTP_STARTTLS": "1",
            "ROUNDTABLE_DIGEST_AT": "06:45",
            "ROUNDTABLE_PLUGINS": "",
            "PATH": "/usr/bin",
        }
    )
    assert (config.external_url, config.smtp_port, config.smtp_starttls) == (
        "https://roundtable.example.gov.uk",
        587,
        True,
    )
    assert (config.digest_at, config.plugins, config.smtp_timeout) == (time(6, 45), (), 20)


def test_the_folder_of_the_command_line_goes_before_the_one_that_is_set():
    given = {"ROUNDTABLE_DATA": "/srv/roundtable"}
    assert Config.from_environment(given).data == Path("/srv/roundtable")
    assert Config.from_environment(given, data=Path("/elsewhere")).data == Path("/elsewhere")


def test_everything_that_cannot_be_read_is_told_at_once():
    with pytest.raises(Unsound) as unsound:
        Config.from_environment(
            {
                "ROUNDTABLE_SMTP_PORT": "²",
                "ROUNDTABLE_SMTP_TIMEOUT": "nan",
                "ROUNDTABLE_SMTP_STARTTLS": "yes",
                "ROUNDTABLE_DIGEST_AT": "half past seven",
                "ROUNDTABLE_LIVE_EVENTS": "shout",
                "ROUNDTABLE_MAIL_FORM": "table@council.example",
            }
        )
    told = "\n".join(unsound.value.faults)
    assert len(unsound.value.faults) == 6
    for words in (
        "ROUNDTABLE_SMTP_PORT is “²”. It must be a whole number from 1 to 65535.",
        "ROUNDTABLE_SMTP_TIMEOUT is “nan”. It must be a number from 1 to 300.",
        "ROUNDTABLE_SMTP_STARTTLS is “yes”. It must be 1 (on) or 0 (off).",
        "ROUNDTABLE_DIGEST_AT is “half past seven”. It must be a time of day, as 07:30.",
        "ROUNDTABLE_LIVE_EVENTS is “shout”. It must be listen or poll.",
        "ROUNDTABLE_MAIL_FORM is not a setting of Roundtable. Is ROUNDTABLE_MAIL_FROM meant?",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("url", "is_refused"),
    [
        ("https://roundtable.example.gov.uk", False),
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("http://roundtable.example.gov.uk", True),
        ("http://10.0.0.4:8000", True),
        ("http://localhost.evil.example", True),
        ("https://roundtable.example.gov.uk/table", True),
        ("roundtable.example.gov.uk", True),
    ],
)
def test_plain_http_goes_no_further_than_loopback(url, is_refused):
    assert bool(list(faults_of_address(Config(external_url=url)))) is is_refused


def test_addresses_of_database_and_mail_are_looked_at():
    told = " ".join(faults_of_address(Config(database_url="mysql://x:secret@y/z", mail_from="Table <t@c.example>")))
    assert "ROUNDTABLE_DATABASE_URL" in told and "secret" not in told and "ROUNDTABLE_MAIL_FROM" in told


@pytest.mark.parametrize(
    ("key", "is_refused"),
    [
        (bytes(range(100, 140)), False),
        (b"", True),
        (bytes(range(200, 216)), True),
        (bytes(32), True),
        (b"\x91\xf2" * 20, True),
        (b"change-me-please-before-production!!", True),
    ],
)
def test_a_key_that_nobody_drew_is_refused(tmp_path: Path, key, is_refused):
    (tmp_path / "cookies.key").write_bytes(key)
    (tmp_path / "cookies.key").chmod(0o600)
    tmp_path.chmod(0o700)
    assert bool(list(faults_of_keys(tmp_path))) is is_refused


def test_keys_made_by_roundtable_are_sound_until_others_may_read_them(tmp_path: Path):
    config = Config(data=tmp_path)
    config.secret("cookies.key")
    folder = tmp_path / "keys"
    assert list(faults_of_keys(folder)) == []
    (folder / "cookies.key").chmod(0o640)
    assert [f"chmod 600 {folder / 'cookies.key'}" in told for told in faults_of_keys(folder)] == [True]
    (folder / "cookies.key").chmod(0o600)
    folder.chmod(0o755)
    assert [f"chmod 700 {folder}" in told for told in faults_of_keys(folder)] == [True]


def test_a_production_is_no_demonstration_and_tells_nobody_a_password(tmp_path: Path):
    tmp_path.chmod(0o700)
    assert list(faults_of_production(Config(data=tmp_path))) == []
    assert "demonstration" in " ".join(faults_of_production(Config(data=tmp_path, demo=True)))
    [told] = faults_of_production(Config(data=tmp_path, two_step=False))
    assert "ROUNDTABLE_TWO_STEP" in told
    assert "24 characters" in " ".join(faults_of_production(Config(data=tmp_path, metrics_token="short")))
    given = Config(data=tmp_path, smtp_host="mail.example", smtp_password="lantern")
    told = " ".join(faults_of_production(given))
    assert "STARTTLS" in told and "lantern" not in told
    tmp_path.chmod(0o755)
    assert "chmod 700" in " ".join(faults_of_production(Config(data=tmp_path)))
