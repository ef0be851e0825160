"""One fan's socket as a page opens it: raw bytes over epoll, since thousands of them share a process with one core."""

import json
import os
import random
import socket
from dataclasses import dataclass, field

HOST = "127.0.0.1"
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS, RETRY_SPREAD = 1.0, 15.0, 0.7  # as static/js/live.js has them
RECEIVE_BYTES = 65_536
TEXT, CLOSE = 0x81, 0x88
ANSWERED = b'430[{"ok":true'

NEW, UPGRADING, OPENING, WATCHING, LIVE, DOWN, REFUSED = range(7)


def frame(text: str) -> bytes:
    """A client's frame. The mask is all zeros, which changes nothing: it guards proxies, and here is none."""
    payload = text.encode()
    assert len(payload) <= 125
    return bytes((TEXT, 0x80 | len(payload))) + b"\0\0\0\0" + payload


def frames(received: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The whole frames in what a server has sent, as (first byte, payload), and what is left."""
    found = []
    while len(received) >= 2:
        size, start = received[1], 2
        if size == 126:
            size, start = int.from_bytes(received[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(received[2:10], "big"), 10
        if len(received) < start + size:
            break
        found.append((received[0], received[start : start + size]))
        received = received[start + size :]
    return found, received


@dataclass
class Client:
    """A fan with a cookie, who comes from `address` and watches the line of `concert`."""

    cookie: str
    address: str
    port: int
    concert: int
    state: int = NEW
    attempts: int = 0
    rest: bytes = b""
    answer: bytes = b""
    connection: socket.socket | None = field(default=None, repr=False)

    def open(self) -> int:
        """Begin to connect; returns the file number, which is writable once connected."""
        self.connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.connection.setblocking(False)
        # The port is chosen on connecting, so that each pair of addresses has all of them.
        self.connection.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
        self.connection.bind((self.address, 0))
        self.state, self.rest = UPGRADING, b""
        self.connection.connect_ex((HOST, self.port))
        return self.connection.fileno()

    def ask(self, user_agent: str) -> None:
        """The upgrade, once connected."""
        key = "ZnJvbnRyb3ctYmVuY2gtIQ=="
        self._send(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"User-Agent: {user_agent}\r\nCookie: {self.cookie}\r\n\r\n".encode()
        )

    def hear(self) -> list[bytes]:
        """Read what has come and answer it; returns the payloads that are for the page. Raises OSError at the end."""
        assert self.connection is not None
        received = self.connection.recv(RECEIVE_BYTES)
        if not received:
            raise ConnectionResetError
        return self.take(received)

    def take(self, received: bytes) -> list[bytes]:
        received = self.rest + received
        if self.state == UPGRADING:
            head, end, received = received.partition(b"\r\n\r\n")
            if not end:
                self.rest = head
                return []
            if b" 101 " not in head[:20]:
                raise ConnectionRefusedError(head[:60])
            self.state = OPENING
        whole, self.rest = frames(received)
        return [payload for first, payload in whole if self._answer(first, payload)]

    def retry_seconds(self) -> float:
        """How long the page waits before it tries again: longer each time, and a large part of it left to chance."""
        wait = FIRST_RETRY_SECONDS * 2.0**self.attempts
        self.attempts += 1
        spread = random.random() * RETRY_SPREAD * wait
        return min(LAST_RETRY_SECONDS, wait + random.choice((-1, 1)) * spread)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection, self.state, self.rest = None, DOWN, b""

    def _answer(self, first: int, payload: bytes) -> bool:
        """Go on with the greeting; True for a message that is for the page."""
        if first == CLOSE:
            raise ConnectionResetError
        if payload == b"2":
            self._send(frame("3"))
        elif payload[:1] == b"0":
            self._send(frame("40"))
        elif payload[:2] == b"40":
            self.state = WATCHING
            self._send(frame("420" + json.dumps(["watch_line", {"concert": self.concert}], separators=(",", ":"))))
        elif payload[:2] == b"43":
            self.state = LIVE if payload.startswith(ANSWERED) else REFUSED
            self.answer = payload
            self.attempts = 0
        elif payload[:2] == b"44":
            self.state, self.answer = REFUSED, payload
        else:
            return True
        return False

    def _send(self, data: bytes) -> None:
        assert self.connection is not None
        os.write(self.connection.fileno(), data)
