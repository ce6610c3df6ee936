"""The demonstration's own mail server: takes every mail in and keeps it for a page. Nothing leaves the machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from flask import Flask

from core.circulation.models import CaughtMail
from core.clock import utc_now
from core.extensions import db
from core.web.transaction import begin_write


class _Keeper:
    """aiosmtpd's handler."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep one mail."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        text, html = message.get_body(("plain",)), message.get_body(("html",))
        files = [part.get_filename() or part.get_content_type() for part in message.iter_attachments()]
        with self._app.app_context():
            begin_write()
            db.session.add(
                CaughtMail(
                    received_at=utc_now(),
                    to_address=", ".join(envelope.rcpt_tos)[:254],
                    subject=str(message["Subject"])[:300],
                    body=text.get_content() if text is not None else "",
                    body_html=html.get_content() if html is not None else "",
                    files=", ".join(files),
                )
            )
            db.session.commit()
        return "250 OK"


@contextmanager
def catching(app: Flask) -> Iterator[int]:
    """Take mails in on a port of loopback, which is given, until the block ends."""
    from aiosmtpd.controller import Controller  # a demonstration's alone: other processes need not load it

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = Controller(_Keeper(app), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
