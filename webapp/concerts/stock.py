"""What is left: free seats by schedule, grade and section. Reads only, by the clock. Of what is cancelled, nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, String, func, select, type_coerce

from webapp.concerts.models import Schedule, Seat, is_free
from webapp.db import db
from webapp.memory import Recent

STALE_SECONDS = 2.0
FEW = 0.1  # below a tenth of its seats a grade is nearly gone


@dataclass(frozen=True)
class Left:
    """Free seats out of all, for one schedule."""

    seats_total: int
    seats_left: int


@dataclass(frozen=True)
class Grade:
    """One grade of a concert: what a seat costs in won, and how many are left over all its schedules."""

    name: str
    price: int
    seats_left: int
    seats_total: int

    @property
    def stock(self) -> str:
        if self.seats_left == 0:
            return "gone"
        return "few" if self.seats_left <= self.seats_total * FEW else "plenty"


@dataclass(frozen=True)
class Section:
    """One section of a schedule's house."""

    name: str
    grades: Sequence[str]
    price_from: int
    price_to: int
    seats_left: int
    seats_total: int


# Thousands of waiting rooms ask at once, and a big house has tens of thousands of seats to count.
_counted: Recent[list[Grade]] = Recent(STALE_SECONDS)


def by_schedule(schedule_ids: Iterable[int], now: datetime) -> dict[int, Left]:
    """Free and all seats of each schedule."""
    statement = (
        select(Schedule.id, func.count(), func.count().filter(is_free(now), Schedule.cancelled_at.is_(None)))
        .join(Seat, Schedule.id == Seat.schedule_id)
        .where(Seat.schedule_id.in_(list(schedule_ids)))
        .group_by(Schedule.id)
    )
    return {schedule_id: Left(total, left) for schedule_id, total, left in db.session.execute(statement)}


def by_grade(concert_id: int, now: datetime) -> list[Grade]:
    """The grades of a concert, dearest first; up to two seconds old, which is fresh enough for a coarse stock."""
    return _counted.get(concert_id, lambda: _count_grades(concert_id, now))


def _count_grades(concert_id: int, now: datetime) -> list[Grade]:
    left = func.count().filter(is_free(now), Schedule.cancelled_at.is_(None))
    statement = (
        select(Seat.grade, func.min(Seat.price), left, func.count())
        .join(Schedule, Schedule.id == Seat.schedule_id)
        .where(Schedule.concert_id == concert_id)
        .group_by(Seat.grade)
        .order_by(func.min(Seat.price).desc())
    )
    return [Grade(*row) for row in db.session.execute(statement)]


def by_section(schedule_id: int, now: datetime) -> list[Section]:
    """The sections of a schedule in the order of its seat numbers."""
    statement = (
        select(
            Seat.section,
            type_coerce(func.array_agg(Seat.grade.distinct()), ARRAY(String)),
            func.min(Seat.price),
            func.max(Seat.price),
            func.count().filter(is_free(now)),
            func.count(),
        )
        .where(Seat.schedule_id == schedule_id)
        .group_by(Seat.section)
        .order_by(func.min(Seat.number))
    )
    return [Section(*row) for row in db.session.execute(statement).all()]
