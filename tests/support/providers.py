"""Identity providers of the test's own, in a process beside it, and the browser of somebody who signs in there."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from core.accounts.models import IdentityProvider, LinkedIdentity, User
from core.clock import utc_now
from core.extensions import db
from core.partnerships.models import Agency

SCRIPT = Path(__file__).with_name("provider.mjs")
SECRET = "a secret of forty characters, as they come"
CLIENT = "roundtable"


@dataclass
class Provider:
    """One tenant. `told(...)` says who signs in there next, and what is wrong with what it then sends."""

    issuer: str
    _browser: requests.Session = field(default_factory=requests.Session)

    def told(self, **what: Any) -> "Provider":
        """From now on, and no longer what was said before. See provider.mjs."""
        requests.post(f"{self.issuer}/test", json=what, timeout=10)
        return self

    def anew(self) -> "Provider":
        """Nobody is signed in there in this browser."""
        self._browser = requests.Session()
        return self

    def visited(self, there: str) -> str:
        """Go to an address there, sign in, and come back: the path and query that the browser is sent on to."""
        assert there.startswith(f"{self.issuer}/"), there
        for _ in range(12):
            answer = self._browser.get(there, allow_redirects=False, timeout=10)
            assert answer.status_code in (302, 303), answer.text
            there = requests.compat.urljoin(there, answer.headers["Location"])
            if not there.startswith(f"{self.issuer}/"):
                parts = urlsplit(there)
                return f"{parts.path}?{parts.query}"
        raise AssertionError("it goes round in circles")


@contextmanager
def providers(count: int = 2) -> Iterator[list[Provider]]:
    """So many of them, until the end."""
    ports = [_free_port() for _ in range(count)]
    node = shutil.which("node", path=_where()) or "node"
    command = [node, "--no-warnings", str(SCRIPT), *map(str, ports)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n", "the identity providers did not start"
            yield [Provider(f"http://127.0.0.1:{port}") for port in ports]
        finally:
            process.kill()


def connected(agency: Agency, issuer: str, **more: Any) -> IdentityProvider:
    """An agency's provider, as an administrator would set it up."""
    made = IdentityProvider(agency_id=agency.id, name=agency.name, issuer=issuer, client_id=CLIENT, **more)
    made.client_secret = SECRET
    db.session.add(made)
    db.session.commit()
    return made


def agency_accounts(agency: Agency, user: User) -> int:
    """Providers that nobody reaches, for an agency and for somebody's own, with which their account is linked."""
    nobody = "http://127.0.0.1:9"
    connected(agency, nobody)
    own = db.session.get_one(Agency, user.agency_id)
    return linked(user, connected(own, nobody), f"u_{user.id}").id


def linked(user: User, provider: IdentityProvider, subject: str) -> LinkedIdentity:
    """Somebody's account here, linked with the one that they have there."""
    made = LinkedIdentity(
        user_id=user.id, provider_id=provider.id, issuer=provider.issuer, subject=subject, linked_at=utc_now()
    )
    db.session.add(made)
    db.session.commit()
    return made


def _where() -> str:
    """A node that the set-up brought comes first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
