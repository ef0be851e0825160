"""The signed-in sockets of this process, and hanging up on those whose sign-in has ended."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy.exc import SQLAlchemyError

from webapp.accounts import signing_in
from webapp.db import db

log = logging.getLogger(__name__)

AT_ONCE = 1_000  # sign-ins looked up in one read


@dataclass(frozen=True, slots=True)
class Guest:
    """Whose socket it is, and the key of the sign-in it came with."""

    user_id: int
    key: str


guests: dict[str, Guest] = {}
_sids: dict[int, set[str]] = {}  # of each user
_missed: set[int | None] = set()  # who was to be looked for when the database did not answer
_state = {"looks": 0}


def enters(sid: str, guest: Guest) -> None:
    guests[sid] = guest
    _sids.setdefault(guest.user_id, set()).add(sid)


def leaves(sid: str) -> None:
    if guest := guests.pop(sid, None):
        theirs = _sids[guest.user_id]
        theirs.discard(sid)
        if not theirs:
            del _sids[guest.user_id]


def looks() -> int:
    """A number that is another once somebody was looked for: whoever came in meanwhile was not found yet."""
    return _state["looks"]


def look_again(app: Flask, socketio: SocketIO, user_id: int | None = None) -> None:
    """Close this fan's sockets, or anybody's, whose sign-in has ended. The sign-ins decide, not who says so.

    Costs nothing for a fan without a socket here. Where the database does not answer, `catch_up` looks later.
    """
    _state["looks"] += 1
    sids = list(guests if user_id is None else _sids.get(user_id, ()))
    try:
        for start in range(0, len(sids), AT_ONCE):
            _close_ended(app, socketio, sids[start : start + AT_ONCE])
    except SQLAlchemyError as error:
        log.warning("sign-ins could not be looked up, and will be: %s", type(error).__name__)
        _missed.add(user_id)


def catch_up(app: Flask, socketio: SocketIO) -> None:
    """Look for those again who could not be looked up."""
    while _missed:
        user_id = _missed.pop()
        look_again(app, socketio, user_id)
        if user_id in _missed:
            return


def _close_ended(app: Flask, socketio: SocketIO, sids: Sequence[str]) -> None:
    keys = {sid: guest.key for sid in sids if (guest := guests.get(sid))}
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
