"""What a provider says by itself of money on its way back: that it arrived, or that it came to nothing after all.

It is a reason to ask, never the last word: news may be late and overtaken. What has to be asked for is asked for again,
and the answer settles it, as in reconciling.py and returning.py.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, select

from webapp.checkout import locking, reconciling, returning, settling, strays
from webapp.checkout.models import CANCELLED, IN_REVIEW, REFUNDED, Payment, PaymentEvent
from webapp.checkout.refund_models import ASKED, REFUSED, Refund
from webapp.db import db

ARRIVED, FAILED = "refund.succeeded", "refund.failed"
KINDS = (ARRIVED, FAILED)
MOST_FAILED = 1  # a bank that did not take it twice will not take it a third time: that is for people


def settle(event: Row[Any], now: datetime) -> str:
    """Have the provider asked, where its news differs from what we know; the outcome in a word.

    Money that failed to arrive is asked for once more; what fails again is "in review", for the fan and the operator.
    """
    payment = locking.lock(event.payment_id) if event.payment_id else None
    if payment is None or payment.provider_key != event.provider_key:
        return _of_a_stray(event, now)
    if _is_overtaken(event):
        return "ignored"
    if event.kind == ARRIVED:
        return _arrived(payment, now)
    outcome = _failed(payment, now)
    if outcome != "ignored" and _failed_before(event) >= MOST_FAILED:
        return _into_review(payment, now)
    return outcome


def _arrived(payment: Payment, now: datetime) -> str:
    """Ask now instead of later; for what was refused too, since somebody may have sent it by hand."""
    refund = _refund(payment)
    if refund and refund.status in {ASKED, REFUSED}:
        returning.ask(refund, now)
        return "asked"
    if settling.is_going_back(payment):
        settling.ask_for_money(payment, now)
        return "asked"
    return settling.send_back(payment, payment.reason, now) if payment.status == IN_REVIEW else "ignored"


def _failed(payment: Payment, now: datetime) -> str:
    if payment.status == REFUNDED:
        return returning.missing(payment.id, now)
    if payment.status == CANCELLED and payment.captured_amount:
        payment.returned_at = None
        return settling.send_back(payment, payment.reason, now)
    return "ignored"


def _into_review(payment: Payment, now: datetime) -> str:
    refund = _refund(payment)
    return returning.refused(refund.id, now) if refund else reconciling.refused(payment.id, now)


def _of_a_stray(event: Row[Any], now: datetime) -> str:
    if event.kind == FAILED and strays.reopen(event.provider, event.provider_key, now):
        return "asked"
    return "ignored"


def _is_overtaken(event: Row[Any]) -> bool:
    """Whether the same refund is known to have failed: that is for good, whatever is heard of it afterwards."""
    name, _, _status = event.event_id.rpartition(":")
    failed = (PaymentEvent.provider == event.provider) & (PaymentEvent.event_id == f"{name}:failed")
    return event.kind == ARRIVED and bool(db.session.scalar(select(exists().where(failed))))


def _failed_before(event: Row[Any]) -> int:
    """How many other refunds of this payment have failed; each is one event."""
    same = (PaymentEvent.provider == event.provider) & (PaymentEvent.reference == event.reference)
    others = same & (PaymentEvent.kind == FAILED) & PaymentEvent.settled_at.is_not(None)
    return db.session.scalar(select(func.count()).where(others, PaymentEvent.provider_key == event.provider_key)) or 0


def _refund(payment: Payment) -> Refund | None:
    found: Refund | None = db.session.scalar(select(Refund).where(Refund.payment_id == payment.id))
    return found
