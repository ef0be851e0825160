"""Sending the fan to the provider. Entry-point code: a call between two transactions."""

from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import payments
from webapp.checkout.models import PENDING, Payment
from webapp.checkout.providers import Charge, Started, provider
from webapp.db import at_once, db, transaction
from webapp.errors import ProviderUnavailable


def send(payment: Payment, description: str, return_url: str) -> str | None:
    """The provider's page for this attempt; None when there is nothing left to do there.

    Raises ProviderUnavailable or ProviderRefused after noting that the attempt failed and returning its points.
    """
    if payment.status != PENDING or payment.redirect_url:
        return payment.redirect_url if payment.status == PENDING else None
    payment_id = payment.id
    charge = _charge(payment, description, return_url)
    try:
        started: Started = provider(payment.provider).start(charge)
    except ProviderUnavailable as problem:
        with transaction():
            payments.not_started(payment_id, problem.code.replace("-", "_"), clock.now())
        raise
    with at_once():
        payments.started(payment_id, started.provider_key, started.redirect_url)
    return started.redirect_url


def _charge(payment: Payment, description: str, return_url: str) -> Charge:
    order = db.session.get_one(Order, payment.order_id) if payment.order_id else None
    charge = Charge(
        reference=payment.public_id,
        idempotency_key=payment.public_id,
        amount=payment.amount,
        currency=payment.currency,
        description=description,
        return_url=return_url,
        hold_ends_at=order.expires_at if order else None,
    )
    db.session.rollback()  # the connection goes back to the pool while the provider thinks
    return charge
