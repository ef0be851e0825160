"""The inbox of callbacks: stored once per provider and event before they are answered, settled by a job."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from webapp import jobs
from webapp.checkout import settling, strays
from webapp.checkout.models import Payment, PaymentEvent
from webapp.checkout.numbers import storable
from webapp.checkout.providers import Callback, Report
from webapp.db import after_commit, db

# A stored event this old that nobody settled was never enqueued, or its worker died.
FORGOTTEN = timedelta(seconds=10)


def store(provider: str, callback: Callback, body: bytes, now: datetime) -> bool:
    """Keep a verified callback and have it settled. False for one that is already here."""
    report = callback.report
    statement = (
        insert_or_skip(PaymentEvent)
        .values(
            provider=provider,
            event_id=callback.event_id,
            kind=callback.kind,
            reference=report.reference,
            provider_key=report.provider_key,
            amount=storable(report.amount),
            currency=report.currency,
            body=body.decode("utf-8", "replace"),
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(PaymentEvent.id)
    )
    event_id = db.session.scalar(statement)
    if event_id is not None:
        after_commit(jobs.enqueue_later, jobs.MONEY, jobs.SETTLE_EVENT, event_id)
    return event_id is not None


def settle_event(event_id: int, now: datetime) -> str:
    """Settle a stored callback; returns its outcome. Safe to run twice, also at the same time."""
    event = db.session.get_one(PaymentEvent, event_id)
    payment_id = db.session.scalar(
        select(Payment.id).where(Payment.public_id == event.reference, Payment.provider == event.provider)
    )
    if payment_id is not None:
        settling.lock(payment_id)
    db.session.refresh(event, with_for_update=True)
    if event.settled_at is not None:
        return "ignored"
    event.outcome = settling.settle(payment_id, _report(event), now) if payment_id else _unknown(event, now)
    event.settled_at = now
    return event.outcome


def forgotten(now: datetime, most: int) -> Sequence[int]:
    """Ids of stored events that should have been settled by now, oldest first."""
    statement = (
        select(PaymentEvent.id)
        .where(PaymentEvent.settled_at.is_(None), PaymentEvent.received_at <= now - FORGOTTEN)
        .order_by(PaymentEvent.received_at)
        .limit(most)
    )
    return db.session.scalars(statement).all()


def _unknown(event: PaymentEvent, now: datetime) -> str:
    report = _report(event)
    if report.status == "paid":
        strays.keep(event.provider, report, strays.UNKNOWN, now)
    return strays.UNKNOWN


def _report(event: PaymentEvent) -> Report:
    status = event.kind.removeprefix("payment.")
    return Report(event.reference, event.provider_key, status, event.amount, event.currency)
