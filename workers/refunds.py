"""Jobs of refunds: fetching the card's part until the provider confirms, and giving a cancelled show's money back."""

import logging

from rq.timeouts import JobTimeoutException

from webapp import clock, jobs
from webapp.checkout import closing, returning
from webapp.checkout.models import Payment
from webapp.checkout.providers import provider
from webapp.checkout.refund_models import ASKED, Refund
from webapp.db import db, transaction
from webapp.errors import ProviderRefused, ProviderUnavailable

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
        report = company.refund(key, amount, f"{reference}-refund")
    except ProviderRefused:
        with transaction():
            return returning.refused(refund_id)
    except ProviderUnavailable:
        with transaction():
            return returning.no_answer(refund_id, clock.now())
    with transaction():
        return returning.returned(refund_id, report.refunded, clock.now())


def send_refunds() -> str:
    """Ask for every refund that is due; a provider that is away ends the run."""
    done = 0
    for refund_id in returning.due(clock.now(), BATCH):
        try:
            if send_refund(refund_id) == returning.UNREACHABLE:
                break
            done += 1
        except JobTimeoutException:
            raise
        except Exception:
            db.session.rollback()
            log.exception("refund %s failed", refund_id)
    return f"{done} done"


def refund_cancelled_shows() -> str:
    """End the orders of cancelled performances, a transaction each; what is left follows in the next run."""
    order_ids = closing.unfinished(BATCH)
    ended = sum(_end(order_id) for order_id in order_ids)
    if len(order_ids) == BATCH and ended:
        jobs.enqueue_later(jobs.MONEY, jobs.REFUND_SHOWS)
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
