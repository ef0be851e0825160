"""A page's socket as raw bytes, for tests that must see each of them."""

import json
import socket
from typing import Any

from flask import Flask

from bench.client import frame, frames
from tests.builders import do
from webapp import clock
from webapp.accounts import signing_in

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
PATIENCE_SECONDS = 30


def cookie(app: Flask, user_id: int) -> tuple[str, str]:
    """The cookie header of a new sign-in, and its key."""
    key = do(signing_in.start, user_id, clock.now())
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = key
    found = browser.get_cookie("frontrow")
    assert found
    return f"frontrow={found.value}", key


class Page:
    """An open websocket to a running server."""

    def __init__(self, port: int, cookie: str = "", room: int | None = None) -> None:
        self.connection = socket.socket()
        if room:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.connection.settimeout(PATIENCE_SECONDS)
        self.connection.connect(("127.0.0.1", port))
        self.connection.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"
            f"Sec-WebSocket-Extensions: permessage-deflate\r\nCookie: {cookie}\r\n\r\n".encode()
        )
        self.head, self.rest, self.found = b"", b"", list[bytes]()
        while b"\r\n\r\n" not in self.head:
            self.head += self._more()
        self.head, _, self.rest = self.head.partition(b"\r\n\r\n")

    def enter(self) -> bytes:
        """Say who it is; returns the answer."""
        assert self.next().startswith(b"0{")
        self.say("40")
        return self.heard(b"40", b"44")

    def ask(self, event: str, question: Any) -> Any:
        self.say("420" + json.dumps([event, question]))
        return json.loads(self.heard(b"430")[3:])[0]

    def say(self, text: str) -> None:
        self.connection.sendall(frame(text))

    def heard(self, *start: bytes) -> bytes:
        """The next message that starts so; the ones before it are passed over."""
        while not (message := self.next()).startswith(start):
            pass
        return message

    def next(self) -> bytes:
        """The next whole message. Raises ConnectionError once the server has hung up."""
        while not self.found:
            whole, self.rest = frames(self.rest)
            self.found = [payload for _first, payload in whole]
            if not self.found:
                self.rest += self._more()
        return self.found.pop(0)

    def is_closed(self) -> bool:
        """Read on to the end, if there is one."""
        try:
            while True:
                self.next()
        except ConnectionError:
            return True

    def close(self) -> None:
        self.connection.close()

    def _more(self) -> bytes:
        received = self.connection.recv(65536)
        if not received:
            raise ConnectionResetError
        return received
