"""Engine.IO with one greenlet a client, which reads: no queue, no greenlet that writes, no greenlet that pings.

Where a connection is no plain socket under gevent (TLS in this process, a development server's threads), everything
goes the library's own way.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

import engineio
from engineio import exceptions, packet
from engineio.socket import Socket

from webapp.live import frames
from webapp.live.rounds import Rounds
from webapp.live.wire import Wire, is_plain

log = logging.getLogger(__name__)

PING, PONG = packet.Packet(packet.PING), packet.Packet(packet.PONG).encode()  # the same for everybody
BEAT_SECONDS = 1.0  # how exactly pings keep their time
MOST_SAID = 100  # from one ping to the next; a page answers the one, and asks a question or two


class Connection(Socket):
    """One client. With a `wire`, packets are written to it; without one, the library's writer does."""

    last_ping: float | None  # when it left, while it has no answer
    closing: bool
    closed: bool
    wire: Wire | None = None
    ping_at = 0.0
    is_known = False  # as somebody who is signed in
    said = 0  # since the last ping

    def send(self, pkt: packet.Packet) -> None:
        if self.wire is None:
            super().send(pkt)
        elif self.closed:
            raise exceptions.SocketIsClosedError
        else:
            self.wire.write(frames.frame(pkt.encode()))

    def schedule_ping(self) -> None:
        """The client has answered the last ping, if there was one; the next is due in a while."""
        if self.last_ping:
            self.last_ping = None
            self.ping_at = time.time() + self.server.ping_interval

    @property
    def due_at(self) -> float:
        """When it is worth a look: the next ping is due, or its answer."""
        return self.last_ping + self.server.ping_timeout if self.last_ping else self.ping_at

    def beat(self, now: float) -> None:
        """Ping if it is time to; hang up on who has not answered the last ping, and on who has stayed unknown."""
        if self.last_ping:
            self.check_ping_timeout()
        elif now >= self.ping_at and not self.is_known:
            self.close(wait=False)
        elif now >= self.ping_at:
            self.last_ping, self.said = now, 0
            self.send(PING)

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        if self.wire is None:
            super().close(wait=wait, abort=abort, reason=reason)
        elif not self.closed and not self.closing:
            self.closing = True
            self.server._trigger_event(
                "disconnect", self.sid, reason or self.server.reason.SERVER_DISCONNECT, run_async=False
            )
            self.closed = True
            if abort:
                self.wire.hang_up()
            else:
                self.wire.write(frames.frame(packet.Packet(packet.CLOSE).encode()))
                self.wire.finish(frames.closing())

    def _upgrade_websocket(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        # Compression would be agreed on wherever a client offers it.
        environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        connection = environ.get("gunicorn.socket")
        if not is_plain(connection):
            return super()._upgrade_websocket(environ, start_response)
        accepted = frames.accept(environ)
        if accepted is None:
            return self.server._bad_request("This is no websocket.")
        self._serve(connection, accepted)
        # Tells gunicorn that the connection is over.
        raise StopIteration

    def _serve(self, connection: Any, accepted: bytes) -> None:
        """Everything the client says, until it is gone."""
        wire = Wire(connection)
        try:
            wire.write(accepted + b"".join(frames.frame(pkt.encode()) for pkt in self.poll()))
            self.wire, self.connected, self.upgraded, self.queue = wire, True, True, None
            for message in frames.messages(connection.recv, wire.write, self.server.max_http_buffer_size):
                self._hear(message)
                if self.closed:
                    break
        finally:
            self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
            wire.leave()

    def _hear(self, message: frames.Message) -> None:
        self.said += 1
        try:
            if self.said > MOST_SAID:
                raise ValueError
            if message == PONG:  # nearly all that a page says
                self.schedule_ping()
                return
            self.receive(packet.Packet(encoded_packet=message))
        except exceptions.UnknownPacketError:
            pass
        except exceptions.SocketIsClosedError:
            pass
        except ValueError:
            # Not Engine.IO, or without end: no page of ours says it.
            self.close(wait=False, abort=True, reason=self.server.reason.TRANSPORT_ERROR)


class Engine(engineio.Server):
    """The clients of this process. One greenlet pings them all."""

    start_service_task: bool

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.rounds = Rounds()

    def _handle_connect(
        self, environ: dict[str, Any], start_response: Callable[..., Any], transport: str, jsonp_index: Any = None
    ) -> Any:
        self._start_beating()
        connection = Connection(self, self.generate_id())
        self.sockets[connection.sid] = connection
        connection.send(packet.Packet(packet.OPEN, self._greeting(connection.sid)))
        self._trigger_event("connect", connection.sid, environ, run_async=False)
        connection.schedule_ping()
        self.rounds.add(connection.sid, connection.due_at)
        try:
            return connection.handle_get_request(environ, start_response)
        finally:
            self.sockets.pop(connection.sid, None)

    def _greeting(self, sid: str) -> dict[str, Any]:
        return {
            "sid": sid,
            "upgrades": [],
            "pingInterval": int(self.ping_interval * 1000),
            "pingTimeout": int(self.ping_timeout * 1000),
            "maxPayload": self.max_http_buffer_size,
        }

    def _start_beating(self) -> None:
        if self.start_service_task:
            self.start_service_task = False
            self.service_task_handle = self.start_background_task(self._service_task)

    def _service_task(self) -> None:
        self.service_task_event = self.create_event()
        while not self.service_task_event.wait(timeout=BEAT_SECONDS):
            self.beat(time.time())

    def beat(self, now: float) -> None:
        """Look at those whose ping is due, or its answer; `now` in seconds since the epoch."""
        for sid in self.rounds.due(now):
            connection = self.sockets.get(sid)
            if connection is not None and self._is_there(connection, now):
                self.rounds.add(sid, connection.due_at)

    def _is_there(self, connection: Connection, now: float) -> bool:
        try:
            connection.beat(now)
        except exceptions.SocketIsClosedError:
            self.sockets.pop(connection.sid, None)
            return False
        except Exception:
            # One client that cannot be pinged must not keep the others from it.
            log.exception("a socket was not pinged")
        return True
