"""Stray money: taken by a provider in our name, for no payment of ours. It goes back to whoever paid it.

One who pays for something unknown gets no ticket; the row stays on the operator's page.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip

from webapp import jobs
from webapp.checkout import backing_off
from webapp.checkout.models import Payment, StrayPayment
from webapp.checkout.numbers import storable, storable_text
from webapp.checkout.providers import Report
from webapp.db import after_commit, db
from webapp.errors import NotFound

UNKNOWN, FOREIGN = "unknown_payment", "foreign_payment"


def keep(provider: str, report: Report, reason: str, now: datetime) -> None:
    """Note the money once, and have it sent back.

    Money that another payment of ours has under this key is that one's: its provider is asked about that payment,
    and nothing is sent back by this verb.
    """
    owner = of_key(provider, report.provider_key)
    row = {
        "provider": provider,
        "provider_key": report.provider_key,
        "reference": storable_text(report.reference, 120),
        "amount": storable(report.amount),
        "currency": storable_text(report.currency, 40),
        "reason": reason,
        "found_at": now,
        "ask_at": None if owner else now,
    }
    statement = insert_or_skip(StrayPayment).values(row).on_conflict_do_nothing().returning(StrayPayment.id)
    stray_id = db.session.scalar(statement)
    if owner:
        after_commit(jobs.enqueue_later, jobs.ASKING, jobs.ASK_PROVIDER, owner)
    elif stray_id is not None:
        after_commit(jobs.enqueue_later, jobs.ASKING, jobs.RETURN_STRAY, stray_id)


def reopen(provider: str, provider_key: str, now: datetime) -> bool:
    """Ask again for money that was back, and that its provider has after all; whether there is such money."""
    same = (StrayPayment.provider == provider) & (StrayPayment.provider_key == provider_key)
    statement = select(StrayPayment).where(same, StrayPayment.returned_at.is_not(None)).with_for_update()
    stray = db.session.scalar(statement, execution_options={"populate_existing": True})
    if stray is None:
        return False
    stray.returned_at, stray.ask_at, stray.asks = None, now, 0
    after_commit(jobs.enqueue_later, jobs.ASKING, jobs.RETURN_STRAY, stray.id)
    return True


def of_key(provider: str, provider_key: str) -> int | None:
    """The id of our payment with this key, if there is one."""
    same = (Payment.provider == provider) & (Payment.provider_key == provider_key)
    return db.session.scalar(select(Payment.id).where(same))


def due(now: datetime, most: int, silent: Collection[str] = ()) -> Sequence[int]:
    """Ids of stray money to ask for again, whose time has come, but for that of `silent` providers."""
    is_due = (StrayPayment.ask_at <= now) & StrayPayment.provider.not_in(silent)
    return db.session.scalars(select(StrayPayment.id).where(is_due).order_by(StrayPayment.ask_at).limit(most)).all()


def newest(most: int) -> Sequence[StrayPayment]:
    """The newest stray money, for the operator's page; before what is back, whatever is not."""
    is_back = StrayPayment.returned_at.is_not(None)
    return db.session.scalars(select(StrayPayment).order_by(is_back, StrayPayment.id.desc()).limit(most)).all()


def owners(found: Sequence[StrayPayment]) -> dict[int, str]:
    """Whose money it is after all: by the id of a stray, the public id of our payment that has its key."""
    same = (Payment.provider == StrayPayment.provider) & (Payment.provider_key == StrayPayment.provider_key)
    statement = select(StrayPayment.id, Payment.public_id).join(Payment, same)
    rows = db.session.execute(statement.where(StrayPayment.id.in_([one.id for one in found])))
    return {row.id: row.public_id for row in rows}


def heard(stray_id: int, report: Report, now: datetime) -> str:
    """What the provider said when asked for the money: returned once nothing of it is left there."""
    stray = _lock(stray_id)
    if stray.ask_at is None:
        return "ignored"
    if report.status in {"open", "paid"}:
        return postpone(stray_id, now)
    stray.returned_at, stray.ask_at = now, None
    return "returned"


def postpone(stray_id: int, now: datetime) -> str:
    """The provider could not be asked, or has not done it yet: again later, each time after twice as long."""
    stray = _lock(stray_id)
    if stray.ask_at is None:
        return "ignored"  # another job, asking at the same time, was told how it ended
    stray.asks += 1
    stray.ask_at = now + backing_off.wait(stray.asks)
    return "postponed"


def refused(stray_id: int) -> str:
    """The provider will not send it back: an operator has to look at it."""
    _lock(stray_id).ask_at = None
    return "refused"


def spare(stray_id: int) -> bool:
    """Whether a payment of ours has this money's key, perhaps since a moment ago. Then nobody asks for it any more."""
    stray = _lock(stray_id)
    if of_key(stray.provider, stray.provider_key) is None:
        return False
    stray.ask_at = None
    return True


def send_back(stray_id: int, now: datetime) -> None:
    """Ask once more, as an operator wants.

    Raises NotFound for what is back or is being asked for, and for the money of a payment of ours: sending that
    back would leave its fan with tickets and without a bill.
    """
    stray = db.session.get(StrayPayment, stray_id, with_for_update=True)
    if stray is None or stray.returned_at or stray.ask_at or of_key(stray.provider, stray.provider_key):
        raise NotFound()
    stray.ask_at, stray.asks = now, 0
    after_commit(jobs.enqueue_later, jobs.ASKING, jobs.RETURN_STRAY, stray.id)


def _lock(stray_id: int) -> StrayPayment:
    return db.session.get_one(StrayPayment, stray_id, with_for_update=True, populate_existing=True)
