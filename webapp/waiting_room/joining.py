"""Joining the line: one place per fan and concert, numbers gapless from 1, many fans in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select

from webapp.concerts.models import Concert
from webapp.db import db
from webapp.errors import SaleNotOpen
from webapp.waiting_room import calling, drawing, tick
from webapp.waiting_room.models import Counter, QueueSession


def join(user_id: int, concert_id: int, now: datetime) -> QueueSession:
    """This fan's place in the line, a new one or the one they already have. Raises SaleNotOpen."""
    return join_all([user_id], concert_id, now)[user_id]


def join_all(user_ids: Sequence[int], concert_id: int, now: datetime) -> dict[int, QueueSession]:
    """The place of each of these fans, by user id, in the order given. Raises SaleNotOpen.

    A fan with a live session gets that one back; the others draw the next numbers. Whoever fits is called.
    """
    counter = calling.lock(concert_id)
    # Tidied first: a session that has run out is no place any more, and its fan draws a new number.
    calling.end_overdue(counter, now)
    drawing.hold(counter, now)
    places = _live(user_ids, concert_id)
    newcomers = [user_id for user_id in dict.fromkeys(user_ids) if user_id not in places]
    if newcomers:
        if not db.session.get_one(Concert, concert_id).is_on_sale(now):
            raise SaleNotOpen()
        places |= _draw(newcomers, counter, now)
        calling.call_next(counter, now)
    for place in places.values():
        db.session.refresh(place)
    return places


def _live(user_ids: Sequence[int], concert_id: int) -> dict[int, QueueSession]:
    statement = select(QueueSession).where(
        QueueSession.concert_id == concert_id, QueueSession.user_id.in_(user_ids), ~QueueSession.is_terminated
    )
    return {session.user_id: session for session in db.session.scalars(statement)}


def _draw(user_ids: Sequence[int], counter: Counter, now: datetime) -> dict[int, QueueSession]:
    first = counter.created_count + 1
    rows = [
        {"user_id": user_id, "concert_id": counter.concert_id, "wait_number": number, "created_at": now}
        for number, user_id in enumerate(user_ids, start=first)
    ]
    drawn = db.session.scalars(insert(QueueSession).returning(QueueSession), rows)
    counter.created_count += len(rows)
    places = {session.user_id: session for session in drawn}
    tick.changed(counter, now)
    return places
