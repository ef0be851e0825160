"""Has what is left counted again when seats have moved: beside the delivery of messages, and never in its way.

Every web process hears of every change of seats. The first to look has the turn, see waiting_room/stock_news.py.
"""

import logging

from flask import Flask
from flask_socketio import SocketIO
from sqlalchemy.exc import SQLAlchemyError

from webapp import clock
from webapp.concerts import stock
from webapp.db import db
from webapp.live import chores
from webapp.waiting_room import stock_news

log = logging.getLogger(__name__)

PACE_SECONDS = 0.25

_moved: set[int] = set()


def seats_moved(concert_id: int, *, is_edit: bool = False) -> None:
    """Seats of this concert were held, sold or freed; pages that open now are to count anew too.

    In a rush they do not, or each would: until it has been told what is left, a count may be as old as ever.
    With `is_edit` an operator changed the house or what it costs.
    """
    if is_edit:
        stock.forget_facts(concert_id)
    if is_edit or concert_id not in _moved:
        stock.forget(concert_id)
    _moved.add(concert_id)


def keep_telling(app: Flask, socketio: SocketIO) -> None:
    """Look for what has moved, for as long as the process lives."""
    chores.keep(app, socketio, tell_all, PACE_SECONDS, is_there=lambda: _moved)


def tell_all() -> None:
    """Tell of every concert that has moved. One that was counted a moment ago waits for the next look."""
    for concert_id in sorted(_moved):
        # Taken out first: a change that comes while we count is counted the next time.
        _moved.discard(concert_id)
        try:
            if stock_news.tell(concert_id, clock.now()):
                stock.forget(concert_id)
            else:
                _moved.add(concert_id)
        except SQLAlchemyError as error:
            log.warning("what is left of concert %s was not counted: %s", concert_id, type(error).__name__)
            _moved.add(concert_id)
        except Exception:
            # Not looked at again until its seats move again: the others have their turn.
            log.exception("what is left of concert %s cannot be counted", concert_id)
        finally:
            db.session.remove()
