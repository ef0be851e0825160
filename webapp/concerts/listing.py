"""What is on: the concerts and schedules as the public sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, Integer, Row, and_, any_, bindparam, func, select
from sqlalchemy.orm import joinedload

from webapp.concerts import stock
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import apart, db, fetch
from webapp.errors import NotFound
from webapp.memory import Recent

STALE_SECONDS = 1.0  # of the pages that everybody looks at before a sale


@dataclass(frozen=True)
class Card:
    """One concert on the listing."""

    concert: Concert
    state: str
    first_date: date
    last_date: date
    price_from: int
    price_to: int
    seats_left: int
    seats_total: int


@dataclass(frozen=True)
class Performance:
    """One schedule with what is left of it; nothing more is sold of one that `is_over`, cancelled or begun."""

    schedule: Schedule
    seats_left: int
    seats_total: int
    state: str
    is_over: bool = False


# What stands on the listings: a draft is not there yet, and an archived concert no more.
IS_LISTED = and_(Concert.published_at.is_not(None), Concert.archived_at.is_(None))
# Built once, like every statement that is asked often.
SHOWS = (
    select(Schedule)
    .where(Schedule.concert_id == bindparam("concert_id"), Schedule.archived_at.is_(None))
    .order_by(Schedule.starts_at)
)
COMING = (
    select(
        Concert,
        func.array_agg(Schedule.id).label("schedule_ids"),
        func.min(Schedule.date).label("first_date"),
        func.max(Schedule.date).label("last_date"),
    )
    .join(Schedule, Schedule.concert_id == Concert.id)
    .where(Schedule.starts_at > bindparam("now"), Schedule.archived_at.is_(None), IS_LISTED)
    .group_by(Concert.id)
    .order_by(func.min(Schedule.starts_at))
)
PRICES = (
    select(Schedule.concert_id, stock.LOW.label("low"), stock.HIGH.label("high"))
    .join(Seat, Seat.schedule_id == Schedule.id)
    .where(Schedule.concert_id == any_(bindparam("concert_ids", type_=ARRAY(Integer))))
    .group_by(Schedule.concert_id)
)
ONE_SCHEDULE = (
    select(Schedule).options(joinedload(Schedule.concert, innerjoin=True)).where(Schedule.id == bindparam("id"))
)

_cards: Recent[list[Card]] = Recent(STALE_SECONDS)
_seen: Recent[list[Performance]] = Recent(STALE_SECONDS)


def sale_state(concert: Concert, seats_left: int, now: datetime) -> str:
    """ "draft", "upcoming", "on_sale", "sold_out" or "closed"."""
    if concert.is_draft:
        return "draft"
    if concert.is_closed(now):
        return "closed"
    if not concert.is_on_sale(now):
        return "upcoming"
    return "on_sale" if seats_left else "sold_out"


def cards(now: datetime) -> list[Card]:
    """Every published concert with a schedule still to come, soonest first."""
    with apart() as session:
        rows = session.execute(COMING, {"now": now}).all()
    prices = {row.concert_id: row for row in fetch(PRICES, concert_ids=[row.Concert.id for row in rows], now=now)}
    left = stock.by_schedule([one for row in rows for one in row.schedule_ids], now)
    return [_card(row, prices[row.Concert.id], left, now) for row in rows if row.Concert.id in prices]


def seen_cards(now: datetime) -> list[Card]:
    """The same as of up to a second ago, for the page that everybody comes by."""
    return _cards.get(None, lambda: cards(now))


def concert(slug: str) -> Concert:
    """The published concert with this slug. Raises NotFound."""
    return _published(any_concert(slug))


def any_concert(slug: str) -> Concert:
    """The concert with this slug, be it a draft: for operators. Raises NotFound."""
    found = db.session.scalar(select(Concert).where(Concert.slug == slug))
    if found is None:
        raise NotFound()
    return found


def schedule(schedule_id: int) -> Schedule:
    """The schedule of a published concert, with that concert. Raises NotFound."""
    found = any_schedule(schedule_id)
    _published(found.concert)
    return found


def any_schedule(schedule_id: int) -> Schedule:
    """The schedule with its concert, be it a draft: for operators. Raises NotFound."""
    found = db.session.scalar(ONE_SCHEDULE, {"id": schedule_id})
    if found is None:
        raise NotFound()
    return found


def performances(concert: Concert, now: datetime) -> list[Performance]:
    """The schedules of a concert, in order, with what is left; archived ones are not among them."""
    return _left_of(db.session.scalars(SHOWS, {"concert_id": concert.id}).all(), concert, now)


def seen_performances(concert: Concert, now: datetime) -> list[Performance]:
    """The same as of up to a second ago, for a page that thousands look at; it belongs to no database session."""
    return _seen.get(concert.id, lambda: _left_of(_schedules(concert.id), concert, now))


def _schedules(concert_id: int) -> Sequence[Schedule]:
    with apart() as session:
        return session.scalars(SHOWS, {"concert_id": concert_id}).all()


def _left_of(schedules: Sequence[Schedule], concert: Concert, now: datetime) -> list[Performance]:
    left = stock.by_schedule([schedule.id for schedule in schedules], now)
    return [_performance(schedule, left, concert, now) for schedule in schedules]


def _published(concert: Concert) -> Concert:
    if concert.is_draft:
        raise NotFound()
    return concert


def _performance(schedule: Schedule, left: dict[int, stock.Left], concert: Concert, now: datetime) -> Performance:
    here = left.get(schedule.id, stock.Left(0, 0))
    if schedule.cancelled_at:
        return Performance(schedule, 0, here.seats_total, "cancelled", is_over=True)
    if schedule.starts_at <= now:
        return Performance(schedule, here.seats_left, here.seats_total, "closed", is_over=True)
    state = sale_state(concert, here.seats_left, now)
    return Performance(schedule, here.seats_left, here.seats_total, state)


def _card(row: Any, prices: Row[Any], left: dict[int, stock.Left], now: datetime) -> Card:
    concert, schedule_ids, first, last = tuple(row)
    houses = [left[one] for one in schedule_ids if one in left]
    seats_left, seats_total = sum(one.seats_left for one in houses), sum(one.seats_total for one in houses)
    state = sale_state(concert, seats_left, now)
    return Card(concert, state, first, last, prices.low, prices.high, seats_left, seats_total)
