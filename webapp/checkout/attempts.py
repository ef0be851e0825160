"""An attempt to pay: what it needs to begin, and writing it down. Whoever calls has locked the fan."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, Integer, Row, bindparam, exists, select, text
from sqlalchemy.orm import make_transient_to_detached

from webapp.booking.models import OPEN, Order, Reservation
from webapp.checkout.models import PAID, PENDING, POINTS, WON, Payment
from webapp.concerts.models import Schedule
from webapp.db import db, fetch, stale_in_session
from webapp.errors import AlreadyPaid, HoldExpired, KeyReused, NotFound, ShowCancelled

FIRST_ASK = timedelta(seconds=60)

# What every attempt asks, built once.
PAYABLE = (
    select(
        Order.id,
        Order.status,
        Order.expires_at,
        Order.extended_at,
        Reservation.id.label("hold_id"),
        Reservation.price,
        exists().where(Payment.order_id == Order.id, Payment.status == PAID).label("is_paid"),
        exists().where(Payment.order_id == Order.id, Payment.status == PENDING).label("has_open"),
        Schedule.cancelled_at.is_not(None).label("is_show_cancelled"),
    )
    .join(Schedule, Schedule.id == Order.schedule_id)
    .outerjoin(
        Reservation,
        (Reservation.order_id == Order.id)
        & ~Reservation.is_cancelled
        & (Reservation.expires_at > bindparam("now", type_=DateTime(timezone=True))),
    )
    .where(Order.id == bindparam("order_id"), Order.user_id == bindparam("user_id"))
    .order_by(Reservation.seat_id)
)
SAME_KEY = select(Payment.id).where(
    Payment.user_id == bindparam("user_id"), Payment.idempotency_key == bindparam("idempotency_key")
)
BEGIN = text(
    """
    WITH begun AS (
        INSERT INTO payments (public_id, user_id, order_id, provider, idempotency_key, amount, points_amount,
                              captured_amount, currency, status, created_at, asks, ask_at)
        VALUES (:public_id, :user_id, :order_id, :provider, :idempotency_key, :amount, :points_amount,
                :captured_amount, :currency, :status, :created_at, :asks, :ask_at)
        RETURNING id
    ), items AS (
        INSERT INTO payment_items (payment_id, reservation_id, order_id, price)
        SELECT begun.id, item.id, CAST(:order_id AS int), item.price
        FROM begun, unnest(CAST(:hold_ids AS int[]), CAST(:prices AS int[])) AS item (id, price)
    )
    SELECT id FROM begun
    """
).columns(id=Integer)


@dataclass(frozen=True)
class Wish:
    """How a fan wants to pay an order: the total they saw, how many of it in points, and through whom the rest."""

    total: int
    points: int
    provider: str
    idempotency_key: str


def known(user_id: int, order_id: int | None, wish: Wish) -> Payment | None:
    """The attempt this key has begun already. The same key for another purchase is no repetition."""
    found = fetch(SAME_KEY, user_id=user_id, idempotency_key=wish.idempotency_key)
    if not found:
        return None
    attempt = db.session.get_one(Payment, found[0].id)
    begun = (attempt.order_id, attempt.amount + attempt.points_amount, attempt.points_amount, attempt.provider)
    if begun != (order_id, wish.total, wish.points, _through(wish)):
        raise KeyReused()
    return attempt


def payable(user_id: int, order_id: int, now: datetime) -> Sequence[Row[Any]]:
    """The order's live holds, each with the order's own times and whether it is paid and has an attempt that is open.

    Raises NotFound, AlreadyPaid, ShowCancelled or HoldExpired.
    """
    found = fetch(PAYABLE, user_id=user_id, order_id=order_id, now=now)
    stale_in_session(Order, [order_id])  # whoever read it before had not locked the fan
    if not found:
        raise NotFound()
    first = found[0]
    if first.is_paid:
        raise AlreadyPaid()
    if first.is_show_cancelled:
        raise ShowCancelled()
    if first.status != OPEN or first.expires_at <= now or first.hold_id is None:
        raise HoldExpired()
    return found


def begin(
    user_id: int, order_id: int | None, wish: Wish, total: int, now: datetime, holds: Sequence[Row[Any]] = ()
) -> Payment:
    """Write an attempt and what it is for, in one statement; the session has it as if it had read it."""
    facts = {
        "public_id": secrets.token_urlsafe(12),
        "user_id": user_id,
        "order_id": order_id,
        "provider": _through(wish),
        "idempotency_key": wish.idempotency_key,
        "amount": total - wish.points,
        "points_amount": wish.points,
        "captured_amount": 0,
        "currency": WON,
        "status": PENDING,
        "created_at": now,
        "asks": 0,
        "ask_at": now + FIRST_ASK,
    }
    items = {"hold_ids": [hold.hold_id for hold in holds], "prices": [hold.price for hold in holds]}
    unset = dict.fromkeys(("provider_key", "reason", "handling", "redirect_url", "paid_at", "ended_at", "returned_at"))
    payment = Payment(id=fetch(BEGIN, **facts, **items)[0].id, **facts, **unset)
    make_transient_to_detached(payment)
    db.session.add(payment)
    return payment


def _through(wish: Wish) -> str:
    return wish.provider if wish.points < wish.total else POINTS
