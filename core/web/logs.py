"""What goes into the log: a line of JSON for each request and for each fault, with no name, no address and no text.

A request is told by its route as it is declared, never by its path, and its reader by their opaque number. Our own
loggers say nothing else than fixed words and places in the code. What a library says may hold anything (an address that
was asked for, a row that could not be saved): of it stand the logger, the words that are fixed, and the place.
"""

import json
import logging
import sys
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

from flask import Flask, Response, g, request

OWN = "roundtable"
REQUESTS = logging.getLogger("roundtable.requests")
MOST_PLACES = 8
UNROUTED = "-"
"""The route of a request that has none."""


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The moment, the level, who says it, what, and what else the record carries under `fields`."""
        said: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _words(record),
        }
        if not _is_ours(record):
            said["place"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            said["error"] = record.exc_info[0].__name__
            said["places"] = _places(record.exc_info[2])
        return json.dumps({**said, **getattr(record, "fields", {})}, ensure_ascii=False)


def set_up_logs(*, requests: bool, out: TextIO | None = None) -> None:
    """Send every log of this process to `out` (the standard error) as lines of JSON; requests, too, or faults alone."""
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    REQUESTS.setLevel(logging.INFO if requests else logging.WARNING)


def log_requests(app: Flask) -> None:
    """One line for each request, when its answer begins."""

    @app.before_request
    def _begin() -> None:
        g.begun = time.perf_counter()

    @app.after_request
    def _log(response: Response) -> Response:
        if REQUESTS.isEnabledFor(logging.INFO):
            fields = {
                "request": g.get("request_id", ""),
                "method": request.method,
                "route": route_of_request(),
                "status": response.status_code,
                "ms": round(seconds_so_far() * 1000, 1),
                "actor": _actor(),
            }
            REQUESTS.info("request", extra={"fields": fields})
        return response


def route_of_request() -> str:
    """The route as it is declared: `/cases/<int:case_id>`, never a path."""
    return request.url_rule.rule if request.url_rule is not None else UNROUTED


def seconds_so_far() -> float:
    """Since this request began."""
    begun: float | None = g.get("begun")
    return time.perf_counter() - begun if begun is not None else 0.0


def _actor() -> str | None:
    """Who asked, if that was asked for: nobody is looked up for the log."""
    actor = getattr(g.get("_login_user"), "actor", None)
    return actor.opaque if actor is not None else None


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name == OWN or record.name.startswith(f"{OWN}.")


def _words(record: logging.LogRecord) -> str:
    """Our own words whole. Of others' what stands in their source: only then are there arguments beside it."""
    if _is_ours(record):
        return record.getMessage()
    return str(record.msg) if record.args else ""


def _places(traceback: TracebackType | None) -> list[str]:
    """Where it went wrong, the innermost last: files and lines, without what was in them."""
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-MOST_PLACES:]
