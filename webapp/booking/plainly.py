"""A hold in one statement: what nearly every fan of a rush asks, in one journey to Postgres.

It takes seats that nobody has, for a fan with room under the seat limit. Whatever is less plain than that (a seat
that is gone, a lapsed hold to take over, a limit reached) it leaves untouched, for holds.place to take or to refuse.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest

from sqlalchemy import Integer, TextClause, bindparam, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.selectable import TextualSelect

from webapp.booking import claims
from webapp.booking.models import HOLD, MOST_SEATS, OPEN
from webapp.concerts.models import Schedule
from webapp.db import fetch
from webapp.live import messages

# Seats are locked in id order, as everywhere, and looked at again after a wait. The fan comes before them: a careful
# hold that has read which slots are free must not meet one of them taken. Slots are not looked at again after a wait
# for the fan, so there the unique index says that one is gone, and this statement leaves it to the careful way.
# The numbers are named one by one, those that are not wanted as NULL: where it is not said how many there are, as in an
# array, Postgres makes a new plan at every hold, and takes as long for that as for the hold.
SENTENCE = f"""
    WITH fan AS MATERIALIZED (
        SELECT id FROM users WHERE id = :user_id FOR NO KEY UPDATE
    ), free AS MATERIALIZED (
        SELECT id, price FROM seats
        WHERE (SELECT id FROM fan) IS NOT NULL
          AND schedule_id = :schedule_id AND number IN (:number_1, :number_2, :number_3, :number_4)
          AND NOT is_sold AND held_until IS NULL
          AND EXISTS (SELECT FROM schedules
                      WHERE id = :schedule_id AND cancelled_at IS NULL AND archived_at IS NULL
                      AND starts_at > :now AND edition = coalesce(:edition, edition))
        ORDER BY id FOR UPDATE
    ), chosen AS (
        SELECT id, price, row_number() OVER (ORDER BY id) AS nth FROM free
    ), slots AS (
        SELECT slot, row_number() OVER (ORDER BY slot) AS nth FROM generate_series(1, {MOST_SEATS}) AS places (slot)
        WHERE NOT EXISTS (
            SELECT FROM reservations
            WHERE user_id = :user_id AND concert_id = :concert_id AND NOT is_cancelled
              AND reservations.slot = places.slot
        )
    ), wanted AS MATERIALIZED (
        SELECT * FROM chosen JOIN slots USING (nth)
        WHERE (SELECT count(*) FROM chosen JOIN slots USING (nth)) = :how_many
    ), taken AS (
        UPDATE seats SET version = version + 1, held_until = :expires_at FROM wanted WHERE seats.id = wanted.id
        RETURNING seats.id, seats.version, wanted.price, wanted.slot
    ), opened AS (
        INSERT INTO orders (public_id, user_id, concert_id, schedule_id, status, created_at, expires_at)
        SELECT :public_id, :user_id, :concert_id, :schedule_id, :status, :now, :expires_at
        WHERE EXISTS (SELECT FROM wanted)
        RETURNING id
    )
    INSERT INTO reservations (seat_id, seat_version, price, slot,
                              user_id, concert_id, order_id, created_at, expires_at)
    SELECT taken.id, taken.version, taken.price, taken.slot, :user_id, :concert_id, opened.id, :now, :expires_at
    FROM taken, opened
    RETURNING order_id
    """


def typed(statement: TextClause) -> TextualSelect:
    return statement.bindparams(bindparam("edition", type_=Integer)).columns(order_id=Integer)


PLACE = typed(text(SENTENCE))


def place(
    user_id: int, schedule: Schedule, numbers: Sequence[int], now: datetime, edition: int | None = None
) -> str | None:
    """Hold the seats with these numbers as an order of their own: its public id. None if that is less than plain.

    With an `edition`, the numbers are those of that edition of the house and of no other. Call it in at_once(): it is
    a transaction of its own.
    """
    wanted = sorted(set(numbers))
    if len(wanted) > MOST_SEATS:
        return None
    named = {f"number_{nth}": number for nth, number in zip_longest(range(1, MOST_SEATS + 1), wanted)}
    order = {
        "public_id": secrets.token_urlsafe(12),
        "user_id": user_id,
        "concert_id": schedule.concert_id,
        "schedule_id": schedule.id,
        "status": OPEN,
        "now": now,
        "expires_at": now + HOLD,
    }
    try:
        held = fetch(PLACE, **named, how_many=len(wanted), edition=edition, **order)
    except IntegrityError:
        return None
    if not held:
        return None
    claims.publish(schedule, wanted, messages.HELD)
    return str(order["public_id"])
