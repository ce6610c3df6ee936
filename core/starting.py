"""Whether an installation is fit to serve: asked once at start. Says all that is wrong at once."""

import ipaddress
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from core.accounts.models import User
from core.config import Config
from core.demo import DOMAIN
from core.encryption.keys import NoKey, keyring
from core.encryption.proofs import prove
from core.environment import Unsound
from core.extensions import db
from core.retention.register import not_done
from core.web.transaction import begin_write

KEYS = ("cookies.key", "audit-payload.key")
LEAST_KEY = 32
"""Bytes of a key."""
LEAST_TOKEN = 24
LEAST_VARIETY = 12
"""Different bytes in a key. Of 32 drawn at random about 30 differ; with fewer than 12 nobody drew them."""


def refuse_unsound(app: Flask) -> None:
    """Raise Unsound when the application is not fit to serve as it is set up.

    What is served over HTTPS is a production: real people's data. It must not be a demonstration, nor in debug mode.
    """
    config: Config = app.config["ROUNDTABLE"]
    faults = [*faults_of_address(config), *faults_of_keys(config.data / "keys"), *_faults_of_protected_keys(app)]
    faults += _faults_of_erasures(app)
    if config.secure:
        faults += [*faults_of_production(config), *_faults_of_debugging(app), *_faults_of_accounts(app)]
    if faults:
        raise Unsound(faults)


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own loopback."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def faults_of_address(config: Config) -> Iterator[str]:
    """What is wrong with the addresses of the site, of the database and of mails."""
    site = urlsplit(config.external_url)
    if site.scheme not in ("http", "https") or not site.hostname or site.path or site.query or site.username:
        yield f"ROUNDTABLE_URL is “{config.external_url}”. It must be like https://roundtable.example.gov.uk."
    elif site.scheme == "http" and not is_loopback(site.hostname):
        yield (
            f"ROUNDTABLE_URL is “{config.external_url}”. Plain HTTP is served on loopback only: put a proxy with TLS "
            "in front, and set it to the https address."
        )
    if not config.url.startswith(("sqlite:///", "postgresql+psycopg://")):
        yield "ROUNDTABLE_DATABASE_URL must begin with postgresql+psycopg:// or with sqlite:///."
    name, _, domain = config.mail_from.rpartition("@")
    if not name or not domain or any(letter.isspace() or letter in "<>," for letter in config.mail_from):
        yield f"ROUNDTABLE_MAIL_FROM is “{config.mail_from}”. It must be one e-mail address, without a name."


def faults_of_keys(folder: Path) -> Iterator[str]:
    """Keys that somebody else can read, or that nobody drew at random. One that is not there yet is made so."""
    if not folder.is_dir():
        return
    for path in (folder, *sorted(folder.iterdir())):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            wanted = "700" if path.is_dir() else "600"
            yield f"{path} can be used by other users of this machine (mode {mode:o}): chmod {wanted} {path}."
    for name in KEYS:
        key = (folder / name).read_bytes() if (folder / name).is_file() else None
        if key is not None and _is_weak(key):
            yield (
                f"{folder / name} is weak: it is short, repeats itself or was typed. Remove it, and one of {LEAST_KEY} "
                "random bytes is made at the next start."
            )


def faults_of_production(config: Config) -> Iterator[str]:
    """What may be so on loopback only."""
    if config.demo:
        yield (
            f"{config.data} holds a demonstration, whose passwords are printed beside its accounts. Name another "
            "folder by ROUNDTABLE_DATA."
        )
    if not config.two_step:
        yield (
            "ROUNDTABLE_TWO_STEP is off: chairs and administrators would sign in with a password alone. That is for a "
            "trial on loopback: unset it."
        )
    if config.metrics_token and len(config.metrics_token) < LEAST_TOKEN:
        yield f"ROUNDTABLE_METRICS_TOKEN is short: it must have {LEAST_TOKEN} characters or more."
    if config.data.is_dir() and config.data.stat().st_mode & 0o007:
        yield f"{config.data} can be read by every user of this machine: chmod 700 {config.data}."
    if config.smtp_password and not config.smtp_starttls and not is_loopback(config.smtp_host):
        yield "ROUNDTABLE_SMTP_PASSWORD would go to the mail server in clear: set ROUNDTABLE_SMTP_STARTTLS=1."


def _is_weak(key: bytes) -> bool:
    typed = all(32 <= byte < 127 or byte in b"\r\n\t" for byte in key)
    return len(key) < LEAST_KEY or len(set(key)) < LEAST_VARIETY or typed


def _faults_of_debugging(app: Flask) -> Iterator[str]:
    if app.debug or sys.flags.dev_mode:
        yield "Debug mode is on: unset FLASK_DEBUG and PYTHONDEVMODE."
    if app.testing:
        yield "The application is set up for its tests."


def _faults_of_protected_keys(app: Flask) -> Iterator[str]:
    """Keys to protected data that are missing, or another database's."""
    with app.app_context():
        begin_write()
        try:
            prove(db.session.connection(), keyring())
        except NoKey as missing:
            yield str(missing)
        db.session.commit()
        db.session.remove()


def _faults_of_erasures(app: Flask) -> Iterator[str]:
    """What was erased since the backup that was put back, and is there again: nobody sees it before it is gone."""
    config: Config = app.config["ROUNDTABLE"]
    with app.app_context():
        waiting = len(not_done(config.erasures))
        db.session.remove()
    if waiting:
        yield f"{waiting} erasures of {config.erasures} are not in this database: run 'roundtable erasures'."


def _faults_of_accounts(app: Flask) -> Iterator[str]:
    """Accounts of the demonstration among real ones, after an import that was never taken back."""
    with app.app_context():
        found = db.session.scalars(
            select(User.email)
            .where(User.email.endswith(f".{DOMAIN}"), User.retired_at.is_(None), User.password_hash.is_not(None))
            .order_by(User.email)
            .limit(3)
        ).all()
        db.session.remove()
    if found:
        yield (
            f"The database holds accounts of the demonstration, whose passwords are known to everybody: "
            f"{', '.join(found)}. Retire them, or start with an empty database."
        )
