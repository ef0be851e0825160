"""The signed-in sockets of this process, and hanging up on those whose sign-in has ended."""

from dataclasses import dataclass

from flask import Flask
from flask_socketio import SocketIO

from webapp.accounts import signing_in
from webapp.db import db

AT_ONCE = 1_000  # sign-ins looked up in one read


@dataclass(frozen=True, slots=True)
class Guest:
    """Whose socket it is, and the key of the sign-in it came with."""

    user_id: int
    key: str


guests: dict[str, Guest] = {}
_state = {"looks": 0}


def looks() -> int:
    """A number that is another once somebody was looked for: whoever came in meanwhile was not found yet."""
    return _state["looks"]


def look_again(app: Flask, socketio: SocketIO, user_id: int | None = None) -> None:
    """Close this fan's sockets, or anybody's, whose sign-in has ended. The sign-ins decide, not who says so."""
    _state["looks"] += 1
    sids = [sid for sid, guest in list(guests.items()) if user_id in (None, guest.user_id)]
    for start in range(0, len(sids), AT_ONCE):
        some = sids[start : start + AT_ONCE]
        keys = {sid: guest.key for sid in some if (guest := guests.get(sid))}
        with app.app_context():
            try:
                valid = signing_in.valid(keys.values())
            finally:
                db.session.remove()
        for sid in [sid for sid, key in keys.items() if key not in valid]:
            close(socketio, sid)


def close(socketio: SocketIO, sid: str) -> None:
    """Take this socket out of its rooms and end its connection."""
    server = socketio.server
    engine_sid = server.manager.eio_sid_from_sid(sid, "/")
    server.disconnect(sid)
    if engine_sid in server.eio.sockets:
        server.eio.disconnect(engine_sid)
