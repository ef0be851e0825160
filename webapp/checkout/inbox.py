"""The inbox of callbacks: stored once per provider and event before they are answered, settled by a job."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select, text

from webapp import jobs
from webapp.checkout import refund_news, settling, strays
from webapp.checkout.models import Payment, PaymentEvent
from webapp.checkout.numbers import storable, storable_text
from webapp.checkout.providers import Callback, Report
from webapp.db import after_commit, db, fetch, stale_in_session
from webapp.errors import BadCallback

# A stored event this old that nobody settled was never enqueued, or its worker died.
FORGOTTEN = timedelta(seconds=10)

# What every callback asks, when it comes and when it is settled, built once.
STORE = text(
    """
    INSERT INTO payment_events (provider, event_id, kind, reference, provider_key, amount, currency, body, received_at)
    VALUES (:provider, :event_id, :kind, :reference, :provider_key, :amount, :currency, :body, :received_at)
    ON CONFLICT DO NOTHING
    RETURNING id
    """
).columns(id=Integer)

UNSETTLED = (
    select(*PaymentEvent.__table__.columns, Payment.id.label("payment_id"))
    .outerjoin(Payment, (Payment.public_id == PaymentEvent.reference) & (Payment.provider == PaymentEvent.provider))
    .where(PaymentEvent.id == bindparam("event_id"), PaymentEvent.settled_at.is_(None))
    .with_for_update(of=PaymentEvent, skip_locked=True)
)
UNSETTLED_IDS = (
    select(PaymentEvent.id)
    .where(PaymentEvent.settled_at.is_(None), PaymentEvent.id > bindparam("after"))
    .order_by(PaymentEvent.id)
    .limit(bindparam("most", type_=Integer))
)
SETTLED = text(
    "UPDATE payment_events SET outcome = :outcome, settled_at = :now WHERE id = :event_id RETURNING id"
).columns(id=Integer)


def store(provider: str, callback: Callback, body: bytes, now: datetime) -> bool:
    """Keep a verified callback and have it settled, in one statement. False for one that is already here.

    Raises BadCallback where its keys cannot be kept as they are: by them it is known again, and its money asked for.
    """
    report = callback.report
    if any(key != storable_text(key, 120) for key in (callback.event_id, report.provider_key)):
        raise BadCallback()
    row = {
        "provider": provider,
        "event_id": callback.event_id,
        "kind": storable_text(callback.kind, 40),
        "reference": storable_text(report.reference, 120),
        "provider_key": report.provider_key,
        "amount": storable(report.amount),
        "currency": storable_text(report.currency, 40),
        "body": body.decode("utf-8", "replace"),
        "received_at": now,
    }
    is_new = bool(fetch(STORE, **row))
    if is_new:
        after_commit(jobs.wake_later, jobs.MONEY, jobs.SETTLE_STORED)
    return is_new


def settle_event(event_id: int, now: datetime) -> str:
    """Settle a stored callback; returns its outcome. Safe to run twice: "ignored" where another is at it or done."""
    # The callback is locked before the fan. Nobody who holds a fan waits for a callback, and nobody waits here.
    found = fetch(UNSETTLED, event_id=event_id)
    if not found:
        return _seen(event_id)
    event = found[0]
    outcome = _settle(event, now)
    fetch(SETTLED, event_id=event_id, outcome=outcome, now=now)
    stale_in_session(PaymentEvent, [event_id])
    return outcome


def unsettled(after: int, most: int) -> Sequence[int]:
    """Ids of stored events to be settled, in the order of their ids, those after the id `after`."""
    return [one.id for one in fetch(UNSETTLED_IDS, after=after, most=most)]


def forgotten(now: datetime, most: int, after: int = 0) -> Sequence[int]:
    """Ids of stored events that should have been settled by now, in the order of their ids, those after `after`."""
    statement = (
        select(PaymentEvent.id)
        .where(PaymentEvent.settled_at.is_(None), PaymentEvent.received_at <= now - FORGOTTEN, PaymentEvent.id > after)
        .order_by(PaymentEvent.id)
        .limit(most)
    )
    return db.session.scalars(statement).all()


def _settle(event: Row[Any], now: datetime) -> str:
    if event.kind in refund_news.KINDS:
        return refund_news.settle(event, now)
    return settling.settle(event.payment_id, _report(event), now) if event.payment_id else _unknown(event, now)


def _seen(event_id: int) -> str:
    db.session.get_one(PaymentEvent, event_id)  # a callback that was never stored is a mistake, and fails
    return "ignored"


def _unknown(event: Row[Any], now: datetime) -> str:
    report = _report(event)
    if report.status == "paid":
        strays.keep(event.provider, report, strays.UNKNOWN, now)
    return strays.UNKNOWN


def _report(event: Row[Any]) -> Report:
    status = event.kind.removeprefix("payment.")
    return Report(event.reference, event.provider_key, status, event.amount, event.currency)
