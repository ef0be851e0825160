"""A web is taken away under a fan who waits: the socket goes, the place does not, and another web goes on with it."""

import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import requests
from flask import Flask

from tests.builders import concert, do, fan
from tests.running import answers, free_port, process, stop, wait_until
from tests.sockets.page import Page, cookie
from webapp import clock
from webapp.waiting_room import admission, joining


def test_a_place_outlives_the_web_that_showed_it(house: Flask, environment: dict[str, str]) -> None:
    line = concert(capacity=1)
    first, second, waiter = (fan(role) for role in ("first", "second", "waiter"))
    for one in (first, second, waiter):
        do(joining.join, one, line.id, clock.now())
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ports, addresses, webs = [], [], []
        for name in ("old", "new"):
            port = free_port()
            told = {**environment, "PORT": str(port), "WEB_CONCURRENCY": "1", "DATABASE_POOL": "5"}
            told["PROMETHEUS_MULTIPROC_DIR"] = str(Path(folder) / name)
            Path(told["PROMETHEUS_MULTIPROC_DIR"]).mkdir()
            webs.append(stack.enter_context(process("web", told)))
            ports.append(port)
            addresses.append(f"http://127.0.0.1:{port}")
        for address in addresses:
            wait_until(lambda address=address: answers(f"{address}/readyz"), 60, "the web answers")  # type: ignore[misc]
        header, _key = cookie(house, waiter)
        page = stack.enter_context(closing(Page(ports[0], header)))
        page.enter()
        assert page.ask("watch_line", {"concert": line.id})["line"]["serving"] == 1

        stop(webs[0])
        assert page.is_closed()
        do(admission.leave, first, line.id, clock.now())

        moved = stack.enter_context(closing(Page(ports[1], header)))
        moved.enter()
        seen = moved.ask("watch_line", {"concert": line.id})
        assert (seen["ok"], seen["line"]["serving"]) == (True, 2)
        place = requests.get(f"{addresses[1]}/concerts/show/line/position", headers={"Cookie": header}, timeout=30)
        assert (place.json()["number"], place.json()["ahead"], place.json()["state"]) == (3, 0, "waiting")
