"""What is set up for each request before its view: its id, where it came from, and the cookie of its form."""

import ipaddress
import secrets
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from flask import Flask, Request, Response, abort, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import URLSafeTimedSerializer

from core.audit import Origin, origin
from core.audit.trail import payload_key

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST_NOTICES = 5
"""Sentences on what was done that wait in the cookie for the next page."""

_NOTICES = "_flashes"  # as Flask names them


class NothingOnDisk(Request):
    """A request whose uploaded files never touch a disk: a body is small, and what is checked is not kept.

    And one that is whole or none: half a text is never saved, nor its key spent on it.
    """

    def __init__(self, environ: "WSGIEnvironment", *arguments: Any, **options: Any) -> None:
        # gunicorn says that it ends the body, and does so where the connection ends, too: with this, a body that was
        # cut off is read as a short one. Its length is known, so Werkzeug can see for itself: 400, to nobody.
        if "CONTENT_LENGTH" in environ:
            environ.pop("wsgi.input_terminated", None)
        super().__init__(environ, *arguments, **options)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """In memory, whatever its length: the body's limit is the file's."""
        return BytesIO()


class FewNotices(SecureCookieSessionInterface):
    """A cookie that does not grow with each write whose page is not looked at: a browser drops one of 4 KB without a
    word, and until then it is read and signed anew with every request. What signs it is made once, as its key is.
    """

    def __init__(self, app: Flask) -> None:
        self._signing = super().get_signing_serializer(app)

    def get_signing_serializer(self, _app: Flask) -> URLSafeTimedSerializer | None:
        """The one that was made at the start."""
        return self._signing

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the newest notices alone."""
        if session.modified and len(session.get(_NOTICES, ())) > MOST_NOTICES:
            session[_NOTICES] = session[_NOTICES][-MOST_NOTICES:]
        super().save_session(app, session, response)


def open_requests(app: Flask) -> None:
    """Give each request an id and tell the trail its origin. A client may not choose the id, nor ask for a NUL."""
    app.request_class = NothingOnDisk
    app.session_interface = FewNotices(app)
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
