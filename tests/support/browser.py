"""A test's browser: Flask's client, signed in, with the fields that every form of ours carries."""

import uuid
from typing import Any

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from core.accounts.models import User
from core.accounts.operations import sign_in
from core.clock import utc_now
from core.extensions import db


class Browser:
    """One person's browser. `get` and `post` return the answer; redirects are not followed unless asked for."""

    def __init__(self, app: Flask, user: User | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        self._csrf: str | None = None
        if user is not None:
            with app.app_context():
                token = sign_in(user.id, now=utc_now())
                db.session.commit()
            self.client.set_cookie("roundtable", token)

    def get(self, path: str, **options: Any) -> TestResponse:
        """Open a page."""
        return self._send("GET", path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form, with its hidden fields. Give `idempotency_key` to send the same form twice."""
        fields = {"csrf_token": self.csrf(), "idempotency_key": str(uuid.uuid4()), **(data or {})}
        return self._send("POST", path, data=fields, **options)

    def csrf(self) -> str:
        """A token against forged requests, as the pages carry it: of the session that the browser's cookie keeps."""
        if self._csrf is None:
            with self.app.app_context(), self.client.session_transaction() as kept, self.app.test_request_context():
                session.update(kept)
                self._csrf = generate_csrf()
                kept.update(session)
        return self._csrf

    def _send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Send it in an application context of its own, as a server would: nothing is shared with the test's.

        What the test has written is committed first, and what it reads afterwards is read anew.
        """
        db.session.commit()
        with self.app.app_context():
            answer = self.client.open(path, method=method, **options)
        db.session.expire_all()
        return answer
