"""A test's browser: Flask's client, signed in, with the fields that every form of ours carries."""

import re
import uuid
from typing import Any

from flask import Flask
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
        """A token against forged requests, as the pages carry it."""
        if self._csrf is None:
            page = self._send("GET", "/account", follow_redirects=True).get_data(as_text=True)
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
            assert found, "the page carries no token"
            self._csrf = found[1]
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
