"""HTML to PDF in a warm process of its own: the web process never imports WeasyPrint nor waits for ever.

The child has no way to a file or a host (core.documents.pdf_child), a limit on its memory and one on its time.
It is started when first needed, ends when its pipe does, and is started again after anything went wrong.
"""

import json
import os
import struct
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO, Any

from core.paths import PACKAGE

SECONDS = 60
MEGABYTES = 1024
FRAME = struct.Struct(">II")
"""Before each message: the length of its JSON head and of the bytes that follow it."""

PASSED_ON = ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "HOME", "PATH", "XDG_CACHE_HOME")
"""All that the child gets of the environment: no key and no address of a database."""


class RenderFailed(Exception):
    """There is no document. `reason` is a sentence for the coordinator; it quotes nothing of the document."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Paper:
    """A finished PDF."""

    content: bytes
    pages: int


class Renderer:
    """One warm child. Safe to share among threads, which queue for it; a forked process starts its own.

    `seconds` is how long one document may take, the queue not counted; `megabytes` the child's address space.
    """

    def __init__(self, *, seconds: float = SECONDS, megabytes: int = MEGABYTES) -> None:
        self._seconds = seconds
        self._megabytes = megabytes
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._started_by = 0

    def pdf(self, html: str) -> Paper:
        """The document, tagged (PDF/UA-1). The same HTML gives the same bytes. Raises RenderFailed."""
        return self._ask("pdf", html.encode(errors="replace"))

    def stamped(self, paper: bytes, stamp_html: str) -> Paper:
        """The same document with the stamp's page behind each of its own. Raises RenderFailed."""
        return self._ask("stamp", stamp_html.encode(errors="replace"), paper)

    def close(self) -> None:
        """End the child. The next document starts another."""
        with self._lock:
            self._end()

    def _ask(self, job: str, html: bytes, paper: bytes = b"") -> Paper:
        with self._lock:
            child = self._running()
            late = threading.Event()
            watch = threading.Timer(self._seconds, _kill_late, (child, late))
            watch.daemon = True
            watch.start()
            try:
                assert child.stdin is not None
                assert child.stdout is not None
                send(child.stdin, {"job": job, "html": len(html)}, html + paper)
                head, content = receive(child.stdout)
            except (OSError, EOFError) as error:
                self._end()
                raise RenderFailed(
                    f"The document was not ready within {self._seconds:g} seconds"
                    if late.is_set()
                    else "The document took more memory than it may, or its renderer stopped"
                ) from error
            finally:
                watch.cancel()
            if head.get("spent"):
                self._end()
            if "failed" in head:
                raise RenderFailed(head["failed"])
            return Paper(content, head["pages"])

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._started_by != os.getpid():
            self._child = None  # a fork's: it belongs to the parent
        if self._child is not None and self._child.poll() is not None:
            self._end()
        if self._child is None:
            self._child = self._start()
            self._started_by = os.getpid()
        return self._child

    def _start(self) -> subprocess.Popen[bytes]:
        limits = (str(self._megabytes), str(int(self._seconds) + 5))
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "core.documents.pdf_child", *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what WeasyPrint warns about may quote the document
            bufsize=0,
            cwd="/",
            env={
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                "LANG": "C.UTF-8",
                "PYTHONHASHSEED": "0",
                "PYTHONPATH": os.pathsep.join((str(PACKAGE.parent), *filter(None, sys.path))),
                "SOURCE_DATE_EPOCH": "0",
            },
        )

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            assert pipe is not None
            pipe.close()


def _kill_late(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def send(pipe: IO[bytes], head: dict[str, Any], content: bytes) -> None:
    """One message. Raises OSError if nobody reads."""
    head_bytes = json.dumps(head).encode()
    message = memoryview(FRAME.pack(len(head_bytes), len(content)) + head_bytes + content)
    while message:
        message = message[pipe.write(message) :]
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """One message. Raises EOFError if the other end is gone."""
    head_length, content_length = FRAME.unpack(_exactly(pipe, FRAME.size))
    head = json.loads(_exactly(pipe, head_length))
    return head, _exactly(pipe, content_length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    parts = []
    while length:
        part = pipe.read(length)
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
