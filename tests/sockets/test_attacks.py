"""What no page of ours says: whoever says it is hung up on without a word in the log, and nobody else notices."""

import logging
from collections.abc import Callable, Iterator

import gevent
import pytest
from engineio import packet as engine_packet
from gevent import socket
from socketio import packet
from wsproto.frame_protocol import FrameProtocol

from bench.client import frames as whole_frames
from webapp.live import engine
from webapp.live.engine import Connection
from webapp.live.fanout import Fanout, Server
from webapp.live.packets import Packet

PATIENCE_SECONDS = 30
QUESTION = '420["watch_line",{"concert":1}]'

FOREIGN = {
    "no Engine.IO": ["hello"],
    "nothing": [""],
    "an empty message": ["4"],
    "a file": [b"\x00\x01"],
    "a file in words": ["bAAAA"],
    "no file in words": ["b!!!!"],
    "a packet of no type": ["48"],
    "a number that is none": ["²"],
    "half a word": ["40{"],
    "lists in lists": ["40", "42" + "[" * 1900],
    "no list": ["40", '42{"a":1}'],
    "no name": ["40", "42[]"],
    "a name that is a list": ["40", "42[[1],2]"],
    "no event": ["40", "42"],
    "an endless number": ["40", '42["watch_line",' + "9" * 1900 + "]"],
    "an endless id": ["40", "42" + "9" * 1500 + '["watch_line"]'],
    "coming, as an event": ["40", '42["connect"]'],
    "going, as an event": ["40", '42["disconnect"]'],
    "an answer to nothing": ["40", '43999["x"]'],
    "a refusal": ["44"],
    "an event with files": ["40", '451-["x",{"_placeholder":true,"num":99}]'],
    "a flood of pongs": ["40", *["3"] * 200],
    "coming and going without end": ["40", "41"] * 200,
}


class Client:
    """A browser's end, while our end is being served."""

    def __init__(self, server: Server) -> None:
        self.end, self.browser = socket.socketpair()
        self.browser.settimeout(PATIENCE_SECONDS)
        self.connection = Connection(server.eio, server.eio.generate_id())
        server.eio.sockets[self.connection.sid] = self.connection
        self.connection.send(engine_packet.Packet(engine_packet.OPEN, {}))
        server.eio._trigger_event("connect", self.connection.sid, {}, run_async=False)
        self.serving = gevent.spawn(self.connection._serve, self.end, b"")

    def say(self, *messages: str | bytes) -> None:
        for message in messages:
            try:
                self.browser.sendall(bytes(FrameProtocol(client=True, extensions=[]).send_data(message)))
            except OSError:
                return  # hung up on already

    def is_hung_up_on(self) -> bool:
        """Read to the end, which comes or this fails."""
        try:
            while self.browser.recv(65536):
                pass
        except ConnectionResetError:
            pass  # it ended with words of ours unread
        self.serving.get(timeout=PATIENCE_SECONDS)
        return self.connection.closed

    def answer(self) -> bytes:
        return self.heard()[-1]

    def heard(self) -> list[bytes]:
        """What comes next, up to an answer of ours."""
        received = b""
        while b"430[" not in received:
            part = self.browser.recv(65536)
            assert part
            received += part
        return [payload for _first, payload in whole_frames(received)[0]]


@pytest.fixture
def server() -> Server:
    server = Server(client_manager=Fanout(), serializer=Packet, async_mode="threading", max_http_buffer_size=2000)
    server.on("connect", lambda *_about: True)
    server.on("disconnect", lambda *_about: None)
    server.on("watch_line", lambda _sid, question: question)
    return server


@pytest.fixture
def come(server: Server) -> Iterator[Callable[[], Client]]:
    clients: list[Client] = []

    def another() -> Client:
        clients.append(Client(server))
        return clients[-1]

    yield another
    for one in clients:
        one.browser.close()
        one.serving.join(timeout=PATIENCE_SECONDS)
        one.end.close()


@pytest.mark.parametrize("said", FOREIGN.values(), ids=FOREIGN.keys())
def test_whoever_says_what_no_page_says_is_hung_up_on(
    said: list[str | bytes], server: Server, come: Callable[[], Client], caplog: pytest.LogCaptureFixture
) -> None:
    calm, rude = come(), come()
    calm.say("40", QUESTION)
    assert calm.answer() == b'430[{"concert":1}]'
    with caplog.at_level(logging.DEBUG):
        rude.say(*said)
        assert rude.is_hung_up_on()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert len(server.environ) == 1
    calm.say("3", '42["from a newer page"]', QUESTION)
    assert calm.answer() == b'430[{"concert":1}]'


def test_whoever_has_not_been_let_in_is_not_answered(server: Server, come: Callable[[], Client]) -> None:
    early = come()
    early.say(QUESTION, "40/elsewhere,", QUESTION, "40", QUESTION)
    greeting, refused, let_in, answered = early.heard()
    assert (greeting[:2], let_in[:3], answered) == (b"0{", b"40{", b'430[{"concert":1}]')
    assert refused.startswith(b"44/elsewhere,")
    assert set(server.manager.rooms) == {"/"}


def test_as_the_library_has_it_they_would_be_logged_and_listened_to(
    server: Server, come: Callable[[], Client], caplog: pytest.LogCaptureFixture
) -> None:
    server.packet_class = packet.Packet
    rude = come()
    rude.say("40", "42[]", QUESTION)
    assert rude.answer() == b'430[{"concert":1}]'
    assert "IndexError" in caplog.text


def test_a_page_says_as_much_as_it_likes_if_it_takes_its_time(
    come: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "MOST_SAID", 3)
    page = come()
    page.connection.is_known = True
    page.say("40", QUESTION)
    for number in range(5):
        assert page.answer()
        page.connection.schedule_ping()
        page.connection.beat(page.connection.ping_at)
        page.say("3", QUESTION if number < 4 else "1")
    assert page.is_hung_up_on()  # it went by itself
