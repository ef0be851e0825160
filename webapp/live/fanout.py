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

        Clients without a wire get it through the library, and so does a message that wants an answer.
        """
        encoded = None if callback else self._encoded(event, data, namespace)
        if not isinstance(encoded, str):
            super().emit(event, data, namespace, room=to or room, skip_sid=skip_sid, callback=callback)
            return
        skipped = set(skip_sid if isinstance(skip_sid, list) else [skip_sid])
        members = [one for sid, one in self.get_participants(namespace, to or room) if sid not in skipped]
        self._send(engine_packet.Packet(engine_packet.MESSAGE, encoded), members)

    def _encoded(self, event: str, data: Any, namespace: str) -> str | list[str | bytes]:
        values = list(data) if isinstance(data, tuple) else [] if data is None else [data]
        encoded: str | list[str | bytes] = self.server.packet_class(
            packet.EVENT, namespace=namespace, data=[event, *values]
        ).encode()
        return encoded

    def _send(self, message: engine_packet.Packet, members: list[str]) -> None:
        frame = frames.frame(message.encode())
        clients = self.server.eio.sockets
        for sent, engine_sid in enumerate(members, start=1):
            client = clients.get(engine_sid)
            if client is None or client.wire is None:
                self.server._send_eio_packet(engine_sid, message)
            elif not client.closed:
                client.wire.write(frame)
            if sent % AT_A_STRETCH == 0:
                self.server.sleep(0)

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

    def basic_leave_room(self, sid: str, namespace: str, room: Any) -> None:
        super().basic_leave_room(sid, namespace, room)
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


class LiveSocketIO(SocketIO):
    """Flask-SocketIO on our server, whose options `init_app` takes."""

    def init_app(self, app: Flask, manage_session: bool = False, **options: Any) -> None:
        self.manage_session = manage_session
        self.server = Server(client_manager=Fanout(), **options)
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
