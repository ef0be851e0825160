"""Asking providers: about payments that never heard back, and for money that has to go back.

The calls happen between transactions, so these verbs come in pairs: what is due, and what was heard.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.booking.models import Order
from webapp.checkout import backing_off, locking, settling
from webapp.checkout.models import BY_REFUSAL, CANCELLING, FAILED, IN_REVIEW, PENDING, Payment
from webapp.checkout.providers import Report
from webapp.db import db

UNREACHABLE = "unreachable"
ABANDONED = timedelta(minutes=30)  # nobody is still typing a card number
POINTS_WAIT = timedelta(minutes=3)  # once the hold is over: for who has just pressed, and a callback that is slow


def due(status: str, now: datetime, most: int, silent: Collection[str] = ()) -> Sequence[int]:
    """Ids of pending payments to ask about, or of cancelling ones to ask for, whose time has come.

    Those of `silent` providers are not among them.
    """
    unsure = Payment.status == status
    if status == CANCELLING:
        unsure |= Payment.status == IN_REVIEW
    if status == PENDING:
        # An attempt closed on our side may still be paid on the provider's page until it is closed there.
        unsure |= Payment.status == FAILED
    is_due = unsure & (Payment.ask_at <= now) & Payment.provider.not_in(silent)
    return db.session.scalars(select(Payment.id).where(is_due).order_by(Payment.ask_at).limit(most)).all()


def heard(payment_id: int, report: Report | None, now: datetime, *, was_abandoned: bool = False) -> str:
    """What the provider said about a pending payment. One still open is asked about again later.

    `was_abandoned`: it said so on being asked to close what nobody had finished.
    """
    payment = locking.lock(payment_id)
    is_unfinished = was_abandoned and report is not None and report.status == "cancelled"
    if is_unfinished and payment.status == FAILED and payment.reason == "cancelled":
        payment.reason = "abandoned"  # its callback was faster than this answer
    if payment.status == FAILED and payment.ask_at:
        # It was closed here while its provider was asked about one still open: its page is still there, and payable.
        if report and report.status == "open":
            return postpone(payment, now)
        payment.ask_at = None
        if report and report.status == "cancelled":
            payment.reason = "cancelled"
        return settling.settle(payment_id, report, now) if report else "ignored"
    if payment.status != PENDING:
        return "ignored"
    if report is None:
        return settling.fail(payment, "never_started", now)
    if report.status == "open":
        return _look_again(payment, now)
    outcome = settling.settle(payment_id, report, now)
    if is_unfinished and outcome == "failed":
        payment.reason = "abandoned"
    return outcome


def closes_at(payment: Payment) -> datetime:
    """When an attempt that nobody finishes is closed: after half an hour, or soon after its hold if it keeps points."""
    latest = payment.created_at + ABANDONED
    if not payment.points_amount:
        return latest
    return min(latest, db.session.get_one(Order, payment.order_id).expires_at + POINTS_WAIT)


def is_abandoned(closes_at: datetime, report: Report | None, now: datetime) -> bool:
    """Whether an open payment is to be closed at the provider, so that nobody pays it tomorrow."""
    return report is not None and report.status == "open" and closes_at <= now


def money_returned(payment_id: int, report: Report, now: datetime) -> str:
    """What the provider said when asked for the money: confirmed once it says that all of it went back."""
    payment = locking.lock(payment_id)
    if not settling.is_going_back(payment):
        return "ignored"
    is_back = report.status == "cancelled" and report.refunded >= payment.captured_amount
    return settling.cancelled(payment, now) if is_back else postpone(payment, now)


def refused(payment_id: int, now: datetime) -> str:
    """The provider will not send the money back: an operator has to look at it."""
    payment = locking.lock(payment_id)
    if not settling.is_going_back(payment):
        return "ignored"
    payment.status, payment.handling, payment.ask_at = IN_REVIEW, BY_REFUSAL, None
    return "refused"


def no_answer(payment_id: int, now: datetime) -> str:
    """The provider could not be asked; try again later, each time after twice as long. Says UNREACHABLE."""
    payment = locking.lock(payment_id)
    if payment.ask_at:  # another job, asking at the same time, may have been told how it ended
        postpone(payment, now)
    return UNREACHABLE


def _look_again(payment: Payment, now: datetime) -> str:
    """Later; one that keeps points not later than it is to be closed."""
    postponed, closes = postpone(payment, now), closes_at(payment)
    if payment.points_amount and payment.ask_at and now < closes < payment.ask_at:
        payment.ask_at = closes
    return postponed


def not_now(payment_id: int, now: datetime) -> str:
    """The provider answered and will not do it at this moment, as while a card is being charged: again later."""
    payment = locking.lock(payment_id)
    is_unsure = payment.status in {PENDING, FAILED} and payment.ask_at is not None
    return postpone(payment, now) if is_unsure else "ignored"


def postpone(payment: Payment, now: datetime) -> str:
    """Ask again later, each time after twice as long."""
    payment.asks += 1
    payment.ask_at = now + backing_off.wait(payment.asks)
    return "postponed"
