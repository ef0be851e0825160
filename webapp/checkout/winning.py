"""Turning paid holds into sold seats, all of an order or none. A lapsed hold still wins while its seat is free."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from webapp.booking import claims
from webapp.booking.models import EXPIRED, HOLD, Order, Reservation
from webapp.checkout import tickets
from webapp.checkout.models import Payment, PaymentItem
from webapp.concerts.models import Schedule, Seat
from webapp.db import db
from webapp.live import messages
from webapp.waiting_room import admission


def win(payment: Payment, order: Order, now: datetime) -> str | None:
    """Sell the order's seats to its fan, issue tickets, end the session, call the next; None.

    Or a word for why not, with nothing changed: "show_cancelled", "resold", "released" or "seat_limit".
    """
    if db.session.get_one(Schedule, order.schedule_id).cancelled_at:
        return "show_cancelled"
    reservations = _reservations(payment.id)
    seats = {seat.id: seat for seat in claims.lock([one.seat_id for one in reservations])}
    for reservation in reservations:
        db.session.refresh(reservation, with_for_update=True)
    lapsed = [one for one in reservations if not _is_kept(one, seats[one.seat_id])]
    kept = [one.id for one in reservations if one not in lapsed]
    problem = _retake(lapsed, kept, seats, order, now)
    if problem:
        return problem
    _sell(reservations, payment, order, now)
    return None


def _reservations(payment_id: int) -> list[Reservation]:
    statement = (
        select(Reservation)
        .join(PaymentItem, PaymentItem.reservation_id == Reservation.id)
        .where(PaymentItem.payment_id == payment_id)
        .order_by(Reservation.seat_id)
    )
    return list(db.session.scalars(statement))


def _is_kept(reservation: Reservation, seat: Seat) -> bool:
    return not reservation.is_cancelled and seat.version == reservation.seat_version


def _retake(
    lapsed: Sequence[Reservation], kept: Sequence[int], seats: dict[int, Seat], order: Order, now: datetime
) -> str | None:
    """Take lapsed seats again for the fan who has paid for them after all."""
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
    return None


def _is_free(seat: Seat, now: datetime) -> bool:
    return not seat.is_sold and (seat.held_until is None or seat.held_until <= now)


def _sell(reservations: Sequence[Reservation], payment: Payment, order: Order, now: datetime) -> None:
    seat_ids = [one.seat_id for one in reservations]
    for reservation in reservations:
        reservation.payment_id = payment.id
    db.session.flush()
    claims.sell(seat_ids)
    tickets.issue([one.id for one in reservations], now)
    numbers = db.session.scalars(select(Seat.number).where(Seat.id.in_(seat_ids))).all()
    claims.publish(db.session.get_one(Schedule, order.schedule_id), numbers, messages.SOLD)
    admission.finish(order.user_id, order.concert_id, now)
