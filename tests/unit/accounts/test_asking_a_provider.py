"""What is asked of an identity provider: where, for how much, and for how long."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from core.accounts.agency_sign_in import asking, metadata
from core.accounts.agency_sign_in.asking import NoAnswer, fault_in, fetched


class Answers(BaseHTTPRequestHandler):
    """By its path."""

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        if self.path == "/headers-drip":
            self._drip(b"HTTP/1.1 200 OK\r\nX-Long: ")
            return
        self.send_response(302 if self.path == "/elsewhere" else 404 if self.path == "/gone" else 200)
        self.send_header("Location", "/fine")
        self.end_headers()
        if self.path == "/drips":
            self._drip(b"{}")
            return
        bodies = {"/long": b" " * (asking.LARGEST + 1) + b"{}", "/list": b"[]", "/text": b"<html>"}
        self.wfile.write(bodies.get(self.path, json.dumps({"path": self.path}).encode()))

    def _drip(self, begins: bytes) -> None:
        """A piece now and then, for longer than anybody waits."""
        self.wfile.write(begins)
        with suppress(OSError):
            for _ in range(100):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.05)

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
    for path in ("/elsewhere", "/gone", "/long", "/list", "/text", "/drips", "/headers-drip"):
        since = time.monotonic()
        with pytest.raises(NoAnswer):
            fetched(at + path)
        assert time.monotonic() - since < 1.5, path
    assert server.asked.count("/fine") == 1, "a redirect leads nowhere"
    for address in ("http://login.example/keys", "file:///etc/hostname", "ftp://127.0.0.1/", "http://127.0.0.1:9/"):
        with pytest.raises(NoAnswer):
            fetched(address)


def test_a_handshake_that_never_ends_is_cut_as_well(monkeypatch):
    monkeypatch.setattr(asking, "ALL_WITHIN", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            taken, _ = listening.accept()
            # A TLS record of handshake that announces 16 KB, and sends them one by one.
            with taken, suppress(OSError):
                taken.sendall(b"\x16\x03\x03\x40\x00\x02")
                for _ in range(100):
                    taken.sendall(b"\0")
                    time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        since = time.monotonic()
        with pytest.raises(NoAnswer):
            fetched(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        assert time.monotonic() - since < 1.5
        thread.join()


def test_one_at_a_time_asks_a_provider_and_nobody_waits_for_that(monkeypatch):
    now, begun, go_on = datetime(2026, 9, 1, 12, tzinfo=UTC), threading.Event(), threading.Event()
    asked = []

    def slow(address: str) -> dict[str, object]:
        asked.append(address)
        begun.set()
        go_on.wait(5)
        raise NoAnswer("too slow")

    metadata.forget()
    monkeypatch.setattr(metadata, "fetched", slow)

    def ask_first() -> None:
        with suppress(NoAnswer):
            metadata.known("https://login.example", now=now)

    first = threading.Thread(target=ask_first)
    first.start()
    assert begun.wait(5)
    for ask in (metadata.known, metadata.asked):
        with pytest.raises(NoAnswer, match="is being asked"):
            ask("https://login.example", now=now)
    kept = SimpleNamespace(metadata="as it was", keys="then", at=now - metadata.KEPT_FOR - timedelta(seconds=5))
    with monkeypatch.context() as patch:
        patch.setitem(metadata._kept, "https://login.example", kept)
        assert metadata.known("https://login.example", now=now) == ("as it was", "then"), "known a moment ago"
    go_on.set()
    first.join()
    assert len(asked) == 1
    with pytest.raises(NoAnswer, match="a moment ago"):
        metadata.known("https://login.example", now=now)
    metadata.forget()
    with pytest.raises(NoAnswer, match="too slow"):
        metadata.known("https://login.example", now=now)
    metadata.forget()


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
