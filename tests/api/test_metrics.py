"""Figures for Prometheus: what is counted, who may read it, and what happens when a store is away."""

import tempfile
from pathlib import Path

import pytest
import requests
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from tests.api.conftest import Programs
from tests.api.live import running
from tests.api.test_buying import admitted, reserve
from tests.builders import fan, house


def figures(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_line_the_seats_and_the_money_in_figures(program: Programs) -> None:
    show = house(capacity=1)
    reserve(admitted(program, show))
    fan("waiter")
    program("waiter").post("/api/queue/enter", json={})
    answer = program(None).get("/metrics")
    assert answer.mimetype == "text/plain"
    found = figures(answer.text)
    here = (("concert", "show"),)
    assert found["frontrow_line_waiting", here] == 1
    assert found["frontrow_line_serving", here] == 1
    assert found["frontrow_line_joins_total", here] == 2
    assert found["frontrow_line_called_total", here] == 1
    assert found["frontrow_seats_held", ()] == 1
    assert found["frontrow_orders", (("status", "open"),)] == 1
    assert found["frontrow_payments", (("status", "in_review"),)] == 0
    assert found["frontrow_callbacks_unsettled", ()] == 0
    assert found["frontrow_jobs_waiting", (("queue", "money"),)] == 0
    assert found["frontrow_jobs_failed", (("queue", "line"),)] == 0
    assert {found["frontrow_workers", (("queue", name),)] for name in ("money", "line", "asking", "upkeep")} == {0}
    assert (found["frontrow_postgres_up", ()], found["frontrow_redis_up", ()]) == (1, 1)


def test_a_redis_that_is_away_is_a_figure_too(program: Programs, house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.extensions, "redis", Redis(port=1, socket_connect_timeout=0.1))
    found = figures(program(None).get("/metrics").text)
    assert (found["frontrow_postgres_up", ()], found["frontrow_redis_up", ()]) == (1, 0)


def test_what_came_through_a_proxy_gets_no_figures(program: Programs) -> None:
    assert program(None).get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_routes_are_counted_and_addresses_are_not(program: Programs) -> None:
    nobody = program(None)
    for number in range(5):
        nobody.get(f"/nowhere/{number}")
        nobody.get(f"/api/queue/{number + 70}/status")
    text = nobody.get("/metrics").text
    assert "nowhere" not in text
    assert 'route="none",status="404"' in text
    assert 'route="/api/queue/<int(min=1, max=2147483647):concertId>/status"' in text


def test_every_process_of_a_web_is_counted_whichever_is_asked(house: Flask, environment: dict[str, str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(environment, Path(folder), WEB_CONCURRENCY="2") as address,
    ):
        for _ in range(20):
            requests.get(f"{address}/api/concerts", timeout=60)
        counted = ("frontrow_http_requests_total", (("method", "GET"), ("route", "/api/concerts"), ("status", "200")))
        assert [figures(requests.get(f"{address}/metrics", timeout=60).text)[counted] for _ in range(4)] == [20] * 4
