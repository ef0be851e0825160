"""A concert's line and house as an operator sees them: read in one go, by the clock."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from webapp.accounts.models import User
from webapp.booking.models import Order
from webapp.checkout import reasons
from webapp.checkout.models import CANCELLING, IN_REVIEW, Payment, PaymentEvent
from webapp.concerts import listing
from webapp.concerts.models import Concert, Schedule, Seat, is_free
from webapp.db import db
from webapp.waiting_room.models import Counter, QueueSession


@dataclass(frozen=True)
class House:
    """Seats of one schedule, and what its sold seats cost together in won."""

    schedule: Schedule
    free: int
    held: int
    sold: int
    revenue: int


def line(concert_id: int, now: datetime) -> dict[str, Any]:
    """Where a concert's line stands."""
    counter = db.session.get_one(Counter, concert_id)
    ended = select(QueueSession.end_reason, func.count()).where(
        QueueSession.concert_id == concert_id, QueueSession.is_terminated
    )
    called = select(func.count()).where(QueueSession.concert_id == concert_id, QueueSession.called_at.is_not(None))
    return {
        "waiting": counter.created_count - counter.serving_number - counter.skipped_count,
        "serving_now": counter.serving_number - counter.terminated_count,
        "capacity": counter.capacity,
        "created_count": counter.created_count,
        "serving_number": counter.serving_number,
        "terminated_count": counter.terminated_count,
        "called": db.session.scalar(called) or 0,
        "paused": counter.is_paused,
        "rate": counter.admissions_per_minute,
        "message": counter.message,
        "ended": [
            {"reason": reason, "count": count}
            for reason, count in db.session.execute(ended.group_by(QueueSession.end_reason))
        ],
    }


def houses(concert_id: int, now: datetime) -> list[House]:
    """Each schedule's house, in order."""
    statement = (
        select(
            Schedule,
            func.count().filter(is_free(now), Schedule.cancelled_at.is_(None)),
            func.count().filter(Seat.held_until > now),
            func.count().filter(Seat.is_sold),
            func.coalesce(func.sum(Seat.price).filter(Seat.is_sold), 0),
        )
        .join(Seat, Seat.schedule_id == Schedule.id)
        .where(Schedule.concert_id == concert_id)
        .group_by(Schedule.id)
        .order_by(Schedule.starts_at)
    )
    return [House(*row) for row in db.session.execute(statement)]


def totals(houses: list[House]) -> dict[str, int]:
    """The houses of a concert together."""
    return {name: sum(getattr(house, name) for house in houses) for name in ("free", "held", "sold", "revenue")}


def overview(now: datetime) -> list[dict[str, Any]]:
    """Every concert at a glance."""
    concerts = db.session.scalars(select(Concert).order_by(Concert.sale_opens_at.desc(), Concert.id)).all()
    return [_at_a_glance(concert, now) for concert in concerts]


def money_to_look_at(concert_id: int | None = None) -> list[dict[str, Any]]:
    """Payments in review or on their way back, newest first."""
    statement = (
        select(Payment, Order, Concert, User.email)
        .outerjoin(Order, Order.id == Payment.order_id)
        .outerjoin(Concert, Concert.id == Order.concert_id)
        .join(User, User.id == Payment.user_id)
        .where(Payment.status.in_((IN_REVIEW, CANCELLING)))
        .order_by(Payment.id.desc())
        .limit(200)
    )
    if concert_id is not None:
        statement = statement.where(Order.concert_id == concert_id)
    return [
        {
            "payment": payment,
            "order": order,
            "concert": concert,
            "fan_email": email,
            "why": reasons.sentence(payment.reason),
        }
        for payment, order, concert, email in db.session.execute(statement)
    ]


def unknown_callbacks() -> list[PaymentEvent]:
    """Verified callbacks that name no payment of ours, newest first."""
    statement = select(PaymentEvent).where(PaymentEvent.outcome == "unknown_payment")
    return list(db.session.scalars(statement.order_by(PaymentEvent.id.desc()).limit(50)))


def _at_a_glance(concert: Concert, now: datetime) -> dict[str, Any]:
    seats = totals(houses(concert.id, now))
    return {
        "concert": concert,
        "state": listing.sale_state(concert, seats["free"], now),
        "line": line(concert.id, now),
        "seats": seats,
        "revenue": seats["revenue"],
    }
