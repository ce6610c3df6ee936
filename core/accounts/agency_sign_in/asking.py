"""Asking an identity provider: over HTTPS, within seconds, and for no more than a page of text."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import Lock, Timer
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from core.errors import RoundtableError

CONNECT_WITHIN, READ_WITHIN, ALL_WITHIN = 3.05, 5.0, 8.0
"""Seconds: to reach an address of it, for each piece of its answer, and for all of that."""

LARGEST = 512 * 1024
"""Bytes of an answer: the keys of a large provider are some 20 KB."""


class NoAnswer(RoundtableError):
    """The provider did not answer, not in time, or nothing that can be read. Holds no word of what it said."""


class _Cut:
    """Ends a connection after a while, whatever is being waited for: a handshake, the headers, the body."""

    def __init__(self) -> None:
        self.made = False
        self._lock = Lock()
        self._held: list[socket.socket] = []

    def hold(self, connected: socket.socket) -> None:
        """Take note of a connection. Of a copy, since TLS takes the socket itself out of everybody's hands."""
        with self._lock:
            self._held.append(connected.dup())
            if self.made:
                self._shut()

    def make(self) -> None:
        """Time is up."""
        with self._lock:
            self.made = True
            self._shut()

    def let_go(self) -> None:
        """It is over, in time or not."""
        with self._lock:
            while self._held:
                self._held.pop().close()

    def _shut(self) -> None:
        for each in self._held:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


_cut: ContextVar[_Cut | None] = ContextVar("cut", default=None)
"""Of the request that this thread waits for."""


@contextmanager
def _at_most(seconds: float) -> Iterator[_Cut]:
    """Cut what is connected meanwhile after that: a piece just in time, for hours, would keep a thread for hours."""
    cut = _Cut()
    watch = Timer(seconds, cut.make)
    watch.daemon = True
    before = _cut.set(cut)
    watch.start()
    try:
        yield cut
    finally:
        watch.cancel()
        _cut.reset(before)
        cut.let_go()


def _held(connected: socket.socket) -> socket.socket:
    cut = _cut.get()
    if cut is not None:
        cut.hold(connected)
    return connected


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _held(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _held(super()._new_conn())


class Bounded(HTTPAdapter):
    """Reaches safe addresses alone, and gives up on an answer that is too long or too slow."""

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> HTTPConnectionPool:
        """The same, by connections that can be cut."""
        pool = super().get_connection_with_tls_context(*args, **options)
        pool.ConnectionCls = _Secure if pool.scheme == "https" else _Plain
        return pool

    def send(self, request: PreparedRequest, *_: Any, **options: Any) -> Response:
        """Send it, and read the whole answer. Raises NoAnswer."""
        if fault_in(request.url or "") is not None:
            raise NoAnswer("not a safe address")
        options |= {"timeout": (CONNECT_WITHIN, READ_WITHIN), "stream": True}
        with _at_most(ALL_WITHIN) as cut:
            try:
                response = super().send(request, **options)
                read = bytearray()
                for piece in response.iter_content(16 * 1024):
                    read += piece
                    if len(read) > LARGEST:
                        raise NoAnswer("too much")
            finally:
                self.close()  # the next request has a connection of its own, which can be cut
            if cut.made:  # what was cut may look like an answer that ended
                raise NoAnswer("too slow")
        response._content = bytes(read)  # what requests itself sets once a body is read
        return response


def bound(session: Session) -> Session:
    """The same session, within these limits, and led on to no other address."""
    session.mount("https://", Bounded())
    session.mount("http://", Bounded())
    session.max_redirects = 0
    return session


def fetched(url: str) -> dict[str, Any]:
    """The JSON object at an address. Raises NoAnswer."""
    try:
        with bound(Session()) as session:
            response = session.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
            said = response.json() if response.status_code == 200 else None
    except (RequestException, ValueError):
        raise NoAnswer("not reached, or no JSON") from None
    if not isinstance(said, dict):
        raise NoAnswer("no JSON object")
    return said


def fault_in(address: str) -> str | None:
    """What is wrong with an address that is to be asked, as a sentence's end; None for one over HTTPS, or at loopback.

    Whether loopback is allowed at all is the installation's: `is_loopback`.
    """
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "must be an address, like https://login.example/tenant"
    if not host or parts.username is not None or any(character.isspace() for character in address):
        return "must be an address, like https://login.example/tenant"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(address)):
        return None
    return "must begin with https://"


def is_loopback(address: str) -> bool:
    """Whether it is on this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
