"""Sockets: who may listen to what. A room comes from the signed-in identity, never from what a page asks."""

import logging
import time
from collections.abc import Callable
from functools import partial, wraps
from threading import Semaphore
from typing import Any

from flask import Flask, current_app, request
from flask_login import current_user
from flask_socketio import ConnectionRefusedError, SocketIO, disconnect, join_room, leave_room
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.accounts import signing_in
from webapp.accounts.signing_in import SignedIn
from webapp.concerts import listing, stock
from webapp.db import db
from webapp.errors import BookingError, TooBusy
from webapp.live import chores, delivery, leaving, messages, numbering, origins
from webapp.live.guests import Guest, catch_up, enters, guests, leaves, look_again, looks
from webapp.live.patience import Patience
from webapp.waiting_room import admission, presence, watching

log = logging.getLogger(__name__)

Answer = dict[str, Any]
LONGEST_MESSAGE_BYTES = 2_000
AGAIN = "unavailable"  # the page asks once more in a while

# When thousands come back at once they take turns at the database, and pages still find a connection free. Where those
# who watch a line stand needs no turn: they are answered together.
QUESTIONS_TOGETHER = 8

patience = Patience()
gate = Semaphore(QUESTIONS_TOGETHER)


def init_app(app: Flask, socketio: SocketIO) -> None:
    """Bind Socket.IO to the app: websocket only, from our own pages only, one question of a socket at a time."""
    socketio.init_app(
        app,
        async_mode=_async_mode(),
        async_handlers=False,
        transports=["websocket"],
        max_http_buffer_size=LONGEST_MESSAGE_BYTES,
        manage_session=False,
        cors_allowed_origins=origins.ours(app.extensions["settings"].public_url),
        ping_interval=25,
        ping_timeout=20,
    )
    delivery.init_app(app, socketio, partial(look_again, app, socketio), partial(_keep_looking, app, socketio))
    socketio.on_event("connect", connect)
    socketio.on_event("disconnect", leave)
    socketio.on_event("watch_line", watch_line)
    socketio.on_event("watch_seats", watch_seats)
    socketio.on_event("watch_house", watch_house)


def connect(*_auth: object) -> bool:
    """Signed-in people only, and not too many sockets each; each listens to what concerns them alone.

    Where nobody can say whose a socket is, its page is told to come again.
    """
    delivery.start()
    before = looks()
    try:
        with gate:
            user = _signed_in()
        guest = Guest(user.id, user.key)
        if not patience.opens(_sid(), str(guest.user_id), time.monotonic()):
            return False
        enters(_sid(), guest)
        if looks() != before and not signing_in.valid([guest.key]):  # signed out while we read, and not found here
            raise SignedOut
    except SignedOut:
        leave()
        return False
    except (SQLAlchemyError, TooBusy) as error:
        log.warning("a socket has to come again, for nobody could say whose it is: %s", type(error).__name__)
        leave()
        raise ConnectionRefusedError(AGAIN) from None
    finally:
        db.session.remove()
    if _is_closed():
        leave()
        return False
    join_room(messages.fan_room(guest.user_id))
    return True


def leave(*_reason: object) -> None:
    patience.closes(_sid())
    presence.here.closes(_sid())
    leaving.closes(_sid())
    leaves(_sid())


class SignedOut(Exception):
    """Whoever opened this socket is not signed in any more."""


def answered(answer: Callable[[object], Answer]) -> Callable[..., Answer]:
    """A question that may come at any rate and in any shape: a flood ends the socket before it reaches Postgres."""

    @wraps(answer)
    def guarded(*arguments: object) -> Answer:
        if not patience.asks(_sid(), time.monotonic()):
            disconnect()
            return _refused("too-many-questions")
        try:
            return answer(arguments[0] if arguments else None)
        except SignedOut:
            disconnect()
            return _refused("not-found")
        except TooBusy:
            return _refused(AGAIN)
        except BookingError as error:
            return _refused(error.code)
        except SQLAlchemyError as error:
            log.warning("a socket's question was not answered: %s", type(error).__name__)
            return _refused(AGAIN)
        finally:
            db.session.remove()

    return guarded


@answered
def watch_line(question: object) -> Answer:
    """Listen to a concert's line: for whoever has a place in it. The answer says which, and where the line stands."""
    concert_id = _id(question, "concert")
    guest = guests.get(_sid())
    # First into the room, then the read: a tick in between would otherwise be missed, and might be the last for long.
    # What everybody in it hears is no secret: the status address says the same.
    join_room(messages.line_room(concert_id))
    watched = None
    try:
        watched = watching.watched(guest.key, concert_id, clock.now()) if guest else None
    finally:
        # Whatever went wrong: a room that nobody is let into must not be kept in memory either.
        if watched is None or watched.wait_number is None:
            leave_room(messages.line_room(concert_id))
    if watched is None:
        raise SignedOut
    if watched.wait_number is None:
        return _refused("not-in-line")
    if _sid() not in guests:  # closed while we looked, and forgotten
        return _refused("not-found")
    presence.here.watches(_sid(), concert_id, watched.wait_number)
    with gate:
        left = stock.coarse(concert_id, clock.now())
    return {"ok": True, "number": watched.wait_number, "line": watched.line | {"stock": left}}


@answered
def watch_seats(question: object) -> Answer:
    """Listen to a schedule's seats: for whoever is admitted. The answer says which change was the last before."""
    with gate:
        user = _signed_in()
        schedule = listing.schedule(_id(question, "schedule"))
        admission.require(user.id, schedule.concert_id, schedule.concert.slug, clock.now())
    join_room(messages.seats_room(schedule.id))
    leaving.enters(_sid(), schedule.id, user.id, schedule.concert_id)
    return {"ok": True, "sequence": numbering.newest(schedule.id)}


@answered
def watch_house(question: object) -> Answer:
    """Listen to everything that moves in a concert's house: for operators."""
    with gate:
        user = _signed_in()
    if not user.is_operator:
        return _refused("not-found")
    join_room(messages.house_room(_id(question, "concert")))
    return {"ok": True}


def _signed_in() -> SignedIn:
    user = current_user
    if not user.is_authenticated:
        raise SignedOut
    return user  # type: ignore[no-any-return]


def _is_closed() -> bool:
    """Whether this socket was given up on while it waited: it is not said again that it goes."""
    server = current_app.extensions["socketio"].server
    engine_socket = server.eio.sockets.get(server.manager.eio_sid_from_sid(_sid(), "/"))
    return engine_socket is not None and bool(engine_socket.closed)


def _keep_looking(app: Flask, socketio: SocketIO) -> None:
    """Every few seconds: say whom this process sees, and show out whose admission or sign-in is over."""
    chores.keep(app, socketio, partial(_look_around, app, socketio), presence.REPORT_SECONDS)


def _look_around(app: Flask, socketio: SocketIO) -> None:
    try:
        presence.here.report(clock.now())
    finally:
        leaving.show_out(socketio)
        catch_up(app, socketio)


def _id(question: object, name: str) -> int:
    """The id a page asks about; 0, which nothing has, for anything that is not one."""
    value = question.get(name) if isinstance(question, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31 else 0


def _refused(code: str) -> Answer:
    return {"ok": False, "code": code}


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _async_mode() -> str:
    try:
        from gevent.monkey import is_module_patched
    except ImportError:
        return "threading"
    return "gevent" if is_module_patched("socket") else "threading"
