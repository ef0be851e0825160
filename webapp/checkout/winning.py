"""Turning paid holds into sold seats, all of an order or none. A lapsed hold still wins while its seat is free."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select, text
from sqlalchemy.orm.attributes import set_committed_value

from webapp.booking import claims
from webapp.booking.models import EXPIRED, HOLD, Order, Reservation
from webapp.booking.models import PAID as ORDER_PAID
from webapp.checkout import tickets
from webapp.checkout.models import PAID, Payment, PaymentItem
from webapp.concerts import recent
from webapp.concerts.models import Schedule, Seat
from webapp.db import db, fetch, stale_in_session
from webapp.live import messages

# What every paid order asks, built once. A reservation's seat never changes, so its seats can be locked before it.
OURS = select(PaymentItem.reservation_id).where(PaymentItem.payment_id == bindparam("payment_id"))
SEATS = (
    select(*Seat.__table__.columns)
    .where(Seat.id.in_(select(Reservation.seat_id).where(Reservation.id.in_(OURS))))
    .order_by(Seat.id)
    .with_for_update()
)
WANTED = (
    select(
        Reservation.id,
        Reservation.seat_id,
        Reservation.seat_version,
        Reservation.is_cancelled,
        Reservation.cancel_reason,
        Schedule.cancelled_at.label("show_cancelled_at"),
    )
    .join(PaymentItem, PaymentItem.reservation_id == Reservation.id)
    .join(Order, Order.id == Reservation.order_id)
    .join(Schedule, Schedule.id == Order.schedule_id)
    .where(PaymentItem.payment_id == bindparam("payment_id"))
    .order_by(Reservation.seat_id)
    .with_for_update(of=Reservation)
)
SELL = text(
    """
    WITH ours AS MATERIALIZED (
        SELECT reservations.id, reservations.seat_id, row_number() OVER (ORDER BY reservations.id) AS nth
        FROM payment_items JOIN reservations ON reservations.id = payment_items.reservation_id
        WHERE payment_items.payment_id = :payment_id
    ), sold AS (
        UPDATE seats SET is_sold = true, held_until = NULL FROM ours WHERE seats.id = ours.seat_id
    ), given AS (
        UPDATE reservations SET payment_id = :payment_id FROM ours WHERE reservations.id = ours.id
    ), bought AS (
        UPDATE orders SET status = 'paid' WHERE id = :order_id
    ), paid AS (
        UPDATE payments
        SET status = 'paid', reason = NULL, captured_amount = :captured, paid_at = :now, ended_at = :now
        WHERE id = :payment_id
    )
    INSERT INTO tickets (code, reservation_id, issued_at)
    SELECT (CAST(:codes AS text[]))[ours.nth], ours.id, :now FROM ours
    RETURNING id
    """
).columns(id=Integer)


def win(payment: Payment, order: Order, captured: int, now: datetime) -> str | None:
    """Sell the order's seats to its fan for what was captured, in won, and issue tickets; None.

    Or a word for why not, with nothing changed: "show_cancelled", "resold", "released", "show_begun" or "seat_limit".
    """
    seats = {seat.id: seat for seat in fetch(SEATS, payment_id=payment.id)}
    wanted = fetch(WANTED, payment_id=payment.id)
    if any(one.show_cancelled_at for one in wanted):
        return "show_cancelled"
    lapsed = [one for one in wanted if not _is_kept(one, seats[one.seat_id])]
    kept = [one.id for one in wanted if one not in lapsed]
    problem = _retake(lapsed, kept, seats, order, now)
    if problem:
        return problem
    _sell(payment, order, [one.id for one in wanted], list(seats), captured, now)
    numbers = sorted(seat.number for seat in seats.values())
    claims.publish(recent.schedule(order.schedule_id), numbers, messages.SOLD)
    return None


def _is_kept(reservation: Row[Any], seat: Row[Any]) -> bool:
    return not reservation.is_cancelled and seat.version == reservation.seat_version


def _retake(
    lapsed: Sequence[Row[Any]], kept: Sequence[int], seats: dict[int, Row[Any]], order: Order, now: datetime
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
    retaken = [db.session.get_one(Reservation, one.id, populate_existing=True) for one in lapsed]
    for reservation, seat, slot in zip(retaken, taken, slots, strict=False):
        reservation.is_cancelled, reservation.cancelled_at, reservation.cancel_reason = False, None, None
        reservation.seat_version, reservation.slot = seat.version, slot
    db.session.flush()
    return None


def _is_free(seat: Row[Any], now: datetime) -> bool:
    # A seat without a schedule was taken out of its house: there is nothing to sell any more.
    return seat.schedule_id is not None and not seat.is_sold and (seat.held_until is None or seat.held_until <= now)


def _sell(payment: Payment, order: Order, ids: list[int], seat_ids: list[int], captured: int, now: datetime) -> None:
    """Not a change of owner: the seats' versions stay. All of them are locked; order and payment are by their fan."""
    codes = [tickets.code() for _ in ids]
    fetch(SELL, payment_id=payment.id, order_id=order.id, captured=captured, codes=codes, now=now)
    stale_in_session(Seat, seat_ids)
    stale_in_session(Reservation, ids)
    written = {"status": PAID, "reason": None, "captured_amount": captured, "paid_at": now, "ended_at": now}
    for name, value in written.items():
        set_committed_value(payment, name, value)
    set_committed_value(order, "status", ORDER_PAID)
