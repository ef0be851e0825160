"""Settling: what becomes of an attempt once its provider has spoken. Each verb is one transaction's work.

Whoever settles has locked the fan first, then seats by id, then what hangs on them; see booking/claims.py.
"""

from datetime import datetime

from sqlalchemy import bindparam, select

from webapp import jobs
from webapp.booking.models import PAID as ORDER_PAID
from webapp.booking.models import Order
from webapp.checkout import locking, mail_models, mails, points, strays, winning
from webapp.checkout.models import CANCELLED, CANCELLING, FAILED, IN_REVIEW, PAID, PENDING, Payment
from webapp.checkout.numbers import storable
from webapp.checkout.providers import Report
from webapp.db import after_commit, db
from webapp.live import messages
from webapp.waiting_room import admission

CLOSED_THERE = {"cancelled", "abandoned"}  # why an attempt has failed that its provider takes no money for any more

# What every settling asks, built once.
OPEN_ATTEMPTS = (
    select(Payment).where(Payment.order_id == bindparam("order_id"), Payment.status == PENDING).with_for_update()
)


def settle(payment_id: int, report: Report, now: datetime) -> str:
    """Bring an attempt to where its provider's report says; returns the outcome in a word.

    Repeated, late and reordered reports change nothing: a failure after a success is ignored, and a success
    after a failure is worth the seats if they can still be had.
    """
    # The order is kept in sight: the session forgets what nobody holds, and would ask for it again.
    payment, _order, has_others = locking.lock_with_order(payment_id)
    if _is_foreign(payment, report):
        return _foreign(payment, report, now)
    # Written anew, the same key would be a change to look for at every statement. That of an attempt closed there is
    # noted too: money that comes under another key is then seen to be none of its own.
    if payment.provider_key is None and report.status in {"paid", "cancelled"}:
        payment.provider_key = report.provider_key
    if report.status == "paid":
        problem = _mismatch(payment, report)
        if problem:
            return _review(payment, problem, report, now)
        return settle_paid(payment, report.amount, now, has_others=has_others)
    if report.status == "cancelled" and is_going_back(payment):
        return cancelled(payment, now)
    if report.status in {"failed", "cancelled"} and payment.status == PENDING:
        return fail(payment, "declined" if report.status == "failed" else "cancelled", now)
    return "ignored"


def settle_paid(payment: Payment, captured: int, now: datetime, *, has_others: bool = True) -> str:
    """The money is there: hand over what it was for, or ask the provider to give it back.

    `has_others`: whether other attempts of its order may be open; the caller has locked the fan before it looked.
    """
    if payment.status not in {PENDING, FAILED} or payment.reason in CLOSED_THERE:
        return "ignored"  # what a provider has cancelled is over there too: this report was overtaken
    was_failed = payment.status == FAILED
    if payment.order_id is None:
        payment.captured_amount = captured
        return _top_up(payment, now)
    order = db.session.get_one(Order, payment.order_id)
    lost = _cannot_win(payment, order, was_failed) or winning.win(payment, order, captured, now)
    if lost:
        payment.captured_amount = captured
        return _undo(payment, lost, now)
    if has_others:
        close_open(order.id, "superseded", now)
    mails.write(mail_models.ORDER_CONFIRMED, payment.id, payment.user_id, now)
    admission.finish(order.user_id, order.concert_id, now)
    _tell(payment)
    return "paid"


def fail(payment: Payment, reason: str, now: datetime) -> str:
    """The attempt has come to nothing; the points it took come back, once."""
    payment.status, payment.reason, payment.ended_at, payment.ask_at = FAILED, reason, now, None
    _return_points(payment, now)
    _tell(payment)
    return "failed"


def cancelled(payment: Payment, now: datetime) -> str:
    """The provider has confirmed that the money went back."""
    payment.status, payment.returned_at, payment.ask_at = CANCELLED, now, None
    payment.ended_at = payment.ended_at or now
    _return_points(payment, now)
    _tell(payment)
    return "cancelled"


def send_back(payment: Payment, reason: str | None, now: datetime) -> str:
    """Have the provider return captured money; a job asks until it confirms."""
    payment.status, payment.reason = CANCELLING, reason
    payment.ended_at = payment.ended_at or now
    ask_for_money(payment, now)
    return "cancelling"


def reopen(payment: Payment, captured: int, now: datetime) -> str:
    """Closed here because it was closed there once; the money is there all the same, and buys nothing now."""
    payment.captured_amount = captured
    _write_to_fan(payment, now)
    return send_back(payment, "reopened", now)


def is_going_back(payment: Payment) -> bool:
    """Whether the provider is being asked for this payment's money."""
    return payment.status == CANCELLING or (payment.status == IN_REVIEW and payment.ask_at is not None)


def close_open(order_id: int, reason: str, now: datetime) -> None:
    """Attempts of this order still open are over, and their points come back.

    Their pages at the provider may still be open and be paid there: a job closes them, or settles what was paid.
    """
    for payment in db.session.scalars(OPEN_ATTEMPTS, {"order_id": order_id}):
        fail(payment, reason, now)
        payment.ask_at = now


def _is_foreign(payment: Payment, report: Report) -> bool:
    if payment.provider_key is not None:
        return report.provider_key != payment.provider_key
    # Our own key is not noted yet: a callback may be faster. But a key that is another payment's is no news.
    return strays.of_key(payment.provider, report.provider_key) is not None


def _foreign(payment: Payment, report: Report, now: datetime) -> str:
    """Money under another key than ours is not this payment's, which goes on waiting for its own."""
    if report.status != "paid":
        return "ignored"
    strays.keep(payment.provider, report, strays.FOREIGN, now)
    return strays.FOREIGN


def _mismatch(payment: Payment, report: Report) -> str | None:
    if report.currency != payment.currency:
        return "wrong_currency"
    return "wrong_amount" if report.amount != payment.amount else None


def _review(payment: Payment, problem: str, report: Report, now: datetime) -> str:
    """Money that is not what we asked for buys nothing: it goes back, and an operator sees it."""
    if payment.status not in {PENDING, FAILED}:
        return "ignored"
    if payment.status == PENDING:
        _return_points(payment, now)
    payment.status, payment.reason, payment.ended_at = IN_REVIEW, problem, now
    payment.provider_key = report.provider_key
    payment.captured_amount = max(storable(report.amount), 0)
    _write_to_fan(payment, now)
    ask_for_money(payment, now)
    return problem


def ask_for_money(payment: Payment, now: datetime) -> None:
    """Have the provider asked now for money that goes back."""
    payment.asks, payment.ask_at = 0, now
    after_commit(jobs.enqueue_later, jobs.ASKING, jobs.CANCEL_PAYMENT, payment.id)
    _tell(payment)


def _cannot_win(payment: Payment, order: Order, was_failed: bool) -> str | None:
    if order.status == ORDER_PAID:
        return "already_paid"
    return "points_returned" if was_failed and payment.points_amount else None


def _undo(payment: Payment, reason: str, now: datetime) -> str:
    # Nothing was captured when points paid alone: then there is nobody to ask.
    if not payment.captured_amount:
        return fail(payment, reason, now)
    _return_points(payment, now)
    _write_to_fan(payment, now)
    return send_back(payment, reason, now)


def _write_to_fan(payment: Payment, now: datetime) -> None:
    """Mails are about orders: of a top-up, and of what took nothing, the wallet and the page say enough."""
    if payment.order_id and payment.captured_amount:
        mails.write(mail_models.HOLD_REFUNDED, payment.id, payment.user_id, now)


def _top_up(payment: Payment, now: datetime) -> str:
    points.top_up(payment.user_id, payment.amount, payment.id, now)
    payment.status, payment.reason = PAID, None
    payment.paid_at = payment.ended_at = now
    _tell(payment)
    return "paid"


def _return_points(payment: Payment, now: datetime) -> None:
    if payment.points_amount:
        points.give_back(payment.user_id, payment.points_amount, payment.id, now)


def _tell(payment: Payment) -> None:
    if payment.order_id is None:
        after_commit(messages.wallet_changed, payment.user_id)
        return
    order = db.session.get_one(Order, payment.order_id)
    after_commit(messages.order_changed, payment.user_id, order.public_id, once=("order", order.id))
