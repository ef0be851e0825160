"""Counting what this process answers: requests and seconds by route, never by address. Read by metrics_routes.py.

Under gunicorn each worker writes its counts to files that they all share, so any of them can answer for all.
"""

import os
from functools import cache
from time import perf_counter

from flask import Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

from webapp.extensions import socketio

METHODS = {"GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"}
# From a page out of memory to one a fan gives up on.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

ANSWERS = Counter("frontrow_http_requests", "Requests answered, by route and status", ["method", "route", "status"])
LATENCY = Histogram("frontrow_http_seconds", "Seconds an answer took, by route", ["method", "route"], buckets=SECONDS)
SOCKETS = Gauge("frontrow_sockets", "Open sockets, as of each process's last answer", multiprocess_mode="liveall")

__all__ = ["CONTENT_TYPE_LATEST", "register", "text"]


def register(app: Flask) -> None:
    app.before_request(_start)
    app.after_request(_count)


def text() -> bytes:
    """The counts of all web processes of this machine, as Prometheus reads them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


# Found once: Prometheus looks a counter up under a lock. There are as many as routes, methods and statuses.
@cache
def _answers(method: str, route: str, status: int) -> Counter:
    return ANSWERS.labels(method, route, str(status))


@cache
def _latency(method: str, route: str) -> Histogram:
    return LATENCY.labels(method, route)


def _start() -> None:
    g.started_at = perf_counter()


def _count(response: Response) -> Response:
    # The rule and not the path: there are as many as the code has, whatever clients ask for.
    route = request.url_rule.rule if request.url_rule else "none"
    method = request.method if request.method in METHODS else "other"
    _answers(method, route, response.status_code).inc()
    _latency(method, route).observe(perf_counter() - g.get("started_at", perf_counter()))
    server = socketio.server
    SOCKETS.set(len(server.eio.sockets) if server else 0)
    return response
