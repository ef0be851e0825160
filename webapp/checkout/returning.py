"""Fetching the card's part of refunds: what is due, and what the provider said. The calls happen in between."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from webapp import jobs
from webapp.booking import claims
from webapp.booking.models import Order
from webapp.checkout.models import Payment
from webapp.checkout.reconciling import UNREACHABLE
from webapp.checkout.refund_models import ASKED, REFUSED, RETURNED, Refund
from webapp.db import after_commit, db
from webapp.errors import NotFound
from webapp.live import messages

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=10)


def due(now: datetime, most: int, silent: Collection[str] = ()) -> Sequence[int]:
    """Ids of refunds whose provider is to be asked now, longest waiting first, but for those of `silent` providers."""
    statement = select(Refund.id).where(Refund.status == ASKED, Refund.ask_at <= now).order_by(Refund.ask_at)
    if silent:
        theirs = select(Payment.id).where(Payment.provider.in_(silent))
        statement = statement.where(Refund.payment_id.not_in(theirs))
    return db.session.scalars(statement.limit(most)).all()


def returned(refund_id: int, refunded: int, now: datetime) -> str:
    """The provider says it has given `refunded` won back; confirmed once that is all we asked for.

    What it had refused somebody may have done there by hand.
    """
    refund = _lock(refund_id)
    if refund.status == RETURNED:
        return "ignored"
    if refunded < refund.card_amount:
        return _postpone(refund, now) if refund.status == ASKED else "ignored"
    refund.status, refund.returned_at, refund.ask_at = RETURNED, now, None
    _tell(refund)
    return "returned"


def refused(refund_id: int, now: datetime) -> str:
    """The provider will not: an operator has to look at it."""
    refund = _lock(refund_id)
    if refund.status == ASKED:
        refund.status, refund.refused_at, refund.ask_at = REFUSED, now, None
        _tell(refund)
    return "refused"


def no_answer(refund_id: int, now: datetime) -> str:
    """The provider could not be asked; again after 30 seconds, then after twice as long, at most ten minutes."""
    refund = _lock(refund_id)
    if refund.status == ASKED:
        _postpone(refund, now)
    return UNREACHABLE


def missing(payment_id: int, now: datetime) -> str:
    """The refund was confirmed, and the provider has the money all the same: it is asked once more."""
    refund = _lock(db.session.scalars(select(Refund.id).where(Refund.payment_id == payment_id)).one())
    if refund.status != RETURNED or not refund.card_amount:
        return "ignored"
    refund.returned_at = None
    ask(refund, now)
    return "asked"


def ask_again(refund_id: int, now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask the provider once more for a refund it refused; the state before and after. Raises NotFound for another."""
    if db.session.get(Refund, refund_id) is None:
        raise NotFound()
    refund = _lock(refund_id)
    if refund.status != REFUSED:
        raise NotFound()
    ask(refund, now)
    return {"status": REFUSED}, {"status": ASKED}


def ask(refund: Refund, now: datetime) -> None:
    """Have the provider asked for it from now on, until it confirms. The caller has locked the refund's fan."""
    refund.status, refund.asks, refund.ask_at = ASKED, 0, now
    after_commit(jobs.enqueue_later, jobs.ASKING, jobs.SEND_REFUND, refund.id)
    _tell(refund)


def _lock(refund_id: int) -> Refund:
    refund = db.session.get_one(Refund, refund_id)
    claims.lock_fan(db.session.get_one(Payment, refund.payment_id).user_id)
    return db.session.get_one(Refund, refund_id, with_for_update=True, populate_existing=True)


def _postpone(refund: Refund, now: datetime) -> str:
    refund.ask_at = now + min(FIRST_WAIT * 2 ** min(refund.asks, 10), LONGEST_WAIT)
    refund.asks += 1
    return "postponed"


def _tell(refund: Refund) -> None:
    order = db.session.get_one(Order, refund.order_id)
    after_commit(messages.order_changed, order.user_id, order.public_id, once=("order", order.id))
