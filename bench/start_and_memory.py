"""Start and memory: how soon `roundtable serve` answers, and what its web process holds after 1,000 mixed requests.

    python bench/start_and_memory.py [--requests 1000]

The yardstick of the start is a Flask application of one route under the same server. Memory is the resident set of
the web process, from /proc, at the start and after the requests; its target is absolute: 120 MB.
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("/", "/meetings", "/cases", "/actions", "/referrals", "/account", "/healthz")

HELLO = """
import sys
from flask import Flask
from gunicorn.app.base import BaseApplication
app = Flask(__name__)
@app.get("/healthz")
def hello(): return "hello"
class Server(BaseApplication):
    def load_config(self):
        for name, value in {"bind": f"127.0.0.1:{sys.argv[1]}", "worker_class": "gthread", "threads": 8,
                            "control_socket_disable": True, "loglevel": "error"}.items():
            self.cfg.set(name, value)
    def load(self): return app
sys.argv[2:] = []
Server().run()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build(folder)
        starts = {"product": [], "hello": []}
        for _ in range(3):
            for name, command in (("hello", hello_command), ("product", product_command)):
                port = free_port()
                server, seconds = start(command(port, folder), port)
                starts[name].append(seconds)
                stop(server)
        product, hello = (sorted(starts[name])[1] for name in ("product", "hello"))
        line = {"job": "start until /healthz answers", "product_s": round(product, 2), "yardstick": "hello page"}
        line |= {
            "yardstick_s": round(hello, 2),
            "ratio": round(product / hello, 2),
            "target": "3 s",
            "met": product <= 3,
        }
        print(json.dumps(line))
        port = free_port()
        server, _ = start(product_command(port, folder), port)
        try:
            print(json.dumps(memory(server.pid, port, chosen.requests)))
        finally:
            stop(server)


def build(folder: str) -> None:
    """A migrated data folder with the demonstration's books and one account."""
    run = [sys.executable, "-m", "core.cli", "--data", folder]
    quiet = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([*run, "db", "upgrade"], **quiet)
    subprocess.run([*run, "import", str(ROOT / "core/demo/books"), "--partnership", "northbridge"], **quiet)
    subprocess.run(
        [
            *(*run, "user", "create", "bench@council.example", "--name", "Bench", "--agency", "council"),
            *("--role", "partnership administrator", "--partnership", "northbridge"),
            *("--password", "lantern-orbit-velvet-93"),
        ],
        **quiet,
    )


def product_command(port: int, folder: str) -> list[str]:
    """`roundtable serve` on that port."""
    return [sys.executable, "-m", "core.cli", "--data", folder, "serve", "--port", str(port)]


def hello_command(port: int, _folder: str) -> list[str]:
    """The yardstick."""
    return [sys.executable, "-c", HELLO, str(port)]


def start(command: list[str], port: int) -> tuple[subprocess.Popen[bytes], float]:
    """Start a server; the seconds until it answered."""
    began = time.perf_counter()
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while time.perf_counter() - began < 60:
        try:
            if get(port, "/healthz")[0] == 200:
                return server, time.perf_counter() - began
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server did not answer within a minute")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End it and what it started."""
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(timeout=20)


def get(port: int, path: str, cookies: str = "") -> tuple[int, bytes, list[str]]:
    """Status, body and cookies of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookies})
    answer = connection.getresponse()
    body = answer.read()
    given = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    connection.close()
    return answer.status, body, given


def sign_in(port: int) -> str:
    """The cookies of a signed-in browser."""
    _, page, cookies = get(port, "/sign-in")
    fields = dict(re.findall(rb'name="(csrf_token|idempotency_key)"[^>]*?value="([^"]+)"', page))
    form = {key.decode(): value.decode() for key, value in fields.items()}
    form |= {"email": "bench@council.example", "password": "lantern-orbit-velvet-93"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        "POST",
        "/sign-in",
        urllib.parse.urlencode(form),
        {"Content-Type": "application/x-www-form-urlencoded", "Cookie": "; ".join(cookies)},
    )
    answer = connection.getresponse()
    answer.read()
    given = [value.partition(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie"]
    if answer.status != 303:
        raise SystemExit(f"could not sign in: {answer.status}")
    return "; ".join([*cookies, *given])


def memory(pid: int, port: int, requests: int) -> dict[str, object]:
    """Resident memory of the web process before and after so many requests of every kind of page."""
    cookies = sign_in(port)
    web = web_process(pid)
    for path in PAGES:
        get(port, path, cookies)
    before = resident(web)
    for number in range(requests):
        status, _, _ = get(port, PAGES[number % len(PAGES)], cookies)
        if status != 200:
            raise SystemExit(f"{PAGES[number % len(PAGES)]} answered {status}")
    after = resident(web)
    return {
        "job": f"memory of the web process after {requests} mixed requests",
        "product_MB": after,
        "yardstick": "after one of each",
        "yardstick_MB": before,
        "ratio": round(after / before, 2),
        "target": "120 MB",
        "met": after <= 120,
    }


def web_process(master: int) -> int:
    """gunicorn's child that serves: the one of the master's children that holds our threads."""
    children = Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()
    serving = [int(child) for child in children if b"worker\0" not in Path(f"/proc/{child}/cmdline").read_bytes()]
    return serving[0] if serving else master


def resident(pid: int) -> int:
    """Resident set in MB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text("ascii"))
    assert found
    return int(found[1]) // 1024


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
