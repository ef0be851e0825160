"""Jobs of money: settling stored callbacks, asking providers, sending money back.

Each takes ids, works in one transaction per payment, and may run twice or stop in the middle.
"""

import logging
import time
from collections.abc import Callable, Sequence

from rq.timeouts import JobTimeoutException

from webapp import clock, jobs
from webapp.checkout import inbox, reconciling, settling, strays
from webapp.checkout.models import CANCELLING, FAILED, PENDING, Payment, StrayPayment
from webapp.checkout.providers import Provider, Report, provider
from webapp.checkout.reconciling import UNREACHABLE
from webapp.db import db, transaction
from webapp.errors import ProviderRefused, ProviderUnavailable
from workers import asking
from workers.asking import Errand

log = logging.getLogger(__name__)

BATCH = 50

# In a rush the next callback is a moment behind, and a job of its own would cost nearly as much as settling it: so a
# job that had something to settle waits so long for more, again and again up to a bound that the line need not mind.
GATHERING_SECONDS, GATHERING_AT_MOST_SECONDS = 0.05, 0.25


def settle_event(event_id: int) -> str:
    """Settle one stored callback."""
    with transaction():
        return inbox.settle_event(event_id, clock.now())


def settle_stored() -> str:
    """Settle what is stored and unsettled, until nothing is left or it is time to let another job run.

    Callbacks that come meanwhile find this job awake and enqueue none of their own. So before it ends it says that it
    is about to look, and looks once more from the beginning: what came before was seen, what comes after wakes another.
    """
    until = time.monotonic() + jobs.STRETCH_SECONDS
    done = _gather_until(until)
    jobs.begin_to_look(jobs.SETTLE_STORED)
    done += _settle_until(until)
    if time.monotonic() > until:
        jobs.wake_later(jobs.MONEY, jobs.SETTLE_STORED)
    return f"{done} done"


def settle_forgotten() -> str:
    """Settle the stored callbacks that were never enqueued, or whose worker died."""
    now, until = clock.now(), time.monotonic() + jobs.STRETCH_SECONDS
    return f"{_settle_until(until, lambda last: inbox.forgotten(now, BATCH, last))} done"


def _gather_until(until: float) -> int:
    """Settle what is stored and what comes within moments of it."""
    done = settled = _settle_until(until)
    gathering_until = time.monotonic() + GATHERING_AT_MOST_SECONDS
    while settled and time.monotonic() < gathering_until:
        time.sleep(GATHERING_SECONDS)
        settled = _settle_until(until)
        done += settled
    return done


def _settle_until(until: float, found: Callable[[int], Sequence[int]] | None = None) -> int:
    """Settle one batch after another; those that cannot be settled are passed by, however many they are."""
    done, last, is_more = 0, 0, True
    while is_more and time.monotonic() <= until and (ids := found(last) if found else inbox.unsettled(last, BATCH)):
        done += sum(_settled(one) for one in ids)
        last, is_more = ids[-1], len(ids) == BATCH  # what came meanwhile is found by the next look
    return done


def ask_provider(payment_id: int) -> str:
    """Ask what became of a payment, and settle it by the answer."""
    payment = db.session.get_one(Payment, payment_id)
    is_replaced = payment.status == FAILED and payment.ask_at is not None
    if payment.status != PENDING and not is_replaced:
        return "ignored"
    company = provider(payment.provider)
    reference, provider_key, closes_at = payment.public_id, payment.provider_key, reconciling.closes_at(payment)
    db.session.rollback()  # no transaction stays open while the provider thinks
    try:
        report = company.look_up(reference, provider_key)
        was_abandoned = not is_replaced and reconciling.is_abandoned(closes_at, report, clock.now())
        if (is_replaced or was_abandoned) and report and report.status == "open":
            # Its fan may pay in this very moment: only what is still unpaid there may be ended, never given back.
            report = company.close(report.provider_key, "abandoned", f"{reference}-abandoned")
    except ProviderRefused:
        with transaction():
            return reconciling.not_now(payment_id, clock.now())
    except ProviderUnavailable:
        with transaction():
            return reconciling.no_answer(payment_id, clock.now())
    with transaction():
        return reconciling.heard(payment_id, report, clock.now(), was_abandoned=was_abandoned)


def ask_providers() -> str:
    """Ask about every payment that should have heard back by now."""
    return f"{asking.run(_about_payments(PENDING, ask_provider))} done"


def cancel_payment(payment_id: int) -> str:
    """Have the provider send a payment's money back."""
    payment = db.session.get_one(Payment, payment_id)
    if not settling.is_going_back(payment) or payment.provider_key is None:
        return "ignored"
    company, key, reason = provider(payment.provider), payment.provider_key, payment.reason or ""
    reference = payment.public_id
    db.session.rollback()
    try:
        report = _give_back(company, key, reference, reason, f"{reference}-cancel")
    except ProviderRefused:
        with transaction():
            return reconciling.refused(payment_id, clock.now())
    except ProviderUnavailable:
        with transaction():
            return reconciling.no_answer(payment_id, clock.now())
    with transaction():
        return reconciling.money_returned(payment_id, report, clock.now())


def return_stray(stray_id: int) -> str:
    """Have the provider send back money that belongs to no payment of ours."""
    with transaction():
        if strays.spare(stray_id):
            return "ours"
    stray = db.session.get_one(StrayPayment, stray_id)
    if stray.ask_at is None:
        return "ignored"
    company, key, reference, reason = provider(stray.provider), stray.provider_key, stray.reference, stray.reason
    db.session.rollback()
    try:
        report = _give_back(company, key, reference, reason, f"{key}-stray")
    except ProviderRefused:
        with transaction():
            return strays.refused(stray_id)
    except ProviderUnavailable:
        with transaction():
            strays.postpone(stray_id, clock.now())
        return UNREACHABLE
    with transaction():
        return strays.heard(stray_id, report, clock.now())


def finish_cancellations() -> str:
    """Ask again for the money that has not come back yet."""
    ours = asking.run(_about_payments(CANCELLING, cancel_payment))
    return f"{ours} done, {asking.run(_about_strays())} done of strays"


def _about_payments(status: str, ask: Callable[[int], str]) -> Errand:
    return Errand(
        due=lambda silent: reconciling.due(status, clock.now(), BATCH, silent),
        ask=ask,
        postpone=lambda payment_id: reconciling.no_answer(payment_id, clock.now()),
        provider=lambda payment_id: db.session.get_one(Payment, payment_id).provider,
    )


def _about_strays() -> Errand:
    return Errand(
        due=lambda silent: strays.due(clock.now(), BATCH, silent),
        ask=return_stray,
        postpone=lambda stray_id: strays.postpone(stray_id, clock.now()),
        provider=lambda stray_id: db.session.get_one(StrayPayment, stray_id).provider,
    )


def _give_back(company: Provider, key: str, reference: str, reason: str, idempotency_key: str) -> Report:
    """Have the money sent back. Who has done it before us, by hand, is refused nothing and believed."""
    try:
        return company.cancel(key, reason, idempotency_key)
    except ProviderRefused:
        report = company.look_up(reference, key)
        if report and report.provider_key == key and report.status == "cancelled":
            return report
        raise


def _settled(event_id: int) -> bool:
    try:
        settle_event(event_id)
    except JobTimeoutException:
        raise
    except Exception:
        # One callback that cannot be settled must not keep the others from it; the next run tries again.
        db.session.rollback()
        log.exception("settle_event(%s) failed", event_id)
        return False
    return True
