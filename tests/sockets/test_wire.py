"""One client's socket: frames arrive whole and in order however slowly it reads, and it holds up nobody else."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent import socket

from bench.client import frames as whole_frames
from webapp.live import frames, wire
from webapp.live.wire import Wire

PATIENCE_SECONDS = 60
WRITERS, FRAMES_EACH = 3, 150


class CarelessWire(Wire):
    """As if nothing had to wait: what the kernel does not take at once is lost."""

    def _wait(self, rest: bytes) -> None:
        pass


Pair = Callable[[], tuple[Any, Any]]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A server's and a client's end with little room between them, as many as asked for."""
    opened: list[Any] = []

    def open_one() -> tuple[Any, Any]:
        server, client = socket.socketpair()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        opened.extend((server, client))
        return server, client

    yield open_one
    for one in opened:
        one.close()


def read_to_the_end(client: Any, size: Callable[[], int] = lambda: 65536) -> bytes:
    received = b""
    while part := client.recv(size()):
        received += part
    return received


def heard_through(kind: type[Wire], pair: Pair) -> list[bytes]:
    """What a client that reads a few bytes at a time hears, while several speak to it at once."""
    server, client = pair()
    speaking, chance = kind(server), random.Random(7)

    def speak(name: str) -> None:
        for number in range(FRAMES_EACH):
            speaking.write(frames.frame(f"{name}{number} " + "." * chance.choice((3, 130, 900))))
            gevent.sleep(0)  # lets the others speak

    reading = gevent.spawn(read_to_the_end, client, lambda: chance.randint(1, 9))
    gevent.joinall([gevent.spawn(speak, name) for name in "abc"], timeout=PATIENCE_SECONDS, raise_error=True)
    speaking.finish(frames.closing())
    received = reading.get(timeout=PATIENCE_SECONDS)
    speaking.leave()
    found, rest = whole_frames(received)
    assert rest == b""
    return [payload for _first, payload in found]


def is_in_order(heard: list[bytes]) -> bool:
    spoken = [payload.split(b" ")[0].decode() for payload in heard[:-1]]
    return all(
        [word for word in spoken if word[0] == name] == [f"{name}{number}" for number in range(FRAMES_EACH)]
        for name in "abc"
    )


def test_a_client_that_reads_byte_by_byte_gets_whole_frames_in_order(pair: Pair) -> None:
    heard = heard_through(Wire, pair)
    assert len(heard) == WRITERS * FRAMES_EACH + 1
    assert heard[-1] == (1000).to_bytes(2, "big")
    assert is_in_order(heard)


def test_without_waiting_for_room_frames_would_be_cut(pair: Pair) -> None:
    with pytest.raises((AssertionError, UnicodeDecodeError, IndexError)):
        assert is_in_order(heard_through(CarelessWire, pair))


def test_a_client_that_does_not_read_holds_up_nobody_and_is_dropped(pair: Pair) -> None:
    (stalled_end, stalled_client), (quick_end, quick_client) = pair(), pair()
    stalled, quick = Wire(stalled_end), Wire(quick_end)
    reading = gevent.spawn(read_to_the_end, quick_client)
    message = frames.frame("x" * 1000)
    for _ in range(400):
        for one in (stalled, quick):
            one.write(message)
        while quick.waiting is not None:
            gevent.idle()  # until its client has read
    assert stalled.is_down
    assert not quick.is_down
    quick.finish(frames.closing())
    assert reading.get(timeout=PATIENCE_SECONDS) == message * 400 + frames.closing()
    assert len(read_to_the_end(stalled_client)) < 100_000
    for one in (stalled, quick):
        one.leave()


def test_a_client_that_takes_nothing_for_too_long_is_dropped(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "STALLED_SECONDS", 0.05)
    server, _client = pair()
    stalled = Wire(server)
    stalled.write(frames.frame("x" * 100_000))
    assert stalled.slow is not None
    # The reader of the connection hears the end.
    heard = gevent.spawn(lambda: list(frames.messages(server.recv, stalled.write, 100)))
    assert heard.get(timeout=PATIENCE_SECONDS) == []
    assert stalled.is_down
    stalled.leave()
    assert stalled.slow is None


def test_a_client_that_is_gone_is_noticed_on_writing(pair: Pair) -> None:
    server, client = pair()
    client.close()
    gone = Wire(server)
    gone.write(b"x")
    assert gone.is_down
    gone.write(b"x")
    gone.leave()


def test_leaving_stops_the_greenlet_that_still_had_something_to_bring_out(pair: Pair) -> None:
    server, _client = pair()
    leaving = Wire(server)
    leaving.write(b"x" * 100_000)
    bringing_out = leaving.slow
    assert bringing_out is not None
    gevent.sleep(0)
    leaving.leave()
    assert bringing_out.dead


def test_only_plain_sockets_are_written_to_directly(pair: Pair) -> None:
    import socket as threads

    server, _client = pair()
    assert wire.is_plain(server)
    assert not wire.is_plain(None)
    with threads.socket() as other:
        assert not wire.is_plain(other)
