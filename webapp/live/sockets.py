"""Sockets: who may listen to what. A room comes from the signed-in identity, never from what a page asks."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask_login import current_user
from flask_socketio import SocketIO, join_room

from webapp import clock
from webapp.concerts import listing
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.errors import BookingError
from webapp.live import delivery, messages
from webapp.waiting_room import admission, tick

Answer = dict[str, Any]
LONGEST_MESSAGE_BYTES = 2_000


def init_app(app: Flask, socketio: SocketIO) -> None:
    """Bind Socket.IO to the app, websocket transport only, on greenlets where the server has them."""
    socketio.init_app(
        app,
        async_mode=_async_mode(),
        transports=["websocket"],
        cors_allowed_origins=[],
        max_http_buffer_size=LONGEST_MESSAGE_BYTES,
        manage_session=False,
        ping_interval=25,
        ping_timeout=20,
    )
    delivery.init_app(app, socketio)
    socketio.on_event("connect", connect)
    socketio.on_event("watch_line", watch_line)
    socketio.on_event("watch_seats", watch_seats)
    socketio.on_event("watch_house", watch_house)


def connect(_auth: object = None) -> bool:
    """Signed-in people only; each listens to what concerns them alone."""
    delivery.start()
    if not current_user.is_authenticated:
        return False
    join_room(messages.fan_room(current_user.id))
    db.session.rollback()
    return True


def watch_line(question: object) -> Answer:
    """Listen to a concert's line: for whoever has a place in it."""
    now = clock.now()
    concert = db.session.get(Concert, _id(question, "concert"))
    if concert is None or not current_user.is_authenticated:
        return _refused("not-found")
    place = admission.latest(current_user.id, concert.id)
    if place is None or admission.state(place, now)[0] == "ended":
        return _refused("not-in-line")
    join_room(messages.line_room(concert.id))
    return {"ok": True, "line": tick.read(concert, now)}


def watch_seats(question: object) -> Answer:
    """Listen to a schedule's seats: for whoever is admitted."""
    if not current_user.is_authenticated:
        return _refused("not-found")
    try:
        schedule = listing.schedule(_id(question, "schedule"))
        _require_admission(schedule.concert_id, clock.now())
    except BookingError as error:
        return _refused(error.code)
    join_room(messages.seats_room(schedule.id))
    return {"ok": True}


def watch_house(question: object) -> Answer:
    """Listen to everything that moves in a concert's house: for operators."""
    if not current_user.is_authenticated or not current_user.is_operator:
        return _refused("not-found")
    join_room(messages.house_room(_id(question, "concert")))
    return {"ok": True}


def _require_admission(concert_id: int, now: datetime) -> None:
    concert = db.session.get_one(Concert, concert_id)
    admission.require(current_user.id, concert.id, concert.slug, now)


def _id(question: object, name: str) -> int:
    """The id a page asks about; 0, which nothing has, for anything that is not one."""
    value = question.get(name) if isinstance(question, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0


def _refused(code: str) -> Answer:
    return {"ok": False, "code": code}


def _async_mode() -> str:
    try:
        from gevent.monkey import is_module_patched
    except ImportError:
        return "threading"
    return "gevent" if is_module_patched("socket") else "threading"
