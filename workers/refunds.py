"""Jobs of refunds: fetching the card's part until the provider confirms, and giving a cancelled show's money back."""

import logging
import time

from rq.timeouts import JobTimeoutException

from webapp import clock, jobs
from webapp.checkout import closing, returning
from webapp.checkout.models import Payment
from webapp.checkout.providers import Provider, Report, provider
from webapp.checkout.refund_models import ASKED, Refund
from webapp.db import db, transaction
from webapp.errors import ProviderRefused, ProviderUnavailable
from workers import asking
from workers.asking import Errand

log = logging.getLogger(__name__)

BATCH = 50


def send_refund(refund_id: int) -> str:
    """Have the provider give the card's part of a refund back. Always with one key, so it goes back once."""
    refund = db.session.get_one(Refund, refund_id)
    payment = db.session.get_one(Payment, refund.payment_id)
    if refund.status != ASKED or payment.provider_key is None:
        return "ignored"
    company, key, amount = provider(payment.provider), payment.provider_key, refund.card_amount
    reference = payment.public_id
    db.session.rollback()  # no transaction stays open while the provider thinks
    try:
        report = _pay_back(company, key, reference, amount)
    except ProviderRefused:
        with transaction():
            return returning.refused(refund_id, clock.now())
    except ProviderUnavailable:
        with transaction():
            return returning.no_answer(refund_id, clock.now())
    with transaction():
        return returning.returned(refund_id, report.refunded, clock.now())


def _pay_back(company: Provider, key: str, reference: str, amount: int) -> Report:
    """Have it given back. Who has done it before us, by hand, is refused nothing and believed."""
    try:
        return company.refund(key, amount, f"{reference}-refund")
    except ProviderRefused:
        report = company.look_up(reference, key)
        if report and report.provider_key == key and report.refunded >= amount:
            return report
        raise


def send_refunds() -> str:
    """Ask for every refund that is due."""
    errand = Errand(
        due=lambda silent: returning.due(clock.now(), BATCH, silent),
        ask=send_refund,
        postpone=lambda refund_id: returning.no_answer(refund_id, clock.now()),
        provider=_provider,
    )
    return f"{asking.run(errand)} done"


def refund_cancelled_shows() -> str:
    """End the orders of cancelled performances, a transaction each; what is left follows in the next run.

    Orders that cannot be ended are passed by, however many they are.
    """
    ended, order_ids, until = 0, closing.unfinished(BATCH), time.monotonic() + jobs.STRETCH_SECONDS
    while order_ids and not (ended := sum(_end(order_id) for order_id in order_ids)) and time.monotonic() <= until:
        order_ids = closing.unfinished(BATCH, order_ids[-1])
    if len(order_ids) == BATCH and ended:
        # Behind whatever came meanwhile: thousands of orders take minutes, and every line and callback goes on.
        jobs.enqueue_later(jobs.ASKING, jobs.REFUND_SHOWS)
    return f"{ended} ended"


def _end(order_id: int) -> bool:
    try:
        with transaction():
            closing.end_order(order_id, clock.now())
    except JobTimeoutException:
        raise
    except Exception:
        # One order that cannot be ended must not keep the others from it; the next run tries again.
        log.exception("order %s of a cancelled performance was not ended", order_id)
        return False
    return True


def _provider(refund_id: int) -> str:
    refund = db.session.get_one(Refund, refund_id)
    return db.session.get_one(Payment, refund.payment_id).provider
