"""Pings, and who is hung up on: whoever does not answer one, and whoever never said who they are."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from engineio import packet
from flask import Flask

from tests.builders import NOW, concert, do, fan
from tests.running import ROOT, START_SECONDS, answers, free_port, wait_until
from tests.sockets.page import Page, cookie
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


def watched(client: Connection) -> Engine:
    engine: Engine = client.server
    engine.sockets[client.sid] = client
    engine.rounds.add(client.sid, client.due_at)
    return engine


def test_a_client_has_a_turn_when_its_ping_is_due_and_one_when_its_answer_is(client: Connection) -> None:
    engine, due = watched(client), client.ping_at
    engine.beat(due - 1)
    assert sent(client) == []
    engine.beat(due + 1)
    assert sent(client) == [packet.PING]
    client.last_ping = 1.0  # long ago
    engine.beat(due + 1 + engine.ping_timeout - 1)
    assert not client.closed
    engine.beat(due + 1 + engine.ping_timeout + 1)
    assert client.closed


def test_a_client_that_answers_is_pinged_again(client: Connection) -> None:
    engine, due = watched(client), client.ping_at
    engine.beat(due + 1)
    client.receive(packet.Packet(packet.PONG))
    engine.beat(due + 1 + engine.ping_timeout + 1)
    engine.beat(client.ping_at + 1)
    assert sent(client) == [packet.PING, packet.PING]


def test_one_that_cannot_be_pinged_keeps_nobody_from_it(client: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Connection(client.server, "broken")
    monkeypatch.setattr(broken, "beat", lambda _now: 1 / 0)
    engine = watched(broken)
    watched(client)
    engine.beat(client.ping_at + 1)
    assert sent(client) == [packet.PING]


def test_who_is_gone_is_looked_at_no_more(client: Connection) -> None:
    engine = watched(client)
    del engine.sockets[client.sid]
    engine.beat(LATE)
    assert sent(client) == []
    assert engine.rounds.due(LATE) == []


@pytest.fixture
def development_server(house: Flask, environment: dict[str, str]) -> Iterator[int]:
    """Flask's own server, with threads: its sockets are not gevent's, and everything goes the library's own way."""
    port = free_port()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "run", "--port", str(port)]
    told = {**environment, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with subprocess.Popen(command, cwd=ROOT, env=told) as server:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), START_SECONDS, "the server answers")
        yield port
        server.terminate()


def test_without_gevent_pages_are_live_all_the_same(house: Flask, development_server: int) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    header, _key = cookie(house, waiter)
    page = Page(development_server, header)
    assert page.enter().startswith(b"40{")
    assert page.ask("watch_line", {"concert": show.id})["ok"]
    do(joining.join, fan("latecomer"), show.id, NOW)
    moved = json.loads(page.heard(b'42["line_moved"')[2:])[1]
    assert (moved["concert"], moved["waiting"]) == (show.id, 2)
    page.close()
