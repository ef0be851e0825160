"""Creating, changing, archiving and deleting performances, with their prices and their house."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import delete, func, select

from webapp.admin.editing.states import Change, State, is_new, spelled
from webapp.booking import rehousing
from webapp.booking.models import Order, Reservation
from webapp.concerts import pricing, schedules, seat_plans
from webapp.concerts.models import Concert, Schedule, Seat, SeatPlan
from webapp.db import after_commit, db
from webapp.errors import EditRefused
from webapp.live import messages

Prices = Mapping[str, int]


def state(schedule: Schedule, prices: Prices) -> State:
    """What can be edited of a performance, as the log keeps it."""
    return {
        "starts_at": spelled(schedule.starts_at),
        "doors_at": spelled(schedule.doors_at),
        "plan": schedule.seat_plan_id,
        "prices": dict(prices),
    }


def of(schedule: Schedule) -> State:
    """The same, read now."""
    return state(schedule, pricing.of(schedule.id))


def create(concert: Concert, plan: SeatPlan, times: tuple[datetime, datetime], prices: Prices) -> tuple[Schedule, bool]:
    """A new performance at (start, doors), and whether it is new: the same form sent twice makes one.

    Raises EditRefused for a time at which another one begins.
    """
    # One after the other for a concert, so that of two that are alike the second finds the first.
    db.session.execute(select(Concert.id).where(Concert.id == concert.id).with_for_update(key_share=True))
    starts_at, doors_at = times
    known = _at(concert.id, starts_at)
    if known is None:
        made = schedules.put_on(concert, plan, starts_at, doors_at, dict(prices))
        _tell(made)
        return made, True
    wanted = Schedule(starts_at=starts_at, doors_at=doors_at, seat_plan_id=plan.id)
    if of(known) != state(wanted, prices):
        raise EditRefused(field="starts_at", sentence=_("Another performance begins at this time."))
    return known, False


def change(schedule_id: int, times: tuple[datetime, datetime], prices: Prices, seen: str) -> Change | None:
    """Save when a performance is and what its seats cost; None if nothing is new. Raises StaleEdit or EditRefused.

    The new prices are for whoever buys next: a hold keeps its own.
    """
    schedule = pricing.lock(schedule_id)
    before = of(schedule)
    wanted = before | {"starts_at": spelled(times[0]), "doors_at": spelled(times[1]), "prices": dict(prices)}
    if not is_new(before, wanted, seen):
        return None
    concert = db.session.get_one(Concert, schedule.concert_id)
    other = _at(concert.id, times[0])
    if other and other.id != schedule.id:
        raise EditRefused(field="starts_at", sentence=_("Another performance begins at this time."))
    schedule.starts_at, schedule.doors_at = times
    schedule.date = times[0].astimezone(ZoneInfo(concert.time_zone)).date()
    pricing.change(schedule, prices)
    _tell(schedule)
    return before, wanted


def rehouse(schedule_id: int, plan_id: int, prices: Prices, seen: str, now: datetime) -> Change | None:
    """Give a performance another plan; None if it has it already. Raises StaleEdit, SeatsInTheWay or EditRefused."""
    schedule, plan = pricing.lock(schedule_id), seat_plans.plan(plan_id)
    before = of(schedule)
    wanted = before | {"plan": plan.id, "prices": dict(prices)}
    if plan.saved_at is None or not is_new(before, wanted, seen):
        return None
    rehousing.replace(schedule, plan, prices, now)
    _tell(schedule)
    return before, wanted


def archive(schedule_id: int, now: datetime) -> Change:
    """List a performance no more, once it is over or cancelled. Raises EditRefused."""
    schedule = pricing.lock(schedule_id)
    if schedule.cancelled_at is None and schedule.starts_at > now:
        raise EditRefused(sentence=_("Cancel this performance first, or delete it if nobody has a seat."))
    before = {"archived_at": spelled(schedule.archived_at)}
    schedule.archived_at = schedule.archived_at or now
    return before, {"archived_at": spelled(schedule.archived_at)}


def restore(schedule_id: int) -> Change:
    """List it again."""
    schedule = pricing.lock(schedule_id)
    before = {"archived_at": spelled(schedule.archived_at)}
    schedule.archived_at = None
    return before, {"archived_at": None}


def remove(schedule_id: int) -> Change:
    """Delete a performance that no order ever knew, with its seats. Raises EditRefused."""
    schedule = pricing.lock(schedule_id)
    before = of(schedule)
    # A hold that is on its way has one of them locked: we wait for it, and see its order.
    db.session.execute(select(Seat.id).where(Seat.schedule_id == schedule_id).order_by(Seat.id).with_for_update()).all()
    if db.session.scalar(select(Order.id).where(Order.schedule_id == schedule_id).limit(1)):
        raise EditRefused(
            sentence=_("Somebody has had a seat of this performance. Cancel it instead, then archive it.")
        )
    _tell(schedule)
    db.session.execute(delete(Seat).where(Seat.schedule_id == schedule_id))
    db.session.execute(delete(Schedule).where(Schedule.id == schedule_id))
    return before, {}


def sold(schedule_ids: list[int]) -> dict[int, int]:
    """How many seats of each performance are sold."""
    statement = (
        select(Order.schedule_id, func.count())
        .join(Reservation, Reservation.order_id == Order.id)
        .where(Order.schedule_id.in_(schedule_ids), Reservation.payment_id.is_not(None), ~Reservation.is_cancelled)
        .group_by(Order.schedule_id)
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def of_concert(concert_id: int) -> list[tuple[Schedule, SeatPlan, dict[str, int]]]:
    """Every performance of a concert, archived or not, with its plan and prices."""
    statement: Any = (
        select(Schedule, SeatPlan)
        .join(SeatPlan, SeatPlan.id == Schedule.seat_plan_id)
        .where(Schedule.concert_id == concert_id)
        .order_by(Schedule.starts_at)
    )
    return [(schedule, plan, pricing.of(schedule.id)) for schedule, plan in db.session.execute(statement)]


def _at(concert_id: int, starts_at: datetime) -> Schedule | None:
    at = select(Schedule).where(Schedule.concert_id == concert_id, Schedule.starts_at == starts_at)
    return db.session.scalar(at)


def _tell(schedule: Schedule) -> None:
    after_commit(messages.house_changed, schedule.concert_id, schedule.id)
