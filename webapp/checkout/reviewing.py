"""Payments in review: money that a provider would not send back by itself, until an operator asks again."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.checkout import locking, settling
from webapp.checkout.models import BY_OPERATOR, IN_REVIEW, Payment
from webapp.db import db
from webapp.errors import NotFound


def send_back(public_id: str, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Have the provider return the money; the state before and after.

    Raises NotFound unless the payment is in review and nobody asks for its money.
    """
    payment_id = db.session.scalar(select(Payment.id).where(Payment.public_id == public_id))
    payment = locking.lock(payment_id) if payment_id else None
    if payment is None or payment.status != IN_REVIEW or payment.ask_at:
        raise NotFound()
    before = _state(payment)
    payment.handling = BY_OPERATOR
    settling.send_back(payment, payment.reason, now)
    return before, _state(payment)


def _state(payment: Payment) -> dict[str, Any]:
    return {"status": payment.status, "reason": payment.reason, "handling": payment.handling}
