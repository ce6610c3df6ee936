"""Figures of this process for Prometheus: how many requests, how long they took. Routes as declared, and no names.

prometheus_client is loaded only where ROUNDTABLE_METRICS is on. Where PROMETHEUS_MULTIPROC_DIR is set (by
deploy/gunicorn.conf.py), the processes of one gunicorn count in files there, and each answers for all.
"""

import hmac
import os
from collections.abc import Callable, Mapping

from flask import Flask, Response, request

from core.web.logs import route_of_request, seconds_so_far

EXTENSION = "roundtable_figures"
BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
PROXIED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


class Figures:
    """What one application counts."""

    def __init__(self, streams: Callable[[], int]) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "roundtable_requests",
            "Answers by method, route and status",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "roundtable_request_seconds",
            "Seconds until an answer begins, by route",
            ["route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._streams = Gauge(
            "roundtable_streams",
            "Open streams of live pages",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        self._streams_now = streams

    def count(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """One more answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        self._streams.set(self._streams_now())

    def text(self, more: Mapping[str, tuple[str, float]]) -> tuple[bytes, str]:
        """All in Prometheus' text format, and its type; `more` is name -> what it is, and the value of this moment."""
        from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest, multiprocess

        registry = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry) + _lines(more), CONTENT_TYPE_PLAIN_0_0_4


def _lines(more: Mapping[str, tuple[str, float]]) -> bytes:
    """Gauges of the moment, which no process keeps: they are the database's."""
    each = (f"# HELP {name} {what}\n# TYPE {name} gauge\n{name} {value:.15g}\n" for name, (what, value) in more.items())
    return "".join(each).encode()


def count_requests(app: Flask, streams: Callable[[], int]) -> None:
    """Count every request, where that is asked for."""
    if not app.config["ROUNDTABLE"].metrics:
        return
    figures = Figures(streams)
    app.extensions[EXTENSION] = figures

    @app.after_request
    def _count(response: Response) -> Response:
        method = request.method if request.method in {"GET", "HEAD", "POST"} else "other"
        figures.count(method=method, route=route_of_request(), status=response.status_code, seconds=seconds_so_far())
        return response


def may_read_figures(token: str) -> bool:
    """Whether the request comes from this machine itself, past no proxy, or bears the token."""
    given = request.authorization
    if token and given is not None and given.type == "bearer":
        return hmac.compare_digest((given.token or "").encode(), token.encode())
    return _is_here() and not any(name in request.headers for name in PROXIED)


def _is_here() -> bool:
    return (request.remote_addr or "").startswith("127.") or request.remote_addr == "::1"
