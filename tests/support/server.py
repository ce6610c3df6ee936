"""A real server in processes of its own, and clients that speak HTTP to it: for drills."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import sys
from core.app import create_app
from core.commands.embedded import Embedded
from core.config import Config
Embedded(create_app(Config.from_environment()), host="127.0.0.1", port=int(sys.argv[1])).run()
"""


class Server:
    """The web processes of `roundtable serve` on a database; killed and started again at will."""

    def __init__(self, data: Path, url: str, *, program: str = PROGRAM, under: Sequence[str] = ()) -> None:
        """`program` is another than the product's own; `under` is the command that runs it."""
        self._data, self._url = data, url
        self._command = [*under, sys.executable, "-c", program]
        self._environment = {
            **os.environ,
            "ROUNDTABLE_DATA": str(data),
            "ROUNDTABLE_DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def another(self) -> "Server":
        """A second web process, not started yet, on the same database."""
        return Server(self._data, self._url)

    def start(self, *, seconds: float = 90) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            [*self._command, str(self.port)],
            cwd=ROOT,
            env=self._environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        deadline, said = time.monotonic() + seconds, ""
        while time.monotonic() < deadline:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/healthz")
                answer = connection.getresponse()
                said = answer.read().decode()
                connection.close()
                if answer.status == 200:
                    return
            except OSError as failure:
                said = str(failure)
            time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the server did not start: {said}")

    def processes(self) -> list[int]:
        """Their ids, parents first: what it runs under, master and worker."""
        assert self._process is not None, "it is not running"
        found = [self._process.pid]
        for each in found:  # grows meanwhile
            found += map(int, Path(f"/proc/{each}/task/{each}/children").read_text().split())
        return found

    def memory(self) -> dict[str, float]:
        """Megabytes of all of them that are resident, what two share counted once: Pss, of it Pss_Anon and Pss_File."""
        total: dict[str, float] = defaultdict(float)
        for process in self.processes():
            for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]:
                name, _, value = line.partition(":")
                total[name] += int(value.split()[0]) / 1024
        return total

    def kill_what_is_watched(self) -> None:
        """kill -9 of master and worker; what they run under has the time to come to its end."""
        for process in self.processes()[1:]:
            os.kill(process, signal.SIGKILL)
        assert self._process is not None
        self._process.wait(30)
        self._process = None

    def kill(self) -> None:
        """kill -9, master and worker."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


class Client:
    """One person's keep-alive connection, signed in. Raises OSError or HTTPException when the connection is cut."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._cookies = {"roundtable": token}
        self._connection: http.client.HTTPConnection | None = None
        self._csrf = ""

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, location and body."""
        return self._send("GET", path)

    def post(self, path: str, fields: dict[str, object], *, key: str = "") -> tuple[int, str, str]:
        """Send a form under its key: status, location and body."""
        if not self._csrf:
            _, _, page = self.get("/account")
            found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
            assert found, "the page carries no token"
            self._csrf = found[1]
        form = {"csrf_token": self._csrf, "idempotency_key": key or str(uuid.uuid4()), **fields}
        return self._send("POST", path, urlencode(form, doseq=True))

    def _send(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), text


def at_once(clients: Sequence[Client], path: str, form: dict[str, object], *, keys: Sequence[str] = ()) -> list[int]:
    """All send that form at the same moment, each under a key of their own; what each was answered."""
    start = Barrier(len(clients))

    def send(client: Client, key: str) -> int:
        start.wait()
        return client.post(path, form, key=key)[0]

    with ThreadPoolExecutor(len(clients)) as threads:
        return list(threads.map(send, clients, keys or [""] * len(clients)))
