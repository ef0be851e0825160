"""Jobs of money: settling stored callbacks, asking providers, sending money back.

Each takes ids, works in one transaction per payment, and may run twice or stop in the middle.
"""

import logging
from collections.abc import Callable, Sequence

from rq.timeouts import JobTimeoutException

from webapp import clock
from webapp.checkout import inbox, reconciling
from webapp.checkout.models import CANCELLING, FAILED, PENDING, Payment
from webapp.checkout.providers import provider
from webapp.checkout.reconciling import UNREACHABLE
from webapp.db import db, transaction
from webapp.errors import ProviderRefused, ProviderUnavailable

log = logging.getLogger(__name__)

BATCH = 50


def settle_event(event_id: int) -> str:
    """Settle one stored callback."""
    with transaction():
        return inbox.settle_event(event_id, clock.now())


def settle_forgotten() -> str:
    """Settle the stored callbacks that were never enqueued, or whose worker died."""
    return _each(inbox.forgotten(clock.now(), BATCH), settle_event)


def ask_provider(payment_id: int) -> str:
    """Ask what became of a payment, and settle it by the answer."""
    payment = db.session.get_one(Payment, payment_id)
    is_replaced = payment.status == FAILED and payment.ask_at is not None
    if payment.status != PENDING and not is_replaced:
        return "ignored"
    company = provider(payment.provider)
    reference, provider_key, created_at = payment.public_id, payment.provider_key, payment.created_at
    db.session.rollback()  # no transaction stays open while the provider thinks
    try:
        report = company.look_up(reference, provider_key)
        is_over = is_replaced or reconciling.is_abandoned(created_at, report, clock.now())
        if is_over and report and report.status == "open":
            report = company.cancel(report.provider_key, "abandoned", f"{reference}-abandoned")
    except ProviderUnavailable:
        with transaction():
            return reconciling.no_answer(payment_id, clock.now())
    with transaction():
        return reconciling.heard(payment_id, report, clock.now())


def ask_providers() -> str:
    """Ask about every payment that should have heard back by now."""
    return _each(reconciling.due(PENDING, clock.now(), BATCH), ask_provider)


def cancel_payment(payment_id: int) -> str:
    """Have the provider send a payment's money back."""
    payment = db.session.get_one(Payment, payment_id)
    if payment.status != CANCELLING or payment.provider_key is None:
        return "ignored"
    company, key, reason = provider(payment.provider), payment.provider_key, payment.reason or ""
    reference = payment.public_id
    db.session.rollback()
    try:
        report = company.cancel(key, reason, f"{reference}-cancel")
    except ProviderRefused:
        with transaction():
            return reconciling.refused(payment_id, clock.now())
    except ProviderUnavailable:
        with transaction():
            return reconciling.no_answer(payment_id, clock.now())
    with transaction():
        return reconciling.money_returned(payment_id, report, clock.now())


def finish_cancellations() -> str:
    """Ask again for the money that has not come back yet."""
    return _each(reconciling.due(CANCELLING, clock.now(), BATCH), cancel_payment)


def _each(ids: Sequence[int], work: Callable[[int], str]) -> str:
    """Work on one after the other; a provider that does not answer ends the run, so that it holds up nobody."""
    done = 0
    for one in ids:
        try:
            if work(one) == UNREACHABLE:
                break
            done += 1
        except JobTimeoutException:
            raise
        except Exception:
            # One payment that cannot be settled must not keep the others from it; the next run tries again.
            db.session.rollback()
            log.exception("%s(%s) failed", work.__name__, one)
    return f"{done} done"
