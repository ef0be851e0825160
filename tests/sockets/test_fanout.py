"""A broadcast goes to whoever is in the room at that moment, straight down their wires."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gevent import socket

from bench.client import frames as whole_frames
from webapp.live import fanout
from webapp.live.engine import Connection
from webapp.live.fanout import Fanout, Server
from webapp.live.wire import Wire

ROOM = "line:1"
PATIENCE_SECONDS = 30

Enter = Callable[..., "Fan"]


class Fan:
    """A client that has been let in, and the browser's end of its socket."""

    def __init__(self, server: Server, *, has_wire: bool) -> None:
        self.server, (self.end, self.browser) = server, socket.socketpair()
        self.browser.settimeout(PATIENCE_SECONDS)
        self.connection = Connection(server.eio, server.eio.generate_id())
        self.connection.wire = Wire(self.end) if has_wire else None
        server.eio.sockets[self.connection.sid] = self.connection
        manager: Fanout = server.manager
        self.sid = manager.connect(self.connection.sid, "/")
        server.enter_room(self.sid, ROOM)

    def heard(self) -> list[bytes]:
        """Everything said to it so far. To be asked once: nothing can be said to it afterwards."""
        if self.connection.wire is None:
            return [str(packet.encode()).encode() for packet in self.connection.poll()]
        self.connection.wire.leave()
        received = b""
        while part := self.browser.recv(65536):
            received += part
        found, rest = whole_frames(received)
        assert rest == b""
        return [payload for _first, payload in found]


@pytest.fixture
def server() -> Server:
    return Server(client_manager=Fanout(), async_mode="threading")


@pytest.fixture
def enter(server: Server) -> Iterator[Enter]:
    """Fans in the room of one line, with a wire unless told otherwise."""
    entered: list[Fan] = []

    def one_more(*, has_wire: bool = True) -> Fan:
        entered.append(Fan(server, has_wire=has_wire))
        return entered[-1]

    yield one_more
    for one in entered:
        if one.connection.wire is not None:
            one.connection.wire.leave()
        one.end.close()
        one.browser.close()


def test_everybody_in_the_room_hears_the_same_and_nobody_else_does(server: Server, enter: Enter) -> None:
    waiters, leaver = [enter(), enter()], enter()
    server.emit("line_moved", {"serving": 1}, room=ROOM)
    server.leave_room(leaver.sid, ROOM)
    server.emit("line_moved", {"serving": 2}, room=ROOM)
    server.emit("live_lost")  # to everybody
    first, second, lost = (
        b'42["line_moved",{"serving":1}]',
        b'42["line_moved",{"serving":2}]',
        b'42["live_lost"]',
    )
    assert [one.heard() for one in waiters] == [[first, second, lost]] * 2
    assert leaver.heard() == [first, lost]


def test_a_broadcast_costs_one_encoding_however_many_hear_it(
    server: Server, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiters = [enter() for _ in range(5)]
    encoded: list[Any] = []
    frame = fanout.frames.frame
    monkeypatch.setattr(fanout.frames, "frame", lambda message: encoded.append(message) or frame(message))
    monkeypatch.setattr(fanout, "AT_A_STRETCH", 2)
    server.emit("line_moved", {"serving": 1}, room=ROOM)
    assert encoded == ['42["line_moved",{"serving":1}]']
    assert {len(one.heard()) for one in waiters} == {1}


def test_whoever_has_no_wire_hears_it_too(server: Server, enter: Enter) -> None:
    mixed = [enter(), enter(has_wire=False), enter()]
    server.emit("line_moved", {"serving": 1}, room=ROOM)
    assert [one.heard() for one in mixed] == [[b'42["line_moved",{"serving":1}]']] * 3


def test_one_can_be_spoken_to_alone_or_left_out(server: Server, enter: Enter) -> None:
    one, other = enter(), enter()
    server.emit("turn_over", {}, to=one.sid)
    server.emit("line_moved", {}, room=ROOM, skip_sid=one.sid)
    assert (one.heard(), other.heard()) == ([b'42["turn_over",{}]'], [b'42["line_moved",{}]'])


def test_a_wire_is_kept_in_no_room_once_its_client_is_gone(server: Server, enter: Enter) -> None:
    one, other = enter(), enter()
    manager: Fanout = server.manager
    assert set(manager.wires["/", ROOM]) == {one.sid, other.sid}
    manager.disconnect(one.sid, "/")
    assert set(manager.wires["/", ROOM]) == {other.sid}
    manager.disconnect(other.sid, "/")
    assert manager.wires == {}
    server.emit("line_moved", {}, room=ROOM)
