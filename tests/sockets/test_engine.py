"""Pings, and who is hung up on: whoever does not answer one, and whoever never said who they are."""

import threading
from collections.abc import Iterator

import pytest
from engineio import packet
from flask import Flask
from werkzeug.serving import make_server

from tests.builders import NOW, concert, do, fan
from tests.sockets.page import Page, cookie
from webapp.extensions import socketio
from webapp.live import delivery
from webapp.live.engine import Connection, Engine
from webapp.waiting_room import joining

LATE = 1e12


@pytest.fixture
def client() -> Connection:
    engine = Engine(async_mode="threading", ping_interval=25, ping_timeout=20)
    client = Connection(engine, "sid")
    client.is_known = True
    client.schedule_ping()
    return client


def sent(client: Connection) -> list[int]:
    return [one.packet_type for one in client.poll()] if not client.queue.empty() else []


def test_a_client_is_pinged_when_it_is_time_and_again_after_its_answer(client: Connection) -> None:
    client.beat(client.ping_at - 1)
    assert sent(client) == []
    client.beat(client.ping_at)
    assert sent(client) == [packet.PING]
    client.receive(packet.Packet(packet.PONG))
    client.beat(client.ping_at)
    assert sent(client) == [packet.PING]


def test_a_client_that_does_not_answer_a_ping_is_hung_up_on(client: Connection) -> None:
    client.beat(client.ping_at)
    client.last_ping = 1.0  # long ago
    client.beat(LATE)
    assert client.closed


def test_whoever_never_signed_in_is_hung_up_on_instead_of_pinged(client: Connection) -> None:
    client.is_known = False
    client.beat(client.ping_at)
    assert client.closed


@pytest.fixture
def development_server(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with threads, whose sockets are not gevent's: everything goes the library's own way."""
    monkeypatch.setattr(delivery, "start", lambda: None)
    server = make_server("127.0.0.1", 0, house, threaded=True)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server.server_port
    server.shutdown()
    serving.join()
    server.server_close()


def test_without_gevent_pages_are_live_all_the_same(house: Flask, development_server: int) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    header, _key = cookie(house, waiter)
    page = Page(development_server, header)
    assert page.enter().startswith(b"40{")
    assert page.ask("watch_line", {"concert": show.id})["ok"]
    socketio.emit("line_moved", {"serving": 1}, to=f"line:{show.id}")
    assert page.next() == b'42["line_moved",{"serving":1}]'
    page.close()
