"""A web is taken away under a fan who waits: the socket goes, the place does not, and another web goes on with it."""

import json
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from simple_websocket import Client, ConnectionClosed

from tests.builders import concert, do, fan
from tests.running import answers, free_port, process, stop, wait_until
from webapp import clock
from webapp.accounts import signing_in
from webapp.waiting_room import admission, joining

ANSWER_SECONDS = 10


class Page:
    """A page's socket, as far as it is needed here: Socket.IO 5 over one websocket."""

    def __init__(self, address: str, cookie: str) -> None:
        url = address.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
        self.socket = Client.connect(url, headers={"Cookie": cookie})
        # Said first: the web's own greeting may lie unread behind the handshake until something follows it.
        self.socket.send("40")
        self.until("40")

    def next(self) -> str:
        said = self.socket.receive(timeout=ANSWER_SECONDS)
        assert said is not None, "the web said nothing"
        return str(said)

    def watch_line(self, concert_id: int) -> dict[str, Any]:
        self.socket.send(f'420["watch_line",{{"concert":{concert_id}}}]')
        found: dict[str, Any] = json.loads(self.until("430")[3:])[0]
        return found

    def until(self, kind: str) -> str:
        """The next message of a kind; what else the web says goes by."""
        while not (said := self.next()).startswith(kind):
            pass
        return said


def signed_in(app: Flask, user_id: int) -> str:
    """The cookie of a browser that this fan is signed in with."""
    key = do(signing_in.start, user_id, clock.now())
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'_user_id': key, '_fresh': True})}"


def test_a_place_outlives_the_web_that_showed_it(house: Flask, environment: dict[str, str]) -> None:
    line = concert(capacity=1)
    first, second, waiter = (fan(role) for role in ("first", "second", "waiter"))
    for one in (first, second, waiter):
        do(joining.join, one, line.id, clock.now())
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        addresses, webs = [], []
        for name in ("old", "new"):
            port = free_port()
            told = {**environment, "PORT": str(port), "WEB_CONCURRENCY": "1", "DATABASE_POOL": "5"}
            told["PROMETHEUS_MULTIPROC_DIR"] = str(Path(folder) / name)
            Path(told["PROMETHEUS_MULTIPROC_DIR"]).mkdir()
            webs.append(stack.enter_context(process("web", told)))
            addresses.append(f"http://127.0.0.1:{port}")
        for address in addresses:
            wait_until(lambda address=address: answers(f"{address}/readyz"), 60, "the web answers")  # type: ignore[misc]
        cookie = signed_in(house, waiter)
        page = Page(addresses[0], cookie)
        assert page.watch_line(line.id)["line"]["serving"] == 1

        stop(webs[0])
        with pytest.raises(ConnectionClosed):
            page.until("a message after the end")
        do(admission.leave, first, line.id, clock.now())

        seen = Page(addresses[1], cookie).watch_line(line.id)
        assert (seen["ok"], seen["line"]["serving"]) == (True, 2)
        place = requests.get(f"{addresses[1]}/concerts/show/line/position", headers={"Cookie": cookie}, timeout=10)
        assert (place.json()["number"], place.json()["ahead"], place.json()["state"]) == (3, 0, "waiting")
