"""Cancelling whole performances: the sale stops at once, and a job ends the orders one by one.

Where it stands is counted from the orders themselves, so a job may die anywhere and the next one goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import joinedload

from webapp import jobs
from webapp.booking import holds
from webapp.booking.models import OPEN, PAID, Order, Reservation
from webapp.checkout import refunding, settling
from webapp.checkout.refund_models import ASKED, BY_SHOW, REFUSED, RETURNED, Refund
from webapp.concerts.models import Schedule
from webapp.db import after_commit, db


@dataclass(frozen=True)
class Progress:
    """How far the refunds of cancelled performances are: orders counted, money in won."""

    to_end: int
    asked: int
    returned: int
    refused: int
    given_back: int

    @property
    def orders(self) -> int:
        return self.to_end + self.asked + self.returned + self.refused

    @property
    def is_done(self) -> bool:
        return self.to_end == self.asked == self.refused == 0


def cancel_schedules(schedule_ids: Sequence[int], now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Cancel performances for good; those cancelled already stay as they are. The state before and after."""
    locked = select(Schedule).where(Schedule.id.in_(schedule_ids)).options(joinedload(Schedule.concert, innerjoin=True))
    locked = locked.order_by(Schedule.id).with_for_update(of=Schedule)
    schedules = db.session.scalars(locked, execution_options={"populate_existing": True}).all()
    before = {_named(one): _spelled(one.cancelled_at) for one in schedules}
    live = update(Schedule).where(Schedule.id.in_(schedule_ids), Schedule.cancelled_at.is_(None))
    db.session.execute(live.values(cancelled_at=now).execution_options(synchronize_session="fetch"))
    after_commit(jobs.enqueue_later, jobs.ASKING, jobs.REFUND_SHOWS, once="refund shows")
    return before, {_named(one): _spelled(one.cancelled_at) for one in schedules}


def unfinished(most: int, after: int = 0) -> Sequence[int]:
    """Ids of orders of cancelled performances that are still paid or hold seats, oldest first, those after `after`."""
    holding = select(Reservation.id).where(Reservation.order_id == Order.id, ~Reservation.is_cancelled).exists()
    statement = (
        select(Order.id)
        .join(Schedule, Schedule.id == Order.schedule_id)
        .where(
            Order.id > after,
            Schedule.cancelled_at.is_not(None),
            or_(Order.status == PAID, (Order.status == OPEN) & holding),
        )
        .order_by(Order.id)
        .limit(most)
    )
    return db.session.scalars(statement).all()


def end_order(order_id: int, now: datetime) -> str:
    """End one order of a cancelled performance: a paid one is refunded, held seats are let go. Safe to repeat."""
    order = db.session.get_one(Order, order_id)
    refunding.lock_order(order)
    if order.status == PAID:
        refunding.cancel_for_show(order_id, now)
        return "refunded"
    if order.status == OPEN:
        holds.release(order.user_id, order_id, now)
        settling.close_open(order_id, "show_cancelled", now)
        return "released"
    return "ignored"


def progress(schedule_ids: Sequence[int]) -> Progress:
    """How far it is for these performances, the cancelled ones among them."""
    statement = (
        select(Order.status, Refund.status, func.count(), func.coalesce(func.sum(_given_back()), 0))
        .join(Schedule, Schedule.id == Order.schedule_id)
        .outerjoin(Refund, (Refund.order_id == Order.id) & (Refund.cause == BY_SHOW))
        .where(Order.schedule_id.in_(schedule_ids), Schedule.cancelled_at.is_not(None))
        .where((Order.status == PAID) | Refund.id.is_not(None))
        .group_by(Order.status, Refund.status)
    )
    rows = db.session.execute(statement).all()
    count = {status: sum(row[2] for row in rows if row[1] == status) for status in (ASKED, RETURNED, REFUSED)}
    to_end = sum(row[2] for row in rows if row[0] == PAID)
    return Progress(to_end, count[ASKED], count[RETURNED], count[REFUSED], sum(row[3] for row in rows))


def paid_orders(schedule_id: int) -> tuple[int, int]:
    """How many orders of a performance are paid, and what their seats cost together in won."""
    statement = (
        select(func.count(Order.id.distinct()), func.coalesce(func.sum(Reservation.price), 0))
        .join(Reservation, Reservation.order_id == Order.id)
        .where(Order.schedule_id == schedule_id, Order.status == PAID, ~Reservation.is_cancelled)
    )
    count, worth = db.session.execute(statement).one()
    return count, worth


def is_wholly_cancelled(concert_id: int) -> bool:
    """Whether no performance of a concert takes place any more."""
    live = select(Schedule.id).where(Schedule.concert_id == concert_id, Schedule.cancelled_at.is_(None))
    return db.session.scalar(live.limit(1)) is None


def _given_back() -> Any:
    """Points are back at once, a card's part when the provider has confirmed it."""
    return Refund.points_amount + case((Refund.status == RETURNED, Refund.card_amount), else_=0)


def _named(schedule: Schedule) -> str:
    """Day and time where it plays: a matinee and an evening share the day."""
    return f"{schedule.starts_at.astimezone(ZoneInfo(schedule.concert.time_zone)):%Y-%m-%d %H:%M}"


def _spelled(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
