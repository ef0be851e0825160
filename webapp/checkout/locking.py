"""Locking a payment before it is settled: its fan first, as everywhere, then the payment itself."""

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import User
from webapp.booking.models import Order
from webapp.checkout.models import PENDING, Payment
from webapp.db import db, fetch

# What every settling asks, built once.
FAN = (
    select(User.id)
    .where(User.id == select(Payment.user_id).where(Payment.id == bindparam("payment_id")).scalar_subquery())
    .with_for_update(key_share=True)
)
ANOTHER = aliased(Payment)
WITH_ORDER = (
    select(
        Payment,
        Order,
        exists()
        .where(ANOTHER.order_id == Payment.order_id, ANOTHER.id != Payment.id, ANOTHER.status == PENDING)
        .label("has_others"),
    )
    .outerjoin(Order, Order.id == Payment.order_id)
    .where(Payment.id == bindparam("payment_id"))
    .with_for_update(of=Payment)
)


def lock(payment_id: int) -> Payment:
    """Lock the fan, then their payment, and read it afresh."""
    return lock_with_order(payment_id)[0]


def lock_with_order(payment_id: int) -> tuple[Payment, Order | None, bool]:
    """The same, with its order, and whether that has other attempts that are open."""
    fetch(FAN, payment_id=payment_id)
    asked = {"payment_id": payment_id}
    found = db.session.execute(WITH_ORDER, asked, execution_options={"populate_existing": True}).one()
    return found.Payment, found.Order, found.has_others
