"""The installation that the stories are played on: `roundtable serve` in its own process, and a mail server."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from core.app import create_app
from core.config import Config
from core.database import Base
from core.extensions import db
from core.web.transaction import begin_write
from tests.support.databases import let_go

PATIENCE = 90
"""Seconds that the server may take to answer, on a machine that is busy with other tests."""


class Site:
    """A running service, its database and the mails that it has sent."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", two_step: str = "off") -> None:
        """`folder` is its data folder, with a migrated database in it. `host`: the name that it is reached by."""
        self.app: Flask = create_app(Config(data=folder))
        self.mails: list[EmailMessage] = []
        self._folder = folder
        self._post = Controller(_Letterbox(self.mails), hostname="127.0.0.1", port=_free_port())
        self._log = folder / "serve.log"
        self.url = f"http://{host}:{_free_port()}"
        self._two_step = two_step
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both servers and wait until the pages answer."""
        self._post.start()
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDTABLE_")}
        environment = surroundings | {
            "ROUNDTABLE_URL": self.url,
            "ROUNDTABLE_TWO_STEP": self._two_step,
            "ROUNDTABLE_SMTP_HOST": "127.0.0.1",
            "ROUNDTABLE_SMTP_PORT": str(self._post.port),
        }
        port = self.url.rpartition(":")[2]
        command = [sys.executable, "-m", "core.cli", "--data", str(self._folder), "serve", "--port", port]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        until = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {self._log.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop both, and let go of the database."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(PATIENCE)
        self._post.stop()
        with self.app.app_context():
            let_go(db.engine)

    @contextmanager
    def writing(self, *rows: Base) -> Iterator[None]:
        """A transaction of the test's own in the service's database, committed at the end; `rows` take part in it."""
        with self.app.app_context():
            begin_write()
            db.session.add_all(rows)
            yield
            db.session.commit()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """The service's database as it stands now."""
        with self.app.app_context():
            yield

    def mail_to(self, address: str, about: str) -> EmailMessage:
        """The mail with `about` in its subject that this address was sent; waited for."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for mail in self.mails:
                if mail["To"] == address and about in mail["Subject"]:
                    return mail
            time.sleep(0.05)
        raise AssertionError(f"no mail about “{about}” to {address}; {[mail['Subject'] for mail in self.mails]}")

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


class _Letterbox:
    """Takes every mail in."""

    def __init__(self, mails: list[EmailMessage]) -> None:
        self._mails = mails

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep it."""
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
        self._mails.append(message)
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
