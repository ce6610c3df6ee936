"""What is asked of an identity provider: where, for how much, and for how long."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.accounts.agency_sign_in import asking
from core.accounts.agency_sign_in.asking import NoAnswer, fault_in, fetched


class Answers(BaseHTTPRequestHandler):
    """By its path."""

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(302 if self.path == "/elsewhere" else 404 if self.path == "/gone" else 200)
        self.send_header("Location", "/fine")
        self.end_headers()
        if self.path == "/drips":
            for _ in range(40):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)
        bodies = {"/long": b" " * (asking.LARGEST + 1) + b"{}", "/list": b"[]", "/text": b"<html>"}
        self.wfile.write(bodies.get(self.path, json.dumps({"path": self.path}).encode()))

    def log_message(self, *_: object) -> None:
        """Nothing to the terminal."""


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    made = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.daemon_threads = True
    made.asked = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_only_what_is_safe_whole_and_quick_is_taken(server, monkeypatch):
    at = f"http://127.0.0.1:{server.server_port}"
    assert fetched(f"{at}/fine") == {"path": "/fine"}
    monkeypatch.setattr(asking, "ALL_WITHIN", 0.3)
    for path in ("/elsewhere", "/gone", "/long", "/list", "/text", "/drips"):
        with pytest.raises(NoAnswer):
            fetched(at + path)
    assert server.asked.count("/fine") == 1, "a redirect leads nowhere"
    for address in ("http://login.example/keys", "file:///etc/hostname", "ftp://127.0.0.1/", "http://127.0.0.1:9/"):
        with pytest.raises(NoAnswer):
            fetched(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://login.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://127.0.0.1.example",
        "http://login.example@127.0.0.1",
        "https://user:word@login.example",
        "https://",
        "https:login.example",
        "https://login.example:port",
        "https://login .example",
        "javascript:alert(1)",
        "",
    ],
)
def test_such_an_address_is_not_asked(address):
    assert fault_in(address)


def test_https_is_and_loopback_is():
    for address in (
        "https://login.example/tenant/v2.0",
        "http://127.0.0.1:8080",
        "http://localhost/x",
        "http://[::1]:9",
    ):
        assert fault_in(address) is None
