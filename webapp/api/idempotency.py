"""Idempotency keys: the same key and body get the same answer for a day, whatever happened to the first answer.

The answer is written in the transaction of what it tells of, so there is never one without the other. Only what
was done is stored: a request that came to nothing may be sent again with its key, and is tried again.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select

from webapp.api.errors import InFlight, KeyMismatch
from webapp.api.models import StoredAnswer
from webapp.db import db, some_of

KEPT = timedelta(hours=24)


@dataclass(frozen=True)
class Claim:
    """Who claims an answer for which key of theirs, and a keyed hash of what they asked."""

    owner: str
    operation: str
    key: str
    fingerprint: str


@dataclass(frozen=True)
class Told:
    """An answer: a status, its JSON, and whether it was told before."""

    status: int
    body: str
    is_repeated: bool = False


def once(claim: Claim | None, now: datetime, effect: Callable[[], Told]) -> Told:
    """Do it and keep the answer, or give the one that was kept. Without a claim it is simply done.

    Raises InFlight while another transaction works under this key, and KeyMismatch for another body.
    """
    if claim is None:
        return effect()
    lock(claim)
    if known := stored(claim, now):
        return known
    told = effect()
    keep(claim, told, now)
    return told


def lock(claim: Claim) -> None:
    """Hold the key until the transaction ends. Raises InFlight when another one holds it: nobody waits here."""
    name = "\n".join((claim.owner, claim.operation, claim.key))
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))):
        raise InFlight()


def stored(claim: Claim, now: datetime) -> Told | None:
    """The answer kept under this key. Raises KeyMismatch when it was for another body."""
    known = db.session.get(StoredAnswer, (claim.owner, claim.operation, claim.key))
    if known is None or known.created_at <= now - KEPT:
        return None
    if not hmac.compare_digest(known.fingerprint, claim.fingerprint):
        raise KeyMismatch()
    return Told(known.status, known.body, is_repeated=True)


def keep(claim: Claim, told: Told, now: datetime) -> None:
    """Keep an answer under its key, in the place of one whose day is over."""
    mine = (StoredAnswer.owner == claim.owner) & (StoredAnswer.operation == claim.operation)
    db.session.execute(delete(StoredAnswer).where(mine, StoredAnswer.key == claim.key))
    row = {"owner": claim.owner, "operation": claim.operation, "key": claim.key, "fingerprint": claim.fingerprint}
    db.session.execute(insert(StoredAnswer).values(**row, status=told.status, body=told.body, created_at=now))


def fingerprint(secret: str, body: bytes) -> str:
    """A keyed hash of a body: it may hold a password, which a plain hash would give away to whoever guesses."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def forget(now: datetime, most: int) -> int:
    """Delete up to `most` of the answers whose day is over; returns how many."""
    old = some_of(StoredAnswer, StoredAnswer.created_at <= now - KEPT, most)
    return len(db.session.scalars(delete(StoredAnswer).where(old).returning(StoredAnswer.key)).all())
