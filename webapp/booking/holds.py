"""Holding seats: place, release, tidy. All or nothing, database-guarded, by the clock."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, text, update

from webapp.booking import claims
from webapp.booking.models import (
    EXPIRED,
    HOLD,
    MOST_SEATS,
    OPEN,
    RELEASED,
    Order,
    Reservation,
    is_lapsed,
    is_live,
)
from webapp.concerts.models import Schedule, Seat
from webapp.db import db, fetch
from webapp.errors import NoSeatsChosen, NotFound, SeatLimit, SeatsTaken, ShowBegun, ShowCancelled
from webapp.live import messages

ORDER_COLUMNS = ("public_id", "user_id", "concert_id", "schedule_id", "status", "created_at", "expires_at")
OPEN_ORDER = text(
    """
    WITH opened AS (
        INSERT INTO orders (public_id, user_id, concert_id, schedule_id, status, created_at, expires_at)
        VALUES (:public_id, :user_id, :concert_id, :schedule_id, :status, :created_at, :expires_at)
        RETURNING id
    )
    INSERT INTO reservations (seat_id, seat_version, price, slot,
                              user_id, concert_id, order_id, created_at, expires_at)
    SELECT seat.id, seat.version, seat.price, seat.slot,
           :user_id, :concert_id, opened.id, :created_at, :expires_at
    FROM opened, unnest(CAST(:seat_ids AS int[]), CAST(:versions AS int[]), CAST(:prices AS int[]),
                        CAST(:slots AS int[])) AS seat (id, version, price, slot)
    RETURNING order_id
    """
)


def place(user_id: int, schedule: Schedule, seat_ids: Sequence[int], now: datetime) -> Order:
    """Hold these seats for this fan for five minutes, all of them or none, as an order of their own.

    Raises ShowCancelled, ShowBegun, NoSeatsChosen, NotFound for a seat of another schedule, SeatLimit, or SeatsTaken
    naming the seats.
    """
    check_on_sale(schedule, now)
    wanted = sorted(set(seat_ids))
    if not wanted:
        raise NoSeatsChosen()
    claims.lock_fan(user_id)
    slots = claims.free_slots(user_id, schedule.concert_id, now, wanted=wanted)
    if len(wanted) > len(slots):
        raise SeatLimit(most=MOST_SEATS, left=len(slots))
    taken = claims.take(wanted, schedule.id, now + HOLD, now)
    if len(taken) < len(wanted):
        raise _taken(wanted, {seat.id for seat in taken}, schedule)
    order = _open_order(user_id, schedule, taken, slots, now)
    claims.publish(schedule, [seat.number for seat in taken], messages.HELD)
    return order


def check_on_sale(schedule: Schedule, now: datetime) -> None:
    """Raises ShowCancelled, ShowBegun for a performance that has begun, or NotFound for an archived one."""
    if schedule.cancelled_at:
        raise ShowCancelled()
    if schedule.starts_at <= now:
        raise ShowBegun()
    if schedule.archived_at:
        raise NotFound()


def release(user_id: int, order_id: int, now: datetime) -> None:
    """Give an unpaid order's seats back. Raises NotFound for an order that is not this fan's or is not open."""
    claims.lock_fan(user_id)
    order = db.session.get(Order, order_id, populate_existing=True)
    if order is None or order.user_id != user_id or order.status != OPEN:
        raise NotFound()
    claims.lock(_held(order.id))
    # Read again under the lock: a lapsed hold may have been taken over since, and its seat is another fan's now.
    numbers = claims.give_back(_held(order.id))
    claims.cancel(Reservation.order_id == order.id, RELEASED, now)
    order.status = RELEASED
    claims.publish(db.session.get_one(Schedule, order.schedule_id), numbers, messages.FREE)


def tidy_expired(now: datetime, most: int = 200) -> int:
    """End up to `most` holds whose five minutes are over; returns how many. Two at once share the work.

    Nothing depends on it: an unpaid hold past its time counts nowhere and is taken over by whoever comes first.
    """
    lapsed = (
        select(Reservation.id, Reservation.seat_id)
        .join(Seat, Seat.id == Reservation.seat_id)
        .where(is_lapsed(now))
        .order_by(Reservation.seat_id)
        .limit(most)
        .with_for_update(of=[Seat, Reservation], skip_locked=True)
    )
    rows = db.session.execute(lapsed).all()
    _free_lapsed([row.seat_id for row in rows])
    claims.cancel(Reservation.id.in_([row.id for row in rows]), EXPIRED, now)
    _expire_orders(now, most)
    return len(rows)


def left_to_take(user_id: int, concert_id: int, now: datetime) -> int:
    """How many more seats this fan may take for this concert."""
    used = select(Reservation.slot).where(
        Reservation.user_id == user_id, Reservation.concert_id == concert_id, is_live(now)
    )
    return MOST_SEATS - len(db.session.scalars(used).all())


def _held(order_id: int) -> list[int]:
    live = select(Reservation.seat_id).where(Reservation.order_id == order_id, ~Reservation.is_cancelled)
    return list(db.session.scalars(live))


def _taken(wanted: list[int], taken: set[int], schedule: Schedule) -> Exception:
    statement = select(Seat).where(Seat.id.in_(wanted), Seat.schedule_id == schedule.id).order_by(Seat.id)
    seats = db.session.scalars(statement).all()
    if len(seats) < len(wanted):
        return NotFound()
    lost = [seat for seat in seats if seat.id not in taken]
    return SeatsTaken(names=[seat.name for seat in lost], seats=[seat.number for seat in lost])


def _open_order(
    user_id: int, schedule: Schedule, seats: Sequence[Row[Any]], slots: Sequence[int], now: datetime
) -> Order:
    """The order and its reservations, each at the seat's price and version of this moment, in one statement."""
    order = Order(
        public_id=secrets.token_urlsafe(12),
        user_id=user_id,
        concert_id=schedule.concert_id,
        schedule_id=schedule.id,
        status=OPEN,
        created_at=now,
        expires_at=now + HOLD,
    )
    claimed = {
        "seat_ids": [seat.id for seat in seats],
        "versions": [seat.version for seat in seats],
        "prices": [seat.price for seat in seats],
        "slots": list(slots[: len(seats)]),
    }
    about = {name: getattr(order, name) for name in ORDER_COLUMNS}
    order.id = fetch(OPEN_ORDER, **about, **claimed)[0].order_id
    return order


def _free_lapsed(seat_ids: list[int]) -> None:
    if not seat_ids:
        return
    numbers = set(claims.give_back(seat_ids))
    seats = db.session.execute(select(Seat.number, Seat.schedule_id).where(Seat.id.in_(seat_ids))).all()
    for schedule_id in sorted({seat.schedule_id for seat in seats if seat.schedule_id}):
        here = [seat.number for seat in seats if seat.schedule_id == schedule_id and seat.number in numbers]
        claims.publish(db.session.get_one(Schedule, schedule_id), here, messages.FREE)


def _expire_orders(now: datetime, most: int) -> None:
    """Orders without a live claim are over. Their reservations may have been taken over before anybody tidied."""
    unclaimed = ~select(Reservation.id).where(Reservation.order_id == Order.id, ~Reservation.is_cancelled).exists()
    over = (
        select(Order.id)
        .where(Order.status == OPEN, Order.expires_at <= now, unclaimed)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    statement = update(Order).where(Order.id.in_(over.scalar_subquery())).values(status=EXPIRED)
    db.session.execute(statement.execution_options(synchronize_session="fetch"))
