"""Locking a payment before it is settled: its fan first, as everywhere, then the payment itself."""

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import User
from webapp.booking.models import Order
from webapp.checkout.models import PENDING, Payment
from webapp.db import as_read, db, fetch

# What every settling asks, built once.
FAN = (
    select(User.id)
    .where(User.id == select(Payment.user_id).where(Payment.id == bindparam("payment_id")).scalar_subquery())
    .with_for_update(key_share=True)
)
ANOTHER = aliased(Payment)
PAYMENT, ORDER = Payment.__table__.columns, Order.__table__.columns
WITH_ORDER = (
    select(
        *(column.label(f"payment_{column.key}") for column in PAYMENT),
        *(column.label(f"order_{column.key}") for column in ORDER),
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
    db.session.flush()
    found = fetch(WITH_ORDER, payment_id=payment_id)[0]
    *of_order, has_others = found[len(PAYMENT) :]
    payment = as_read(Payment, found[: len(PAYMENT)])
    return payment, as_read(Order, of_order) if payment.order_id else None, has_others
