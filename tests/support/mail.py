"""A real mail server on loopback that behaves as a test tells it to, and keeps what it took."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from core.circulation.delivery import deliver_due
from core.clock import utc_now
from core.extensions import db

DROP = "drop"
"""Instead of an answer: the mail is taken, and the connection dies before the server can say so."""


class MailServer:
    """Answers to DATA from `answers`, in turn, then with 250. `stall`: seconds before each of them."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.stall = 0.0
        self.taken: list[EmailMessage] = []
        self.port = 0

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """One mail: taken when the answer is 250, or when the connection is to die after it."""
        if self.stall:
            await asyncio.sleep(self.stall)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer == DROP or answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        if answer == DROP:
            server.transport.abort()
            return "250 never sent"
        return answer

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of what it took, in order."""
        return [str(message["Message-ID"]) for message in self.taken]


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def mail_server(handler: MailServer | None = None) -> Iterator[MailServer]:
    """A server that listens until the block ends."""
    handler = handler or MailServer()
    handler.port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=handler.port)
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()


@contextmanager
def configured(app: Flask, port: int, *, timeout: float = 20) -> Iterator[None]:
    """The application sends its mails there until the block ends."""
    before = app.config["ROUNDTABLE"]
    app.config["ROUNDTABLE"] = replace(
        before, smtp_host="127.0.0.1", smtp_port=port, smtp_timeout=timeout, mail_from="rt@council.example"
    )
    try:
        yield
    finally:
        app.config["ROUNDTABLE"] = before


def deliver(after: timedelta = timedelta(0)) -> int:
    """What the worker does, so long from now; how many mails it sent."""
    db.session.commit()
    sent = deliver_due(now=lambda: utc_now() + after)
    db.session.expire_all()
    return sent
