"""Turning paid holds into sold seats, all of an order or none. A lapsed hold still wins while its seat is free."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, Integer, any_, bindparam, select, text

from webapp.booking import claims
from webapp.booking.models import EXPIRED, HOLD, Order, Reservation
from webapp.checkout import tickets
from webapp.checkout.models import Payment, PaymentItem
from webapp.concerts.models import Schedule, Seat
from webapp.db import db, fetch
from webapp.live import messages
from webapp.waiting_room import admission

# What every paid order asks, built once.
WANTED = (
    select(Reservation, Schedule)
    .join(PaymentItem, PaymentItem.reservation_id == Reservation.id)
    .join(Order, Order.id == Reservation.order_id)
    .join(Schedule, Schedule.id == Order.schedule_id)
    .where(PaymentItem.payment_id == bindparam("payment_id"))
    .order_by(Reservation.seat_id)
)
LOCKED = (
    select(Reservation)
    .where(Reservation.id == any_(bindparam("ids", type_=ARRAY(Integer))))
    .order_by(Reservation.seat_id)
    .with_for_update()
)
SELL = text(
    """
    WITH sold AS (
        UPDATE seats SET is_sold = true, held_until = NULL WHERE id = ANY(:seat_ids)
    ), given AS (
        UPDATE reservations SET payment_id = :payment_id WHERE id = ANY(:ids)
    )
    INSERT INTO tickets (code, reservation_id, issued_at)
    SELECT one.code, one.reservation_id, :now FROM unnest(:ids, CAST(:codes AS text[])) AS one (reservation_id, code)
    RETURNING id
    """
)


def win(payment: Payment, order: Order, now: datetime) -> str | None:
    """Sell the order's seats to its fan, issue tickets, end the session, call the next; None.

    Or a word for why not, with nothing changed: "show_cancelled", "resold", "released", "show_begun" or "seat_limit".
    """
    wanted = db.session.execute(WANTED, {"payment_id": payment.id}).all()
    if any(schedule.cancelled_at for _, schedule in wanted):
        return "show_cancelled"
    seats = {seat.id: seat for seat in claims.lock([one.seat_id for one, _ in wanted])}
    locked = {"ids": [one.id for one, _ in wanted]}
    reservations = db.session.scalars(LOCKED, locked, execution_options={"populate_existing": True}).all()
    lapsed = [one for one in reservations if not _is_kept(one, seats[one.seat_id])]
    kept = [one.id for one in reservations if one not in lapsed]
    problem = _retake(lapsed, kept, seats, order, now)
    if problem:
        return problem
    _sell(reservations, list(seats.values()), payment, now)
    claims.publish(wanted[0].Schedule, sorted(seat.number for seat in seats.values()), messages.SOLD)
    admission.finish(order.user_id, order.concert_id, now)
    return None


def _is_kept(reservation: Reservation, seat: Seat) -> bool:
    return not reservation.is_cancelled and seat.version == reservation.seat_version


def _retake(
    lapsed: Sequence[Reservation], kept: Sequence[int], seats: dict[int, Seat], order: Order, now: datetime
) -> str | None:
    """Take lapsed seats again for the fan who has paid for them after all, but not for a performance that has begun."""
    if order.expires_at <= now and db.session.get_one(Schedule, order.schedule_id).starts_at <= now:
        return "show_begun"
    if not lapsed:
        return None
    if any(one.cancel_reason != EXPIRED for one in lapsed):
        return "released"
    if not all(_is_free(seats[one.seat_id], now) for one in lapsed):
        return "resold"
    slots = claims.free_slots(order.user_id, order.concert_id, now, keeping=kept)
    if len(slots) < len(lapsed):
        return "seat_limit"
    taken = claims.take([one.seat_id for one in lapsed], order.schedule_id, now + HOLD, now)
    for reservation, seat, slot in zip(lapsed, taken, slots, strict=False):
        reservation.is_cancelled, reservation.cancelled_at, reservation.cancel_reason = False, None, None
        reservation.seat_version, reservation.slot = seat.version, slot
    db.session.flush()
    return None


def _is_free(seat: Seat, now: datetime) -> bool:
    # A seat without a schedule was taken out of its house: there is nothing to sell any more.
    return seat.schedule_id is not None and not seat.is_sold and (seat.held_until is None or seat.held_until <= now)


def _sell(reservations: Sequence[Reservation], seats: Sequence[Seat], payment: Payment, now: datetime) -> None:
    """Not a change of owner: the seats' versions stay. All of them are locked."""
    ids = [one.id for one in reservations]
    codes = [tickets.code() for _ in ids]
    fetch(SELL, payment_id=payment.id, seat_ids=[one.seat_id for one in reservations], ids=ids, codes=codes, now=now)
    for stale in (*reservations, *seats):
        db.session.expire(stale)
