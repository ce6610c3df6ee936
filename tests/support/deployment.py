"""The files of deploy/ as they stand, started on this machine: gunicorn, the worker, and nginx with a certificate.

Only what belongs to a machine is put in: paths, ports, the name. Each replacement must be found, so none goes stale.
"""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
NAME = "roundtable.example.gov.uk"

MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/roundtable.conf;
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def put_in(text: str, replacements: dict[str, str]) -> str:
    """The text with all of them put in; each must stand in it."""
    for old, new in replacements.items():
        assert old in text, f"{old} does not stand in the file"
        text = text.replace(old, new)
    return text


class Deployment:
    """The service behind nginx on a database, in the parts that the units name."""

    def __init__(self, folder: Path, data: Path, url: str, parts: tuple[str, ...]) -> None:
        self.folder, self._data, self._url, self._parts = folder, data, url, parts
        self.port, self.plain_port = free_port(), free_port()
        self.inner = {part: free_port() for part in parts}
        self._running: list[subprocess.Popen[bytes]] = []
        self.log = folder / "service.log"

    def start(self) -> None:
        """Make the certificate, put the files in place, start all, wait until nginx passes on what is well."""
        self._certificate()
        environment = {
            **os.environ,
            "ROUNDTABLE_DATA": str(self._data),
            "ROUNDTABLE_DATABASE_URL": self._url,
            "ROUNDTABLE_URL": f"https://{NAME}:{self.port}",
            "ROUNDTABLE_METRICS": "1",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(self.folder),
        }
        self._data.chmod(0o700)
        if not (self._data / "keys" / "protected.keys").exists():
            subprocess.run([BIN / "roundtable", "keys", "new"], env=environment, check=True, capture_output=True)
        for part, port in self.inner.items():
            command = self._command("roundtable@.service")
            self._run(command, {**environment, "ROUNDTABLE_PART": part, "ROUNDTABLE_PORT": str(port)})
        self._run(self._command("roundtable-worker.service"), environment)
        self._nginx()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.ask("GET", "/healthz").status == 200 and all(self._answers(part) for part in self._parts):
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"it did not start: {self.log.read_text()}")

    def stop(self) -> None:
        """As systemd would: all are asked to end, and killed where they do not."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._running.clear()

    def connection(self) -> http.client.HTTPSConnection:
        """A connection over TLS that trusts the certificate alone, for that name alone."""
        trusting = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        made = _Named("127.0.0.1", self.port, timeout=30, context=trusting)
        return made

    def ask(self, method: str, path: str, **options: object) -> http.client.HTTPResponse:
        """One request on a connection of its own; the answer's body is read into `text`."""
        connection = self.connection()
        connection.request(method, path, **options)  # type: ignore[arg-type]
        answer = connection.getresponse()
        answer.content = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def resident_kilobytes(self) -> int:
        """What all processes of the service hold at their most, nginx included."""
        total = 0
        for process in self._running:
            for pid in [process.pid, *_children(process.pid)]:
                status = Path(f"/proc/{pid}/status").read_text()
                total += int(re.search(r"VmHWM:\s+(\d+)", status)[1])  # type: ignore[index]
        return total

    def _answers(self, part: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.inner[part], timeout=5)
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
        connection.close()
        return status == 200

    def _command(self, unit: str) -> list[str]:
        """What the unit starts, with the programs of this checkout."""
        (line,) = re.findall(r"^ExecStart=(.+)$", (DEPLOY / unit).read_text(), re.MULTILINE)
        return put_in(line, {"/opt/roundtable/bin/": f"{BIN}/"}).replace("/opt/roundtable/deploy", str(DEPLOY)).split()

    def _run(self, command: list[str], environment: dict[str, str]) -> None:
        with self.log.open("ab") as log:
            self._running.append(
                subprocess.Popen(
                    command, env=environment, cwd=self.folder, stderr=log, stdout=log, start_new_session=True
                )
            )

    def _certificate(self) -> None:
        subject = ["-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        made = ["-keyout", f"{self.folder}/privkey.pem", "-out", f"{self.folder}/fullchain.pem"]
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        subprocess.run(["openssl", "req", "-x509", *key, *made, *subject], check=True, capture_output=True)

    def _nginx(self) -> None:
        pages = self.inner.get("pages") or self.inner["all"]
        streams = self.inner.get("streams") or self.inner["all"]
        site = put_in(
            (DEPLOY / "nginx.conf").read_text(),
            {
                "server 127.0.0.1:8000;  # roundtable@all": f"server 127.0.0.1:{streams};  # roundtable@all",
                "server 127.0.0.1:8000;\n    keepalive": f"server 127.0.0.1:{pages};\n    keepalive",
                "listen 443 ssl": f"listen 127.0.0.1:{self.port} ssl",
                "    listen [::]:443 ssl http2;\n": "",
                "listen 80;": f"listen 127.0.0.1:{self.plain_port};",
                "    listen [::]:80;\n": "",
                "/etc/roundtable/tls": str(self.folder),
                "/var/log/nginx": str(self.folder),
            },
        )
        (self.folder / "roundtable.conf").write_text(site)
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder))
        if os.geteuid() == 0:  # its worker is then nobody, who makes its temporary files here
            for name in ("body", "proxy", "fastcgi", "uwsgi", "scgi"):
                (self.folder / name).mkdir()
                shutil.chown(self.folder / name, "nobody")
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "nginx is not installed: apt-get install nginx"
        self._run([program, "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")], dict(os.environ))


class Visitor:
    """A browser that keeps cookies, and takes them as a browser would: `__Host-` over TLS alone."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []

    def get(self, path: str) -> http.client.HTTPResponse:
        return self._send("GET", path)

    def post(self, path: str, fields: dict[str, str], *, form: str) -> http.client.HTTPResponse:
        """Send a form, with the token of the page `form`."""
        page = self.get(form).content.decode()  # type: ignore[attr-defined]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, page
        body = urlencode({"csrf_token": found[1], "idempotency_key": str(uuid.uuid4()), **fields})
        return self._send("POST", path, body=body)

    def headers(self) -> dict[str, str]:
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Referer": f"https://{NAME}:{self._deployment.port}/",
        }

    def _send(self, method: str, path: str, body: str | None = None) -> http.client.HTTPResponse:
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        answer = self._deployment.ask(method, path, body=body, headers=headers)
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self.set_cookies.append(cookie)
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return answer


class _Named(http.client.HTTPSConnection):
    """Reaches 127.0.0.1, and asks it for the service by its name."""

    def connect(self) -> None:
        sock = socket.create_connection((self.host, self.port), self.timeout)
        self.sock = self._context.wrap_socket(sock, server_hostname=NAME)  # type: ignore[attr-defined]

    def putrequest(self, method: str, url: str, *_rest: bool, **_options: bool) -> None:
        super().putrequest(method, url, skip_host=True)
        self.putheader("Host", f"{NAME}:{self.port}")


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            said = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(said[1]) == pid:
            child = int(path.parent.name)
            found += [child, *_children(child)]
    return found
