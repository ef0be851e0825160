"""Idempotency keys: the same key and body mean the same payment, however often they come."""

import hashlib
import json
import sqlite3
from typing import Any

from webapp.dev.gateway.refusals import Refused


def recall(book: sqlite3.Connection, scope: str, key: str, document: dict[str, Any]) -> str | None:
    """The payment this key stands for, or None if it is new; Refused with 409 if its body was another."""
    row = book.execute(
        "SELECT body_hash, payment_id FROM idempotency_keys WHERE scope = ? AND key = ?", (scope, key)
    ).fetchone()
    if row is None:
        return None
    if row["body_hash"] != _fingerprint(document):
        raise Refused(409, "idempotency_mismatch", "This Idempotency-Key came with another body before.")
    return str(row["payment_id"])


def remember(book: sqlite3.Connection, scope: str, key: str, document: dict[str, Any], payment_id: str) -> None:
    """Let this key stand for this payment from now on."""
    book.execute(
        "INSERT INTO idempotency_keys (scope, key, body_hash, payment_id) VALUES (?, ?, ?, ?)",
        (scope, key, _fingerprint(document), payment_id),
    )


def _fingerprint(document: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
