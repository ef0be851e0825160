"""Joining the line: one place per fan and concert, numbers gapless from 1, many fans in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Integer, any_, bindparam, select, text

from webapp.db import fetch
from webapp.errors import SaleNotOpen
from webapp.waiting_room import calling, drawing, moments, tick
from webapp.waiting_room.models import ADMISSION, CLAIM, Counter, QueueSession, Standing, of_fan

LIVE = select(QueueSession.user_id, *[getattr(QueueSession, column) for column in Standing._fields]).where(
    of_fan(any_(bindparam("user_ids", type_=ARRAY(Integer))), bindparam("concert_id")),
    ~QueueSession.is_terminated,
)
# The fans' order is the numbers' order.
DRAW = text(
    """
    INSERT INTO sessions (user_id, concert_id, wait_number, created_at)
    SELECT fan.user_id, :concert_id, :drawn + fan.nth, :now
    FROM unnest(CAST(:user_ids AS int[])) WITH ORDINALITY AS fan (user_id, nth)
    RETURNING id, user_id, wait_number
    """
).columns(id=Integer, user_id=Integer, wait_number=Integer)


def join(user_id: int, concert_id: int, now: datetime) -> Standing:
    """This fan's place in the line, a new one or the one they already have. Raises SaleNotOpen."""
    place = join_all([user_id], concert_id, now).get(user_id)
    if place is None:
        raise SaleNotOpen()
    return place


def join_all(user_ids: Sequence[int], concert_id: int, now: datetime) -> dict[int, Standing]:
    """The place of each of these fans, by user id; whoever fits is called.

    A fan with a live session keeps that one; the others draw the next numbers, in the order given, or are missing
    from the answer while the sale is not open.
    """
    return join_locked(calling.lock(concert_id), user_ids, now)


def join_locked(counter: Counter, user_ids: Sequence[int], now: datetime) -> dict[int, Standing]:
    """The same, under a lock that the caller has taken."""
    now = moments.of(counter, now)
    # Tidied first: a session that has run out is no place any more, and its fan draws a new number.
    ended = calling.end_overdue(counter, now)
    if ended == calling.MOST_AT_ONCE:
        calling.end_overdue_of(counter, user_ids, now)
    drawing.draw(counter, now)
    places = _live(user_ids, counter.concert_id)
    newcomers = [user_id for user_id in dict.fromkeys(user_ids) if user_id not in places]
    if newcomers and counter.concert.is_on_sale(now):
        places |= _draw(newcomers, counter, now)
    if newcomers or ended:
        called = set(calling.call_for_free_slots(counter, now))
        places |= {user: _called(one, now) for user, one in places.items() if one.wait_number in called}
    return places


def _live(user_ids: Sequence[int], concert_id: int) -> dict[int, Standing]:
    live = fetch(LIVE, concert_id=concert_id, user_ids=list(user_ids))
    return {row.user_id: Standing._make(row[1:]) for row in live}


def _draw(user_ids: Sequence[int], counter: Counter, now: datetime) -> dict[int, Standing]:
    concert_id = counter.concert_id
    drawn = fetch(DRAW, user_ids=list(user_ids), concert_id=concert_id, drawn=counter.created_count, now=now)
    counter.created_count += len(user_ids)
    tick.changed(counter, now)
    return {
        one.user_id: Standing(one.id, concert_id, one.wait_number, now, None, None, None, None, None) for one in drawn
    }


def _called(place: Standing, now: datetime) -> Standing:
    return place._replace(called_at=now, claim_by=now + CLAIM, expires_at=now + ADMISSION)
