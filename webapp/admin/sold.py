"""Paid orders and their refunds as operators look them up."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from webapp.accounts.models import User
from webapp.booking.models import PAID, REFUNDED, Order, Reservation
from webapp.checkout import refunding
from webapp.checkout.models import Payment
from webapp.checkout.refund_models import ASKED, REFUSED, Refund
from webapp.concerts.models import Concert, Schedule
from webapp.db import db
from webapp.errors import NotFound

MOST = 50
SLOW = timedelta(minutes=10)  # a provider that has not confirmed by then is worth a look


def order(public_id: str) -> Order:
    """An order that is or was paid, whoever's it is. Raises NotFound."""
    found = db.session.scalar(select(Order).where(Order.public_id == public_id, Order.status.in_((PAID, REFUNDED))))
    if found is None:
        raise NotFound()
    return found


def fan(order: Order) -> User:
    """Whose order it is."""
    return db.session.get_one(User, order.user_id)


def find(wanted: str) -> list[Row[Any]]:
    """Paid and refunded orders of the fan with this email address, or the order with this id; newest first.

    Each with how many seats it is for, and what they cost together, in won.
    """
    of_it = select(Reservation).where(Reservation.order_id == Order.id)
    seats, total = of_it.with_only_columns(func.count()), of_it.with_only_columns(func.sum(Reservation.price))
    statement = (
        select(Order, Concert, Schedule, User.email, seats.label("seats"), total.label("total"))
        .join(Concert, Concert.id == Order.concert_id)
        .join(Schedule, Schedule.id == Order.schedule_id)
        .join(User, User.id == Order.user_id)
        .where(Order.status.in_((PAID, REFUNDED)))
        .order_by(Order.id.desc())
        .limit(MOST)
    )
    if wanted:
        statement = statement.where((func.lower(User.email) == wanted.lower()) | (Order.public_id == wanted))
    return list(db.session.execute(statement))


def refund(order_id: int, is_free: bool, fee_seen: int, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Cancel an order for an operator; the state before and after. Raises as refunding.cancel_for_operator."""
    refund = refunding.cancel_for_operator(order_id, is_free, fee_seen, now)
    amounts = {"fee": refund.fee, "to_card": refund.card_amount, "to_points": refund.points_amount}
    return {"status": PAID}, {"status": REFUNDED, **amounts}


def refunds_to_look_at(now: datetime) -> list[Row[Any]]:
    """Refunds a provider refused, or has not confirmed for a while; oldest first."""
    is_slow = (Refund.status == ASKED) & (Refund.created_at <= now - SLOW)
    statement = (
        select(Refund, Order, Concert, User.email)
        .join(Order, Order.id == Refund.order_id)
        .join(Concert, Concert.id == Order.concert_id)
        .join(Payment, Payment.id == Refund.payment_id)
        .join(User, User.id == Order.user_id)
        .where((Refund.status == REFUSED) | is_slow)
        .order_by(Refund.id)
        .limit(MOST)
    )
    return list(db.session.execute(statement))
