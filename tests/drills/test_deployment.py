"""Drill: the files of deploy/ as they stand. nginx, PostgreSQL and gunicorn from them, over TLS with a certificate made
here: signing in, a live page that follows, a PDF; and a body of a gigabyte costs nobody any memory.
"""

import json
import re
import socket
import ssl
import time

import pytest

from core.accounts.models import User
from core.accounts.passwords import hash_password
from core.extensions import db
from core.recording.feed import BEAT_SECONDS
from tests.drills.conftest import meetings_in_session
from tests.support.databases import let_go
from tests.support.deployment import NAME, Deployment, Visitor

PASSWORD = "lantern-orbit-velvet-93"
GIGABYTE = 1024**3


@pytest.fixture
def deployed(place, tmp_path_factory, database):
    parts = ("all",) if database == "sqlite" else ("pages", "streams")
    made = Deployment(tmp_path_factory.mktemp("deployed"), place.data, place.url, parts)
    for each in (made.folder, *made.folder.parents):  # nginx's workers, who are nobody, keep long bodies there
        if each.stat().st_mode & 0o001:
            break
        each.chmod(0o711)
    yield made
    made.stop()


@pytest.fixture
def meeting(deployed, place):
    """A meeting in session; its second attendee can sign in with a password."""
    made = None

    class Later:
        port = deployed.port

        def start(self):
            attendee = db.session.query(User).order_by(User.id).offset(1).first()
            attendee.password_hash = hash_password(PASSWORD)
            db.session.commit()
            db.session.remove()
            let_go(db.engine)
            deployed.start()

    (made,) = meetings_in_session(Later(), 1, attendees=2, cases=1)
    with place.app.app_context():
        made.email = db.session.query(User).order_by(User.id).offset(1).first().email
    return made


def test_the_files_of_deploy_serve_over_tls(deployed, meeting, figure, full, database):
    browser = Visitor(deployed)
    first = browser.get("/cases")
    assert first.status == 302 and first.headers["Location"].startswith("/sign-in")
    signed_in = browser.post("/sign-in", {"email": meeting.email, "password": PASSWORD}, form="/sign-in")
    assert signed_in.status in (302, 303), signed_in.content
    (session,) = [cookie for cookie in browser.set_cookies if cookie.startswith("__Host-roundtable=")]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in session.split(";")}
    assert "domain" not in session.lower()
    page = browser.get("/cases")
    assert page.status == 200
    for answer in (page, browser.get("/healthz"), browser.get("/metrics")):
        assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000"]
    assert browser.get("/metrics").status == 404

    plain = socket.create_connection(("127.0.0.1", deployed.plain_port), 10)
    plain.sendall(f"GET /cases?q=x HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n".encode())
    said = plain.makefile("rb").read().decode()
    plain.close()
    assert " 301 " in said and f"Location: https://{NAME}/cases?q=x" in said

    waited = _follows(deployed, browser, meeting)
    document = browser.get("/actions/export.pdf")
    assert document.status == 200 and document.content.startswith(b"%PDF-"), (document.status, document.content[:200])

    before = deployed.resident_kilobytes()
    statuses = {_sends_too_much(deployed, browser, length=GIGABYTE, most=16 * 1024**2)}
    statuses.add(_sends_too_much(deployed, browser, length=None, most=GIGABYTE if full else 64 * 1024**2))
    grown = deployed.resident_kilobytes() - before
    assert statuses == {413}
    assert grown < 8 * 1024, grown
    assert browser.get("/cases").status == 200

    figure(
        f"deploy/ on {database}, over TLS",
        f"a save is seen after {waited * 1000:.0f} ms; a body of 1 GB: 413, {grown} kB more held",
    )
    lines = [json.loads(line) for line in deployed.log.read_text().splitlines()]
    routes = {line["route"] for line in lines if line["logger"] == "roundtable.requests"}
    assert {"/cases", "/actions/export.pdf", "/meetings/<int:meeting_id>/live/stream"} <= routes
    assert meeting.email not in deployed.log.read_text()


def _follows(deployed, browser, meeting):
    """How long a save takes to reach an open stream, seconds. What is heard comes at once, past no buffer."""
    context = ssl.create_default_context(cafile=str(deployed.folder / "fullchain.pem"))
    with context.wrap_socket(
        socket.create_connection(("127.0.0.1", deployed.port), 30), server_hostname=NAME
    ) as stream:
        headers = "".join(f"{name}: {value}\r\n" for name, value in browser.headers().items())
        stream.sendall(f"GET {meeting.live}/stream HTTP/1.1\r\nHost: {NAME}\r\n{headers}\r\n".encode())
        lines = stream.makefile("rb")
        assert b" 200 " in lines.readline()
        numbers = (json.loads(line[6:])["number"] for line in lines if line.startswith(b"data: "))
        number = next(numbers)
        saved = browser.post(f"{meeting.write}/write/discussion", {"text": "Said over TLS"}, form="/account")
        acknowledged = time.monotonic()
        assert saved.status == 303, saved.content
        while next(numbers) <= number:
            pass
        waited = time.monotonic() - acknowledged
    assert waited < BEAT_SECONDS
    return max(waited, 0)


def _sends_too_much(deployed, browser, *, length, most):
    """The status that a body of so many bytes is answered with; without a length it is sent in chunks until it is."""
    context = ssl.create_default_context(cafile=str(deployed.folder / "fullchain.pem"))
    with context.wrap_socket(socket.create_connection(("127.0.0.1", deployed.port), 30), server_hostname=NAME) as wire:
        headers = "".join(f"{name}: {value}\r\n" for name, value in browser.headers().items())
        how = f"Content-Length: {length}" if length else "Transfer-Encoding: chunked"
        wire.sendall(f"POST /sign-in HTTP/1.1\r\nHost: {NAME}\r\n{headers}{how}\r\n\r\n".encode())
        part = b"a" * 65536
        chunk = part if length else b"10000\r\n" + part + b"\r\n"
        sent = 0
        try:
            while sent < most:
                wire.sendall(chunk)
                sent += len(part)
        except OSError:
            pass  # it has heard enough, and says so
        try:
            first = wire.recv(64)
        except OSError:
            first = b""
    found = re.match(rb"HTTP/1\.1 (\d{3})", first)
    return int(found[1]) if found else 413 if sent < most else 0
