"""What is on sale as programs see it: concerts, dates and free seats. Reads only."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from webapp.api.errors import NoSuchConcert, NoSuchDate, NoSuchSeat, WhichConcert, WhichSchedule
from webapp.concerts import listing, recent, stock
from webapp.concerts.models import Concert, Schedule, Seat, is_free
from webapp.concerts.stock import Left
from webapp.db import db
from webapp.errors import NotFound

NOTHING = Left(0, 0)


def concerts(now: datetime) -> list[tuple[Concert, str, list[tuple[Schedule, Left]]]]:
    """Every published concert with its sale's state and its schedules still to come, soonest first."""
    coming = (
        select(Schedule)
        .join(Schedule.concert)
        .options(contains_eager(Schedule.concert))
        .where(Schedule.starts_at > now, Schedule.archived_at.is_(None), listing.IS_LISTED)
        .order_by(Schedule.starts_at, Schedule.id)
    )
    schedules = db.session.scalars(coming).all()
    left = stock.by_schedule([one.id for one in schedules], now)
    found: dict[int, list[tuple[Schedule, Left]]] = {}
    for schedule in schedules:
        found.setdefault(schedule.concert_id, []).append((schedule, left.get(schedule.id, NOTHING)))
    return [(shown[0][0].concert, _state(shown, now), shown) for shown in found.values()]


def concert(concert_id: int | None, now: datetime) -> Concert:
    """The concert with this id; without one, what is on sale, if that is one concert.

    Raises NoSuchConcert, or WhichConcert naming what is on sale.
    """
    if concert_id is not None:
        found = db.session.get(Concert, concert_id)
        if found is None or found.is_draft:
            raise NoSuchConcert()
        return found
    return _only_one_on_sale(db.session.scalars(recent.LISTED).all(), now)


def line(concert_id: int | None, now: datetime) -> int:
    """The id of the same concert, as this process saw the concerts within the last second: for a rush of joins.

    Raises the same. Whether one may join is no matter of this; the line itself decides it.
    """
    if concert_id is None:
        return _only_one_on_sale(recent.listed(), now).id
    try:
        return recent.numbered(concert_id).id
    except NotFound:
        raise NoSuchConcert() from None


def dates(concert: Concert, now: datetime) -> list[date]:
    """The days of this concert on which a seat can still be had."""
    open_now = [one for one in listing.performances(concert, now) if one.state == "on_sale"]
    return sorted({one.schedule.date for one in open_now})


def schedules_on(concert: Concert, day: date, now: datetime) -> Sequence[Schedule]:
    """The performances on this day that are still to come and take place, in order. Raises NoSuchDate."""
    on_sale = (Schedule.starts_at > now) & Schedule.cancelled_at.is_(None) & Schedule.archived_at.is_(None)
    statement = select(Schedule).where(Schedule.concert_id == concert.id, Schedule.date == day, on_sale)
    found = db.session.scalars(statement.order_by(Schedule.starts_at)).all()
    if not found:
        raise NoSuchDate()
    return found


def schedule_on(concert: Concert, day: date, now: datetime) -> Schedule:
    """The performance on this day. Raises NoSuchDate, or WhichSchedule for a day with several."""
    found = schedules_on(concert, day, now)
    if len(found) > 1:
        raise WhichSchedule(scheduleIds=[one.id for one in found])
    return found[0]


def free_seats(schedules: Sequence[Schedule], now: datetime) -> Sequence[Seat]:
    """The seats of these performances that can be taken, by number."""
    statement = select(Seat).where(Seat.schedule_id.in_([one.id for one in schedules]), is_free(now))
    return db.session.scalars(statement.order_by(Seat.schedule_id, Seat.number)).all()


def seat_id(schedule: Schedule, number: int) -> int:
    """The id of the seat with this number in the house. Raises NoSuchSeat."""
    found = db.session.scalar(select(Seat.id).where(Seat.schedule_id == schedule.id, Seat.number == number))
    if found is None:
        raise NoSuchSeat()
    return found


def _only_one_on_sale(listed: Sequence[Concert], now: datetime) -> Concert:
    open_now = [one for one in listed if one.is_on_sale(now)]
    if not open_now:
        raise NoSuchConcert()
    if len(open_now) > 1:
        raise WhichConcert(concertIds=[one.id for one in open_now])
    return open_now[0]


def _state(shown: list[tuple[Schedule, Left]], now: datetime) -> str:
    return listing.sale_state(shown[0][0].concert, sum(left.seats_left for _, left in shown), now)
