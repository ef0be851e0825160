"""Figures for Prometheus. For the monitoring inside: whatever came through a proxy gets no answer."""

from collections.abc import Iterable

from flask import Blueprint, Response, abort, request
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from webapp import clock
from webapp.api import measuring, metrics

blueprint = Blueprint("metrics", __name__)


class _Figures(Collector):
    """Metric families that have been read already, as prometheus_client takes them."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[Metric]:
        return self._families


@blueprint.get("/metrics")
def show() -> Response:
    if "X-Forwarded-For" in request.headers:
        abort(404)
    registry = CollectorRegistry()
    registry.register(_Figures(metrics.families(clock.now())))
    return Response(measuring.text() + generate_latest(registry), content_type=measuring.CONTENT_TYPE_LATEST)
