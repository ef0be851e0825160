"""Writing to one websocket: whole frames, in the order given, without ever waiting for a slow client.

Needs gevent's cooperation: between the look at what is waiting and the write no other greenlet runs.
"""

from collections import deque
from contextlib import suppress
from typing import Any

import gevent
from gevent import socket
from gevent.timeout import Timeout

# Beyond what the kernel takes for a client, this much waits here; whoever is further behind reads nothing any more.
MOST_WAITING_BYTES = 256 * 1024
STALLED_SECONDS = 15.0  # without a byte moving: longer than a train's tunnel, shorter than a missed ping


def is_plain(connection: object) -> bool:
    """Whether bytes written to this connection go to the client as they are: not so with TLS, or without gevent."""
    return type(connection) is socket.socket


class Wire:
    """One client's socket.

    A frame goes to the kernel at once. What the kernel does not take waits here, and everything later behind it,
    so that no frame is cut or overtaken; a greenlet, there only while something waits, brings it out. A client
    that lets too much wait, or takes nothing for too long, is hung up on.
    """

    __slots__ = ("connection", "is_down", "push", "slow", "waiting", "waiting_bytes")

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        # The socket beneath gevent's never blocks: it takes what there is room for, or raises BlockingIOError.
        self.push = connection._sock.send
        self.waiting: deque[bytes] | None = None
        self.waiting_bytes = 0
        self.slow: gevent.Greenlet | None = None
        self.is_down = False

    def write(self, frame: bytes) -> None:
        """Send a frame, now or behind what is waiting. Never blocks and never raises; a dead client is hung up on."""
        if self.waiting is not None or self.is_down:
            self._wait(frame)
            return
        try:
            sent = self.push(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.hang_up()
            return
        if sent != len(frame):
            self._wait(frame[sent:])

    def finish(self, frame: bytes) -> None:
        """Send a last frame and nothing after it; the client that waits for more hears the line go dead."""
        self.write(frame)
        if self.waiting is None:
            self.hang_up()
        else:
            self.waiting.append(b"")  # the end, when everything before it is out

    def hang_up(self) -> None:
        """End the connection both ways: its reader hears the end and leaves."""
        if not self.is_down:
            self.is_down = True
            self.waiting = None
            with suppress(OSError):  # it was gone already
                self.connection.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """No more writing: the socket's number may soon be another client's."""
        self.hang_up()
        if self.slow is not None:
            self.slow.kill()

    def _wait(self, rest: bytes) -> None:
        if self.is_down:
            return
        if self.waiting is None:
            self.waiting, self.waiting_bytes = deque(), 0
            self.slow = gevent.spawn(self._bring_out)
        self.waiting.append(rest)
        self.waiting_bytes += len(rest)
        if self.waiting_bytes > MOST_WAITING_BYTES:
            self.hang_up()

    def _bring_out(self) -> None:
        try:
            while self.waiting:
                with Timeout(STALLED_SECONDS):
                    socket.wait_write(self.connection.fileno())
                if self.waiting:  # hung up on in the meantime
                    self._push_on(self.waiting)
        except (OSError, Timeout):
            self.hang_up()
        finally:
            self.slow = None

    def _push_on(self, waiting: deque[bytes]) -> None:
        """One write of what is first. `waiting` is None again, and writes go straight out, once all of it is out."""
        first = waiting.popleft()
        if not first:
            self.hang_up()
            return
        try:
            sent = self.push(first)
        except BlockingIOError:
            sent = 0
        self.waiting_bytes -= sent
        if sent < len(first):
            waiting.appendleft(first[sent:])
        elif not waiting:
            self.waiting = None
