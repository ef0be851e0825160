"""What a provider's records say, beside what ours say: the differences, and putting each right.

Reading the provider is the caller's; see balancing.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from webapp.checkout import locking, returning, settling, strays
from webapp.checkout.models import (
    CANCELLED,
    CANCELLING,
    FAILED,
    IN_REVIEW,
    PAID,
    PENDING,
    REFUNDED,
    Payment,
    StrayPayment,
)
from webapp.checkout.providers import Report
from webapp.checkout.refund_models import REFUSED, RETURNED, Refund
from webapp.db import db

PAID_THERE = "paid_there"
UNKNOWN_HERE = "unknown_here"
RETURNED_THERE = "returned_there"
KEPT_THERE = "kept_there"
PAID_HERE_ONLY = "paid_here_only"
AMOUNT_DIFFERS = "amount_differs"
REFUNDED_THERE = "refunded_there"
REFUND_MISSING = "refund_missing"
REFUND_SHORT = "refund_short"

# What needs a person: tickets are out or money is, and only somebody who asks can say who is right.
BY_HAND = {PAID_HERE_ONLY, AMOUNT_DIFFERS, REFUNDED_THERE, REFUND_SHORT}


@dataclass(frozen=True)
class Difference:
    """One payment that the provider's record and ours tell apart. `report` is None where it has no record."""

    kind: str
    provider: str
    payment: Payment | None
    report: Report | None

    @property
    def needs_a_person(self) -> bool:
        return self.kind in BY_HAND

    @property
    def subject(self) -> str:
        return self.payment.public_id if self.payment else self.report.provider_key if self.report else ""


def differences(provider: str, records: Sequence[Report]) -> list[Difference]:
    """The records that do not say what we say; in their order."""
    ours = _ours(provider, records)
    known = _strays_on_their_way(provider, records)
    found = []
    for report in records:
        payment = ours.get(report.provider_key) or ours.get(report.reference)
        kind = _unknown(report, known) if payment is None else _kind(payment, report)
        if kind:
            found.append(Difference(kind, provider, payment, report))
    return found


def unmentioned(provider: str, records: Sequence[Report], since: datetime, until: datetime) -> list[Payment]:
    """Payments of ours that took money in this time and that no record is about: to be looked up one by one."""
    settled_at = func.coalesce(Payment.paid_at, Payment.ended_at)
    statement = select(Payment).where(
        Payment.provider == provider,
        Payment.captured_amount > 0,
        Payment.status.in_((PAID, REFUNDED, CANCELLED)),
        settled_at >= since,
        settled_at < until,
    )
    mentioned = {report.provider_key for report in records}
    return [one for one in db.session.scalars(statement.order_by(Payment.id)) if one.provider_key not in mentioned]


def judge(payment: Payment, report: Report | None) -> Difference | None:
    """The difference between our payment and what the provider says of it when asked, if there is one."""
    kind = _kind(payment, report) if report else PAID_HERE_ONLY if payment.status in {PAID, REFUNDED} else None
    return Difference(kind, payment.provider, payment, report) if kind else None


def repair(difference: Difference, now: datetime) -> str:
    """Put a difference right, by the same rules as if the provider had just called; the outcome in a word.

    Everything is looked at again under its lock: what was settled in the meantime is left alone.
    """
    report = difference.report
    if report is None or difference.needs_a_person:
        return "by_hand"
    if difference.payment is None:
        if strays.reopen(difference.provider, report.provider_key, now):
            return "reopened"
        strays.keep(difference.provider, report, strays.UNKNOWN, now)
        return strays.UNKNOWN
    payment = locking.lock(difference.payment.id)
    if payment.status == REFUNDED:
        return _repair_refund(difference.kind, payment, report, now)
    if difference.kind == RETURNED_THERE:
        return settling.cancelled(payment, now) if payment.status in {CANCELLING, IN_REVIEW} else "ignored"
    if difference.kind == KEPT_THERE:
        return settling.send_back(payment, payment.reason, now) if payment.status == CANCELLED else "ignored"
    outcome = settling.settle(payment.id, report, now)
    if outcome == "ignored" and payment.status == FAILED:
        return settling.reopen(payment, report.amount, now)
    return outcome


def _kind(payment: Payment, report: Report) -> str | None:
    left = _left(report)
    if payment.status in {PENDING, FAILED}:
        return PAID_THERE if left else None
    if payment.status in {CANCELLING, IN_REVIEW}:
        return RETURNED_THERE if report.status == "cancelled" and not left else None
    if payment.status == CANCELLED:
        return KEPT_THERE if left else None
    if report.status in {"open", "failed"} or (report.status == "cancelled" and not report.refunded):
        return PAID_HERE_ONLY
    if (report.amount, report.currency) != (payment.captured_amount, payment.currency):
        return AMOUNT_DIFFERS
    refund = _refund(payment)
    wanted = refund.card_amount if refund else 0
    if report.refunded > wanted:
        return REFUNDED_THERE
    return _kind_of_refund(refund, report.refunded) if refund and wanted else None


def _kind_of_refund(refund: Refund, refunded: int) -> str | None:
    """How the card's part of a refund differs from what the provider has given back, at most as much, in won."""
    if refund.status == REFUSED:
        return RETURNED_THERE if refunded == refund.card_amount else None
    if refund.status == RETURNED and refunded < refund.card_amount:
        return REFUND_SHORT if refunded else REFUND_MISSING
    return None


def _repair_refund(kind: str, payment: Payment, report: Report, now: datetime) -> str:
    refund = _refund(payment)
    if refund and kind == RETURNED_THERE:
        return returning.returned(refund.id, report.refunded, now)
    return returning.missing(payment.id, now) if kind == REFUND_MISSING else "ignored"


def _refund(payment: Payment) -> Refund | None:
    return db.session.scalar(select(Refund).where(Refund.payment_id == payment.id))


def _left(report: Report) -> int:
    """What the provider has of it now."""
    return report.amount - report.refunded if report.status == "paid" else 0


def _unknown(report: Report, known: set[str]) -> str | None:
    return UNKNOWN_HERE if _left(report) and report.provider_key not in known else None


def _ours(provider: str, records: Sequence[Report]) -> dict[str, Payment]:
    keys, references = [one.provider_key for one in records], [one.reference for one in records if one.reference]
    which = or_(Payment.provider_key.in_(keys), Payment.provider_key.is_(None) & Payment.public_id.in_(references))
    found: dict[str, Payment] = {}
    for payment in db.session.scalars(select(Payment).where(Payment.provider == provider, which)):
        found[payment.provider_key or payment.public_id] = payment
    return found


def _strays_on_their_way(provider: str, records: Sequence[Report]) -> set[str]:
    keys = [one.provider_key for one in records]
    same = (StrayPayment.provider == provider) & StrayPayment.provider_key.in_(keys)
    return set(db.session.scalars(select(StrayPayment.provider_key).where(same, StrayPayment.returned_at.is_(None))))
