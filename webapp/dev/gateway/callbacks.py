"""The outbox: what the shop is to be told, kept until it has answered 2xx. How it is sent is in delivery."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from webapp.dev.gateway import moments
from webapp.dev.gateway.payments import Payment


@dataclass(frozen=True)
class Callback:
    """One delivery of one event. Two callbacks may carry the same event id."""

    id: int
    event_id: str
    payment_id: str
    url: str
    type: str
    body: str
    created_at: str
    tries: int
    last_status: int | None
    last_error: str | None
    delivered_at: str | None


@dataclass(frozen=True)
class Attempt:
    """How one try went: the status the shop answered, or what kept it from answering."""

    callback: Callback
    status: int | None
    error: str | None

    @property
    def is_delivered(self) -> bool:
        """Whether the shop took it."""
        return self.status is not None and 200 <= self.status < 300


def announce(
    book: sqlite3.Connection, payment: Payment, public_url: str, now: datetime, times: int = 1
) -> list[Callback]:
    """Write down that the shop is to hear the payment's status: the same event `times` times."""
    event_id, event_type = "evt_" + secrets.token_urlsafe(18), f"payment.{payment.status}"
    event = {"type": event_type, "timestamp": moments.spell(now), "data": payment.document(public_url)}
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    rows = []
    for _ in range(times):
        rows += book.execute(
            "INSERT INTO callbacks (event_id, payment_id, url, type, body, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?) RETURNING *",
            (event_id, payment.id, payment.callback_url, event_type, body, moments.spell(now)),
        ).fetchall()
    return [_callback(row) for row in rows]


def pending(book: sqlite3.Connection) -> list[Callback]:
    """Every callback the shop has not taken yet, oldest first."""
    rows = book.execute("SELECT * FROM callbacks WHERE delivered_at IS NULL ORDER BY id")
    return [_callback(row) for row in rows]


def record(book: sqlite3.Connection, attempts: Iterable[Attempt], now: datetime) -> None:
    """Write down how tries went. A callback once delivered stays so."""
    book.executemany(
        "UPDATE callbacks SET tries = tries + 1, last_status = ?, last_error = ?,"
        " delivered_at = coalesce(delivered_at, ?) WHERE id = ?",
        [
            (one.status, one.error, moments.spell(now) if one.is_delivered else None, one.callback.id)
            for one in attempts
        ],
    )


def reopen(book: sqlite3.Connection, callback_id: int) -> Callback | None:
    """Make a callback due again, delivered or not; None if there is no such callback."""
    rows = book.execute("UPDATE callbacks SET delivered_at = NULL WHERE id = ? RETURNING *", (callback_id,)).fetchall()
    return _callback(rows[0]) if rows else None


def of_payments(book: sqlite3.Connection, payment_ids: Iterable[str]) -> dict[str, list[Callback]]:
    """The callbacks of these payments, oldest first, by payment id."""
    grouped: dict[str, list[Callback]] = {payment_id: [] for payment_id in payment_ids}
    marks = ", ".join("?" * len(grouped))
    for row in book.execute(f"SELECT * FROM callbacks WHERE payment_id IN ({marks}) ORDER BY id", list(grouped)):
        grouped[row["payment_id"]].append(_callback(row))
    return grouped


def _callback(row: sqlite3.Row) -> Callback:
    return Callback(**{field.name: row[field.name] for field in fields(Callback)})
