"""A concert's line and house as an operator sees them: read in one go, by the clock."""

from collections import Counter as Counted
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, literal, select, union_all

from webapp.accounts.models import User
from webapp.booking.models import Order, Reservation
from webapp.checkout import reasons
from webapp.checkout.models import CANCELLING, IN_REVIEW, Payment
from webapp.concerts import listing
from webapp.concerts.models import Concert, Schedule, Seat, is_free
from webapp.db import db, fetch
from webapp.memory import Recent
from webapp.waiting_room import lobby, presence
from webapp.waiting_room.models import Counter, QueueSession

REVIEWED = ("wrong_amount", "wrong_currency")  # why a payment is in review
SHOWN_AFTERWARDS = timedelta(days=7)

# What became of whoever was called or left, and of nobody else: those who still wait may be a million.
LINE = QueueSession.concert_id == bindparam("concert_id")
FATES = union_all(
    *[
        select(literal(was_called).label("was_called"), QueueSession.end_reason, func.count().label("fans"))
        .where(LINE, which)
        .group_by(QueueSession.end_reason)
        for was_called, which in (
            (True, QueueSession.called_at.is_not(None)),
            (False, QueueSession.is_terminated & QueueSession.called_at.is_(None)),
        )
    ]
)
FATES_SECONDS = 2.0  # the page looks as often, and every operator's

_fates: Recent[Sequence[Row[Any]]] = Recent(FATES_SECONDS)

# What the buyers paid, whatever the seats cost by now.
PAID_FOR = (
    select(func.coalesce(func.sum(Reservation.price), 0))
    .join(Order, Order.id == Reservation.order_id)
    .where(Order.schedule_id == Schedule.id, Reservation.payment_id.is_not(None), ~Reservation.is_cancelled)
    .correlate(Schedule)
    .scalar_subquery()
)


@dataclass(frozen=True)
class House:
    """Seats of one schedule, and what its sold seats were sold for together in won."""

    schedule: Schedule
    free: int
    held: int
    sold: int
    revenue: int


def line(concert_id: int, now: datetime) -> dict[str, Any]:
    """Where a concert's line stands."""
    counter = db.session.get_one(Counter, concert_id)
    fates = _fates.get(concert_id, lambda: fetch(FATES, concert_id=concert_id))
    waiting = counter.created_count - counter.serving_number - counter.skipped_count
    present = presence.count(concert_id, counter.serving_number, now)
    return {
        "waiting": waiting,
        # Seen some seconds ago, and some of them may have left the line since.
        "present": None if present is None else min(present, waiting),
        "absent": None if present is None else max(0, waiting - present),
        "serving_now": counter.serving_number - counter.terminated_count,
        "capacity": counter.capacity,
        "created_count": counter.created_count,
        "serving_number": counter.serving_number,
        "terminated_count": counter.terminated_count,
        "called": sum(one.fans for one in fates if one.was_called),
        "paused": counter.is_paused,
        "rate": counter.admissions_per_minute,
        "message": counter.message,
        "lobby": lobby.count(concert_id) if counter.awaits_draw else None,
        "ended": _ended(fates),
    }


def _ended(fates: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """How many ended for which reason, called or not."""
    counts = Counted[str]()
    for one in fates:
        if one.end_reason:
            counts[one.end_reason] += one.fans
    return [{"reason": reason, "count": count} for reason, count in counts.items()]


def houses(concert_id: int, now: datetime) -> list[House]:
    """Each schedule's house, in order."""
    statement = (
        select(
            Schedule,
            func.count().filter(is_free(now), Schedule.cancelled_at.is_(None)),
            func.count().filter(Seat.held_until > now),
            func.count().filter(Seat.is_sold),
            PAID_FOR,
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


def overview(now: datetime, *, archived: bool = False) -> list[dict[str, Any]]:
    """Every concert at a glance, or every archived one."""
    is_wanted = Concert.archived_at.is_not(None) if archived else Concert.archived_at.is_(None)
    statement = select(Concert).where(is_wanted).order_by(Concert.sale_opens_at.desc(), Concert.id)
    concerts = db.session.scalars(statement).all()
    return [_at_a_glance(concert, now) for concert in concerts]


def money_to_look_at(now: datetime, concert_id: int | None = None) -> list[dict[str, Any]]:
    """Payments in review or on their way back, and what was in review and went back of late; newest first in each.

    Those that wait for a person come before those a job asks for, and what is back comes last.
    """
    stage = case((Payment.status.not_in((IN_REVIEW, CANCELLING)), 2), (Payment.ask_at.is_not(None), 1), else_=0)
    was_reviewed = Payment.reason.in_(REVIEWED) | Payment.handling.is_not(None)
    of_late = was_reviewed & (Payment.returned_at > now - SHOWN_AFTERWARDS)
    statement = (
        select(Payment, Order, Concert, User.email)
        .outerjoin(Order, Order.id == Payment.order_id)
        .outerjoin(Concert, Concert.id == Order.concert_id)
        .join(User, User.id == Payment.user_id)
        .where(Payment.status.in_((IN_REVIEW, CANCELLING)) | of_late)
        .order_by(stage, Payment.id.desc())
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
            "why": reasons.why(payment),
        }
        for payment, order, concert, email in db.session.execute(statement)
    ]


def _at_a_glance(concert: Concert, now: datetime) -> dict[str, Any]:
    seats = totals(houses(concert.id, now))
    return {
        "concert": concert,
        "state": listing.sale_state(concert, seats["free"], now),
        "line": line(concert.id, now),
        "seats": seats,
        "revenue": seats["revenue"],
    }
