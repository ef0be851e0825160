"""The fast broadcast: a message is encoded once, packet and frame, and the same bytes go to every client's socket.

Flask-SocketIO stays what the rest of the code speaks to: `emit`, rooms, handlers.
"""

from collections.abc import Callable, Iterable
from typing import Any

import socketio
from engineio import packet as engine_packet
from flask import Flask
from flask_socketio import SocketIO
from socketio import packet

from webapp.live import frames
from webapp.live.engine import Connection, Engine
from webapp.live.packets import Foreign, Packet
from webapp.live.wire import Wire

# So many clients at a stretch, about ten milliseconds; then pages and other sockets have their turn.
AT_A_STRETCH = 1_000
PATH = "/socket.io/"

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Fanout(socketio.Manager):
    """Who is in which room, and sending to all of them."""

    def __init__(self) -> None:
        super().__init__()
        # The library looks for a leaver in every room there is: with ten thousand fans that is twenty thousand.
        self.entered: dict[tuple[str, str], list[Any]] = {}
        # To look each one's wire up again for each message costs more than to hand it the bytes.
        self.wires: dict[tuple[str, Any], dict[str, Wire]] = {}

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **options: Any,
    ) -> None:
        """Send an event to a room, or to everybody.

        Where somebody has no wire the library sends it, and so it does what wants an answer or leaves somebody out.
        """
        encoded = None if callback or skip_sid else self._encoded(event, data, namespace)
        wires = self._all_wires(namespace, to or room)
        if wires is None or not isinstance(encoded, str):
            super().emit(event, data, namespace, room=to or room, skip_sid=skip_sid, callback=callback)
        else:
            self._write(frames.frame(engine_packet.Packet(engine_packet.MESSAGE, encoded).encode()), wires)

    def _encoded(self, event: str, data: Any, namespace: str) -> str | list[str | bytes]:
        values = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        encoded: str | list[str | bytes] = self.server.packet_class(
            packet.EVENT, namespace=namespace, data=[event, *values]
        ).encode()
        return encoded

    def _all_wires(self, namespace: str, room: Any) -> list[Wire] | None:
        """The wires of everybody in this room; None where not all are known by one."""
        if not isinstance(room, str | None):
            return None
        wires = self.wires.get((namespace, room), {})
        return list(wires.values()) if len(wires) == len(self.rooms.get(namespace, {}).get(room, ())) else None

    def _write(self, frame: bytes, wires: list[Wire]) -> None:
        for start in range(0, len(wires), AT_A_STRETCH):
            if start:
                self.server.sleep(0)
            for wire in wires[start : start + AT_A_STRETCH]:
                wire.write(frame)

    def connect(self, sid: str, namespace: str) -> str:
        """Note that this client has been let in: the `connect` handler knows who it is."""
        sid = super().connect(sid, namespace)
        client = self.server.eio.sockets.get(self.eio_sid_from_sid(sid, namespace))
        if isinstance(client, Connection):
            client.is_known = True
        return sid

    def basic_enter_room(self, sid: str, namespace: str, room: Any, eio_sid: str | None = None) -> None:
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        rooms = self.entered.setdefault((namespace, sid), [])
        if room not in rooms:
            rooms.append(room)
        client = self.server.eio.sockets.get(self.rooms[namespace][room][sid])
        # A socket's own room is one for each of thousands, and hardly ever spoken to.
        if room != sid and client is not None and client.wire is not None:
            self.wires.setdefault((namespace, room), {})[sid] = client.wire

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        super().basic_leave_room(sid, namespace, room)
        wires = self.wires.get((namespace, room), {})
        if wires.pop(sid, None) and not wires:
            del self.wires[namespace, room]
        rooms = self.entered.get((namespace, sid), [])
        if room in rooms:
            rooms.remove(room)
            if not rooms:
                del self.entered[namespace, sid]

    def basic_disconnect(self, sid: str, namespace: str, **options: Any) -> None:
        for room in list(self.entered.get((namespace, sid), [])):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, []):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]


class Server(socketio.Server):
    """Socket.IO on our Engine.IO."""

    def _engineio_server_class(self) -> type[Engine]:
        return Engine

    def _handle_eio_message(self, eio_sid: str, data: str | bytes) -> None:
        """What is foreign ends its socket. The library would log each with its traceback, and go on listening."""
        try:
            if not data:
                raise Foreign  # the library would take it for an event, and not look at it
            super()._handle_eio_message(eio_sid, data)
        except Foreign:
            client = self.eio.sockets.get(eio_sid)
            if client is not None:
                client.close(wait=False, abort=True, reason=self.reason.TRANSPORT_ERROR)


class LiveSocketIO(SocketIO):
    """Flask-SocketIO on our server, whose options `init_app` takes."""

    def init_app(self, app: Flask, manage_session: bool = False, **options: Any) -> None:
        self.manage_session = manage_session
        self.server = Server(client_manager=Fanout(), serializer=Packet, **options)
        self.async_mode = self.server.async_mode
        app.extensions["socketio"] = self
        app.wsgi_app = self._in_front_of(app, app.wsgi_app)  # type: ignore[method-assign, assignment]

    def _in_front_of(self, app: Flask, pages: Wsgi) -> Wsgi:
        """Sockets go to Socket.IO, everything else to the pages."""

        def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if not environ.get("PATH_INFO", "").startswith(PATH):
                return pages(environ, start_response)
            environ["flask.app"] = app
            answer: Iterable[bytes] = self.server.handle_request(environ, start_response)
            return answer

        return serve
