"""What is set up for each request before its view: its id, and where it came from."""

import ipaddress
import secrets
from io import BytesIO
from typing import IO

from flask import Flask, Request, abort, current_app, g, request

from core.audit import Origin, origin
from core.audit.trail import payload_key


class NothingOnDisk(Request):
    """A request whose uploaded files never touch a disk: a body is small, and what is checked is not kept."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """In memory, whatever its length: the body's limit is the file's."""
        return BytesIO()


def open_requests(app: Flask) -> None:
    """Give each request an id and tell the trail its origin. A client may not choose the id, nor ask for a NUL."""
    app.request_class = NothingOnDisk
    key = app.config["ROUNDTABLE"].secret("audit-payload.key")

    @app.before_request
    def _open() -> None:
        g.request_id = secrets.token_hex(8)
        origin.set(Origin(ip=network_of(_client()), request_id=g.request_id))
        payload_key.set(key)
        if "\0" in request.path or b"%00" in request.query_string:
            abort(404)  # PostgreSQL cannot even compare with it, so nothing of ours has such an address


def network_of_client() -> str:
    """The network that the request came from; empty where it is not known, since a proxy on this machine hides it."""
    client = _client()
    return "" if _is_loopback(client) else network_of(client)


def _client() -> str | None:
    """The address that asks. Over HTTPS a reverse proxy on this machine stands before it, and says whom it serves.

    What it says last counts: the rest of the header is the client's own word.
    """
    peer = request.remote_addr
    if _is_loopback(peer) and current_app.config["ROUNDTABLE"].secure:
        return request.access_route[-1] if request.access_route else peer
    return peer


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def network_of(address: str | None) -> str:
    """The /24 (IPv4) or /48 (IPv6) of an address: the trail keeps no more. Empty for none."""
    if not address:
        return ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{parsed}/{24 if parsed.version == 4 else 48}", strict=False))
