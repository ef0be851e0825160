"""Payments as written in the book: opening and finding them. What changes their status is in decisions."""

import secrets
import sqlite3
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from webapp.dev.gateway import moments
from webapp.dev.gateway.orders import PaymentOrder, Search
from webapp.dev.gateway.refusals import Refused

PUBLISHED = (
    "id", "reference", "amount", "currency", "status", "refunded_amount",
    "description", "created_at", "paid_at", "failure_code",
)  # fmt: skip


@dataclass(frozen=True)
class Payment:
    """One payment. Amounts in won, times spelled as moments.spell does."""

    id: str
    reference: str
    amount: int
    currency: str
    status: str
    refunded_amount: int
    description: str
    return_url: str
    callback_url: str
    hold_ends_at: str | None
    created_at: str
    paid_at: str | None
    failure_code: str | None
    approve_at: str | None
    silent: bool

    @property
    def is_decidable(self) -> bool:
        """Whether the fan may still choose."""
        return self.status == "open" and self.approve_at is None

    def document(self, public_url: str) -> dict[str, Any]:
        """The payment object of the API and of callbacks."""
        document = {name: getattr(self, name) for name in PUBLISHED}
        return document | {"checkout_url": f"{public_url}/pay/{self.id}"}


def open_new(book: sqlite3.Connection, order: PaymentOrder, now: datetime) -> Payment:
    """Write down a new open payment, its id impossible to guess."""
    payment_id = "pay_" + secrets.token_urlsafe(24)
    book.execute(
        "INSERT INTO payments (id, reference, amount, currency, status, description, return_url,"
        " callback_url, hold_ends_at, created_at) VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?)",
        (
            payment_id, order.reference, order.amount, order.currency, order.description,
            order.return_url, order.callback_url, order.hold_ends_at, moments.spell(now),
        ),
    )  # fmt: skip
    return get(book, payment_id)


def find(book: sqlite3.Connection, payment_id: str) -> Payment | None:
    """The payment with this id, if there is one."""
    row = book.execute("SELECT * FROM payments WHERE id = ?", (payment_id,)).fetchone()
    return _payment(row) if row else None


def get(book: sqlite3.Connection, payment_id: str) -> Payment:
    """The payment with this id, or Refused with 404."""
    payment = find(book, payment_id)
    if payment is None:
        raise Refused(404, "payment_not_found", "There is no such payment.")
    return payment


def search(book: sqlite3.Connection, search: Search) -> list[Payment]:
    """The payments that fit, oldest first; one more than `search.limit` if there are more."""
    conditions, values = ["rowid > coalesce((SELECT rowid FROM payments WHERE id = ?), 0)"], [search.after or ""]
    if search.reference is not None:
        conditions.append("reference = ?")
        values.append(search.reference)
    if search.created_from is not None:
        conditions.append("created_at >= ?")
        values.append(search.created_from)
    if search.created_before is not None:
        conditions.append("created_at < ?")
        values.append(search.created_before)
    statement = f"SELECT * FROM payments WHERE {' AND '.join(conditions)} ORDER BY rowid LIMIT ?"
    return [_payment(row) for row in book.execute(statement, [*values, search.limit + 1])]


def latest(book: sqlite3.Connection, limit: int) -> list[Payment]:
    """The newest payments, newest first."""
    return [_payment(row) for row in book.execute("SELECT * FROM payments ORDER BY rowid DESC LIMIT ?", (limit,))]


def _payment(row: sqlite3.Row) -> Payment:
    return Payment(**{field.name: row[field.name] for field in fields(Payment)})
