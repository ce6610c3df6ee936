"""Serving the pages: one process with many threads on loopback, the worker beside it."""

import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from core.commands.logger import JsonLogger
from core.plugin_host import end_where_one_hangs

THREADS = 128
"""Live pages hold a thread each: at most 96 streams, and room for the others."""

WORKER_LOOKED_AFTER = 5
"""Seconds between two looks at the worker."""


class Embedded(BaseApplication):
    """gunicorn, started from our own command."""

    def __init__(self, app: Flask, *, host: str, port: int) -> None:
        self._app = app
        self._options: dict[str, Any] = {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "workers": 1,
            "threads": THREADS,
            "keepalive": 15,
            "graceful_timeout": 3,
            "timeout": 60,
            "loglevel": "warning",
            "logger_class": JsonLogger,
            "control_socket_disable": True,
            "preload_app": True,
            "post_fork": _settle,
        }
        super().__init__()

    def load_config(self) -> None:
        """Our options, and no file's or environment's."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application."""
        return self._app


def serve(app: Flask, *, host: str, port: int) -> None:
    """Serve until stopped, with a worker for the jobs beside it."""
    end_where_one_hangs(app)
    with worker_beside(app):
        Embedded(app, host=host, port=port).run()


@contextmanager
def worker_beside(app: Flask) -> Iterator[None]:
    """Keep a worker running: one that dies is started again, since mail would wait for it in silence."""
    over = threading.Event()
    running = [start_worker(app)]

    def keep() -> None:
        while not over.wait(WORKER_LOOKED_AFTER):
            if running[0].poll() is not None:
                running[0] = start_worker(app)

    threading.Thread(target=keep, name="worker-keeper", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        running[0].terminate()
        running[0].wait(timeout=10)


def start_worker(app: Flask) -> subprocess.Popen[bytes]:
    """The process that renders and sends. It ends when this one does."""
    config = app.config["ROUNDTABLE"]
    environment = {**os.environ, "ROUNDTABLE_PARENT": str(os.getpid())}
    return subprocess.Popen([sys.executable, "-m", "core.cli", "--data", str(config.data), "worker"], env=environment)


def _settle(_server: Any, _worker: Any) -> None:
    """After the fork: what is loaded stays, and the collector need not look at it."""
    gc.collect()
    gc.freeze()
