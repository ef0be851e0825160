"""What changes a payment's status: the fan's choice, an approval put off, a cancellation by the shop.

Plain functions inside the caller's transaction. The fan's first choice wins: its update is conditional, and
its row count says so. Callbacks returned are to be sent once the transaction is on disk.
"""

import sqlite3
from datetime import datetime, timedelta

from webapp.dev.gateway import callbacks, moments, payments
from webapp.dev.gateway.callbacks import Callback
from webapp.dev.gateway.orders import CancellationOrder
from webapp.dev.gateway.payments import Payment
from webapp.dev.gateway.refusals import Refused
from webapp.dev.gateway.settings import Settings

CHOICES = ("approve", "decline", "approve_late", "approve_silently", "approve_twice")
UNDECIDED = "status = 'open' AND approve_at IS NULL"
CALLBACKS_OF_APPROVAL = {"approve": 1, "approve_silently": 0, "approve_twice": 2}


def decide(
    book: sqlite3.Connection, payment: Payment, choice: str, settings: Settings, now: datetime
) -> list[Callback]:
    """Carry out one of CHOICES, if nobody chose before."""
    if choice == "approve_late":
        _approve_later(book, payment, late_approval_time(payment, settings, now))
        return []
    if choice == "decline":
        return _decline(book, payment, settings.public_url, now)
    return _approve(book, payment, settings.public_url, now, times=CALLBACKS_OF_APPROVAL[choice])


def late_approval_time(payment: Payment, settings: Settings, now: datetime) -> datetime:
    """When a late approval comes: shortly after the hold has ended, known or supposed."""
    if payment.hold_ends_at is None:
        return now + timedelta(seconds=settings.late_seconds_without_hold)
    return max(moments.read(payment.hold_ends_at), now) + timedelta(seconds=settings.late_seconds)


def approve_overdue(book: sqlite3.Connection, payment_id: str, settings: Settings, now: datetime) -> list[Callback]:
    """Give the approval that was put off until now, unless the payment was cancelled meanwhile."""
    arrived = book.execute(
        "UPDATE payments SET approve_at = NULL WHERE id = ? AND status = 'open' AND approve_at <= ?",
        (payment_id, moments.spell(now)),
    )
    if not arrived.rowcount:
        return []
    return _approve(book, payments.get(book, payment_id), settings.public_url, now, times=1)


def overdue(book: sqlite3.Connection, now: datetime) -> list[str]:
    """The payments whose late approval is due."""
    rows = book.execute(
        "SELECT id FROM payments WHERE approve_at IS NOT NULL AND approve_at <= ? LIMIT 100",
        (moments.spell(now),),
    )
    return [row["id"] for row in rows]


def cancel(
    book: sqlite3.Connection, payment: Payment, order: CancellationOrder, settings: Settings, now: datetime
) -> list[Callback]:
    """Cancel an open payment, or give back all or part of a paid one; Refused with 409 if neither can or may be.

    The payment was read in this same transaction, so that no other refund comes between.
    """
    left = payment.amount - payment.refunded_amount
    amount = left if order.amount is None else order.amount
    is_whole = amount == left
    may_be = ("open",) if order.unpaid_only else ("open", "paid")
    if payment.status not in may_be or amount > left or (payment.status == "open" and not is_whole):
        raise Refused(409, "not_cancellable", f"The payment is {payment.status}; {left:,} won of it are left.")
    book.execute(
        "UPDATE payments SET status = ?, refunded_amount = refunded_amount + ?, approve_at = NULL WHERE id = ?",
        (
            "cancelled" if is_whole else payment.status,
            amount if payment.status == "paid" else 0,
            payment.id,
        ),
    )
    if not is_whole or payment.silent:
        return []
    return callbacks.announce(book, payments.get(book, payment.id), settings.public_url, now)


def _approve(book: sqlite3.Connection, payment: Payment, public_url: str, now: datetime, times: int) -> list[Callback]:
    decided = book.execute(
        f"UPDATE payments SET status = 'paid', paid_at = ?, silent = ? WHERE id = ? AND {UNDECIDED}",
        (moments.spell(now), times == 0, payment.id),
    )
    if not decided.rowcount:
        return []
    return callbacks.announce(book, payments.get(book, payment.id), public_url, now, times)


def _approve_later(book: sqlite3.Connection, payment: Payment, approve_at: datetime) -> None:
    book.execute(
        f"UPDATE payments SET approve_at = ? WHERE id = ? AND {UNDECIDED}",
        (moments.spell(approve_at), payment.id),
    )


def _decline(book: sqlite3.Connection, payment: Payment, public_url: str, now: datetime) -> list[Callback]:
    decided = book.execute(
        f"UPDATE payments SET status = 'failed', failure_code = 'card_declined' WHERE id = ? AND {UNDECIDED}",
        (payment.id,),
    )
    if not decided.rowcount:
        return []
    return callbacks.announce(book, payments.get(book, payment.id), public_url, now)
