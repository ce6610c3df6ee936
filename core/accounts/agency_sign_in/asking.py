"""Asking an identity provider: over HTTPS, within seconds, and for no more than a page of text."""

import ipaddress
import time
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from core.errors import RoundtableError

CONNECT_WITHIN, READ_WITHIN, ALL_WITHIN = 3.05, 5.0, 8.0
"""Seconds: to reach it, for each piece of its answer, and for all of that."""

LARGEST = 512 * 1024
"""Bytes of an answer: the keys of a large provider are some 20 KB."""


class NoAnswer(RoundtableError):
    """The provider did not answer, not in time, or nothing that can be read. Holds no word of what it said."""


class Bounded(HTTPAdapter):
    """Reaches safe addresses alone, and gives up on an answer that is too long or too slow."""

    def send(self, request: PreparedRequest, *_: Any, **options: Any) -> Response:
        """Send it, and read the whole answer. Raises NoAnswer."""
        if fault_in(request.url or "") is not None:
            raise NoAnswer("not a safe address")
        until = time.monotonic() + ALL_WITHIN
        options |= {"timeout": (CONNECT_WITHIN, READ_WITHIN), "stream": True}
        response = super().send(request, **options)
        read = bytearray()
        for piece in response.iter_content(16 * 1024):
            read += piece
            if len(read) > LARGEST or time.monotonic() > until:
                response.close()
                raise NoAnswer("too much, or too slow")
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
