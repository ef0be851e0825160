"""What is left: free seats by schedule, grade and section. Reads only, by the clock. Of what is cancelled, nothing.

What a grade has left is said coarsely, and therefore counted no further than that takes: see `count`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, Integer, String, and_, any_, bindparam, func, select, text, type_coerce

from webapp.concerts.models import Schedule, Seat, is_free
from webapp.db import db, fetch
from webapp.languages import either
from webapp.memory import Recent

STALE_SECONDS = 1.0
FACTS_SECONDS = 5.0  # prices and the size of a house change by an operator's hand alone
FEW_PERCENT = 10  # with at most a tenth of its seats left a grade is nearly gone
PLENTY, FEW, GONE = "plenty", "few", "gone"


@dataclass(frozen=True)
class Left:
    """Free seats out of all, for one schedule."""

    seats_total: int
    seats_left: int


@dataclass(frozen=True)
class Grade:
    """One grade of a concert over all its schedules: what a seat costs in won, from and to, and how much is left.

    `seats_left` is exact up to where plenty begins, and goes no further.
    """

    name: str
    price: int
    price_to: int
    seats_left: int
    stock: str


class Facts(NamedTuple):
    """What changes seldom about one grade: prices in won, seats in all, and the schedules that still sell it."""

    name: str
    price: int
    price_to: int
    seats_total: int
    schedule_ids: Sequence[int]

    @property
    def enough(self) -> int:
        """So many free seats are plenty; the last one of a small grade is one of few."""
        return max(1, self.seats_total * FEW_PERCENT // 100) + 1


@dataclass(frozen=True)
class Section:
    """One section of a schedule's house."""

    name: str
    grades: Sequence[str]
    price_from: int
    price_to: int
    seats_left: int
    seats_total: int
    name_ko: str = ""

    @property
    def said(self) -> str:
        """Its name as the reader calls it."""
        return either(self.name, self.name_ko)


SELLS = and_(Schedule.cancelled_at.is_(None), Schedule.starts_at > bindparam("now"))
# What a grade costs is what it costs on the nights that sell it; with none left, what it cost.
LOW = func.coalesce(func.min(Seat.price).filter(SELLS), func.min(Seat.price))
HIGH = func.coalesce(func.max(Seat.price).filter(SELLS), func.max(Seat.price))
FACTS = (
    select(
        Seat.grade,
        LOW,
        HIGH,
        func.count().filter(SELLS),
        type_coerce(
            func.coalesce(func.array_agg(Seat.schedule_id.distinct()).filter(SELLS), text("'{}'")),
            ARRAY(Integer),
        ),
    )
    .join(Schedule, Schedule.id == Seat.schedule_id)
    .where(Schedule.concert_id == bindparam("concert_id"))
    .group_by(Seat.grade)
    .order_by(LOW.desc())
)

SEATS = (
    select(
        Schedule.id,
        func.count().label("total"),
        func.count().filter(is_free(bindparam("now")), Schedule.cancelled_at.is_(None)).label("left"),
    )
    .join(Seat, Schedule.id == Seat.schedule_id)
    .where(Seat.schedule_id == any_(bindparam("schedule_ids", type_=ARRAY(Integer))))
    .group_by(Schedule.id)
)

# Each grade of each schedule is a walk along ix_seats_unsold that ends as soon as there is enough: with plenty left
# after a tenth of the grade, and with little left there is little to walk along. The grade is asked for as a range, in
# the order that only this index has: Postgres takes a grade to be spread over the whole house, and would look through
# that from its beginning.
FREE = text(
    """
    SELECT asked.grade, count(free.id) FROM unnest(CAST(:grades AS text[]), CAST(:enough AS int[]))
        AS asked (grade, enough)
    LEFT JOIN LATERAL (
        SELECT seats.id FROM unnest(CAST(:schedule_ids AS int[])) AS schedules (id)
        CROSS JOIN LATERAL (
            SELECT seats.id FROM seats
            WHERE seats.schedule_id = schedules.id AND seats.grade BETWEEN asked.grade AND asked.grade
              AND NOT seats.is_sold AND (seats.held_until IS NULL OR seats.held_until <= :now)
            ORDER BY seats.grade LIMIT asked.enough
        ) AS seats
        LIMIT asked.enough
    ) AS free ON true
    GROUP BY asked.grade
    """
).columns(grade=String, count=Integer)

_facts: Recent[list[Facts]] = Recent(FACTS_SECONDS)
# Thousands of waiting rooms ask at once.
_counted: Recent[tuple[datetime, list[Grade]]] = Recent(STALE_SECONDS)


def by_schedule(schedule_ids: Iterable[int], now: datetime) -> dict[int, Left]:
    """Free and all seats of each schedule."""
    counted = fetch(SEATS, schedule_ids=list(schedule_ids), now=now)
    return {one.id: Left(one.total, one.left) for one in counted}


def by_grade(concert_id: int, now: datetime) -> list[Grade]:
    """The grades of a concert, dearest first; up to a second old, which is fresh enough for a coarse stock."""
    return _recent(concert_id, now)[1]


def coarse(concert_id: int, now: datetime) -> dict[str, Any]:
    """What everyone waiting may know, as pages get it: up to a second old."""
    return message(concert_id, *_recent(concert_id, now))


def message(concert_id: int, counted_at: datetime, grades: Iterable[Grade]) -> dict[str, Any]:
    """The coarse stock as one small message, the same for everyone; `at` tells which of two is the newer."""
    known = list(grades)
    words = [[grade.name, grade.stock] for grade in known]
    prices = [[grade.price, grade.price_to] for grade in known]
    return {"concert": concert_id, "at": counted_at.isoformat(), "grades": words, "prices": prices}


def count(concert_id: int, now: datetime) -> list[Grade]:
    """The same as of now, in one statement that looks at a tenth of the house at most. Prices may be seconds old."""
    facts = _facts.get(concert_id, lambda: _seldom(concert_id, now))
    asked = {
        "grades": [one.name for one in facts],
        "enough": [one.enough for one in facts],
        "schedule_ids": sorted({one for grade in facts for one in grade.schedule_ids}),
    }
    free = dict(tuple(row) for row in fetch(FREE, now=now, **asked))
    return [Grade(one.name, one.price, one.price_to, free[one.name], _stock(free[one.name], one)) for one in facts]


def forget(concert_id: int) -> None:
    """What was counted is known to be over: whoever asks next counts anew."""
    _counted.drop(concert_id)


def forget_facts(concert_id: int) -> None:
    """An operator edited the house or its prices."""
    _facts.drop(concert_id)


def _seldom(concert_id: int, now: datetime) -> list[Facts]:
    return [Facts._make(row) for row in fetch(FACTS, concert_id=concert_id, now=now)]


def _recent(concert_id: int, now: datetime) -> tuple[datetime, list[Grade]]:
    return _counted.get(concert_id, lambda: (now, count(concert_id, now)))


def _stock(seats_left: int, grade: Facts) -> str:
    if seats_left == 0:
        return GONE
    return PLENTY if seats_left >= grade.enough else FEW


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
            func.max(Seat.section_ko),
        )
        .where(Seat.schedule_id == schedule_id)
        .group_by(Seat.section)
        .order_by(func.min(Seat.number))
    )
    return [Section(*row) for row in db.session.execute(statement).all()]
