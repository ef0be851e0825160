"""Sending the fan to the provider. Entry-point code: a call between two transactions."""

from flask_babel import get_locale
from sqlalchemy import bindparam, select

from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import payments
from webapp.checkout.models import PENDING, Payment
from webapp.checkout.providers import Charge, Started, provider
from webapp.db import at_once, db, fetch, transaction
from webapp.errors import ProviderUnavailable

HOLD_ENDS = select(Order.expires_at).where(Order.id == bindparam("order_id"))


def send(payment: Payment, description: str, return_url: str) -> str | None:
    """The provider's page for this attempt; None when there is nothing left to do there.

    Raises ProviderUnavailable or ProviderRefused after noting that the attempt failed and returning its points.
    """
    if payment.status != PENDING or payment.redirect_url:
        return payment.redirect_url if payment.status == PENDING else None
    payment_id, company = payment.id, provider(payment.provider)
    charge = _charge(payment, description, return_url)
    try:
        started: Started = company.start(charge)
    except ProviderUnavailable as problem:
        with transaction():
            payments.not_started(payment_id, problem.code.replace("-", "_"), clock.now())
        raise
    with at_once():
        payments.started(payment_id, started.provider_key, started.redirect_url)
    return started.redirect_url


def _charge(payment: Payment, description: str, return_url: str) -> Charge:
    ends = fetch(HOLD_ENDS, order_id=payment.order_id) if payment.order_id else []
    charge = Charge(
        reference=payment.public_id,
        idempotency_key=payment.public_id,
        amount=payment.amount,
        currency=payment.currency,
        description=description,
        return_url=return_url,
        hold_ends_at=ends[0].expires_at if ends else None,
        language=str(get_locale() or ""),
    )
    db.session.rollback()  # the connection goes back to the pool while the provider thinks
    return charge
