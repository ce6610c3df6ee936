"""gunicorn, as the units in this folder start it: `gunicorn --config gunicorn.conf.py core.wsgi:application`.

ROUNDTABLE_PART says what this gunicorn serves:

    all      one process with 128 threads, pages and streams of live pages; enough for a partnership on one machine
    pages    a few threads in each of several processes; WEB_CONCURRENCY says how many, 2 without it
    streams  one process with 128 threads, the streams alone; nginx sends them there

`pages` and `streams` go together, and want PostgreSQL: it tells each process what another has saved.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

part = os.environ.get("ROUNDTABLE_PART", "all")
if part not in ("all", "pages", "streams"):
    raise SystemExit(f"ROUNDTABLE_PART is “{part}”. It must be all, pages or streams.")

bind = f"127.0.0.1:{os.environ.get('ROUNDTABLE_PORT') or (8001 if part == 'streams' else 8000)}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2")) if part == "pages" else 1
threads = 8 if part == "pages" else 128  # each open live page holds one
preload_app = True
keepalive = 15
timeout = 60
graceful_timeout = 3
limit_request_line = 4094
worker_tmp_dir = "/dev/shm"  # noqa: S108  a heartbeat waits for no disk; gunicorn makes its file safely
control_socket_disable = True
loglevel = "warning"
logger_class = "core.commands.logger.JsonLogger"  # its own would write out addresses
accesslog = None  # each request is a line of the application's log

if workers > 1 and os.environ.get("ROUNDTABLE_METRICS") == "1":
    # The processes count together in files, and each answers for all. Read when prometheus_client is first loaded.
    counted = Path(tempfile.gettempdir()) / f"roundtable-figures-{part}"
    shutil.rmtree(counted, ignore_errors=True)
    counted.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counted)


def post_fork(server, worker):
    """What is loaded stays, and the collector need not walk it at each turn: a third more requests a second."""
    gc.collect()
    gc.freeze()


def child_exit(server, worker):
    """A process that ended has no open streams."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)
