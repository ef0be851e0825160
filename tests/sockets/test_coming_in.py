"""Sockets that come in while the database stumbles or takes its time: told to come again, or forgotten whole."""

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import Mock

import gevent
import pytest
from engineio import packet
from flask import Flask
from gevent import socket
from gevent.event import Event
from sqlalchemy.exc import OperationalError
from werkzeug.test import EnvironBuilder

from bench.client import frame
from tests.builders import fan
from tests.running import wait_until
from tests.sockets.page import cookie
from webapp.errors import TooBusy
from webapp.extensions import socketio
from webapp.live import delivery, sockets
from webapp.live.engine import Connection
from webapp.live.guests import guests
from webapp.live.patience import Patience

PATIENCE_SECONDS = 10


class Client:
    """A browser's end of a socket that this process serves."""

    def __init__(self, app: Flask, header: str) -> None:
        engine = socketio.server.eio
        environ = EnvironBuilder("/socket.io/?EIO=4&transport=websocket", headers={"Cookie": header}).get_environ()
        self.end, self.browser = socket.socketpair()
        self.browser.settimeout(PATIENCE_SECONDS)
        self.connection = Connection(engine, engine.generate_id())
        engine.sockets[self.connection.sid] = self.connection
        self.connection.send(packet.Packet(packet.OPEN, {}))
        engine._trigger_event("connect", self.connection.sid, environ | {"flask.app": app}, run_async=False)
        self.connection.schedule_ping()
        self.serving = gevent.spawn(self._serve)
        self.browser.sendall(frame("40"))

    def _serve(self) -> None:
        try:
            self.connection._serve(self.end, b"")
        finally:
            socketio.server.eio.sockets.pop(self.connection.sid, None)

    def hears(self, words: bytes) -> bool:
        """Whether these are said to it, before it is hung up on."""
        heard = b""
        while words not in heard and (more := self.browser.recv(4_096)):
            heard += more
        return words in heard

    def leave(self) -> None:
        self.browser.shutdown(socket.SHUT_WR)
        self.serving.join(PATIENCE_SECONDS)
        for one in (self.browser, self.end):
            one.close()


@pytest.fixture
def come_in(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Client]]:
    """A fan's socket that comes in. Afterwards nothing of any of them may be left."""
    monkeypatch.setattr(delivery, "start", lambda: None)
    monkeypatch.setattr(sockets, "patience", Patience())
    for said in (
        "_send_packet",
        "_send_eio_packet",
    ):  # Flask-SocketIO's test client puts itself in their place for good
        monkeypatch.setattr(socketio.server, said, getattr(type(socketio.server), said).__get__(socketio.server))
    header, _ = cookie(house, fan("waiter"))
    before = _kept()
    yield lambda: Client(house, header)
    wait_until(lambda: _kept() == before, PATIENCE_SECONDS, "nothing of them is left")


def _kept() -> Any:
    manager = socketio.server.manager
    rooms = {str(room): len(members) for room, members in manager.rooms.get("/", {}).items()}
    pending = [sid for sids in manager.pending_connect.values() for sid in sids]
    return rooms, pending, dict(guests), dict(sockets.patience.sockets)


def test_whoever_comes_in_is_told_so_and_leaves_nothing_behind(come_in: Callable[[], Client]) -> None:
    client = come_in()
    assert client.hears(b'40{"sid":')
    client.leave()


@pytest.mark.parametrize("trouble", [TooBusy(), OperationalError("", {}, Exception())])
def test_who_cannot_be_asked_about_is_told_to_come_again(
    come_in: Callable[[], Client], monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(sockets, "_signed_in", Mock(side_effect=trouble))
    client = come_in()
    assert client.hears(b'44{"message":"unavailable"}')
    client.leave()


def test_a_socket_that_was_given_up_on_while_it_waited_is_no_guest(
    come_in: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered, signed_in = Event(), Event(), sockets._signed_in

    def slowly() -> Any:
        user = signed_in()
        asked.set()
        assert answered.wait(PATIENCE_SECONDS)
        return user

    monkeypatch.setattr(sockets, "_signed_in", slowly)
    client = come_in()
    assert asked.wait(PATIENCE_SECONDS)
    client.connection.beat(client.connection.ping_at + 1)
    assert client.connection.closed
    answered.set()
    client.leave()
