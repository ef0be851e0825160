"""How a sale goes, in figures: the line over time, what each grade has sold, which holds became sales."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import DateTime, Integer, func, select, text

from webapp.concerts.models import Schedule, Seat
from webapp.db import db, fetch
from webapp.memory import Recent
from webapp.waiting_room import sampling
from webapp.waiting_room.sampling import Stretch

SECONDS = 2.0  # operators who look at one sale together ask once

# By when the hold was placed. An order that was refunded later did become a sale.
HOLDS = text(
    """
    SELECT date_bin(:width, created_at, :since) AS at,
           count(*) FILTER (WHERE status IN ('paid', 'refunded')) AS sold,
           count(*) FILTER (WHERE status = 'open' AND expires_at > :now) AS held,
           count(*) FILTER (WHERE status IN ('expired', 'released') OR status = 'open' AND expires_at <= :now) AS lost
    FROM orders WHERE concert_id = :concert_id AND created_at >= :since AND created_at <= :now
    GROUP BY 1 ORDER BY 1
    """
).columns(at=DateTime(timezone=True), sold=Integer, held=Integer, lost=Integer)


@dataclass(frozen=True)
class GradeSales:
    """One grade over all performances that are not cancelled: seats, and what the sold ones cost together in won."""

    name: str
    price: int
    price_to: int
    sold: int
    held: int
    total: int
    revenue: int

    @property
    def free(self) -> int:
        return self.total - self.sold - self.held


@dataclass(frozen=True)
class Holds:
    """The holds placed from `at` on: those that became sales, those that still can, those that came to nothing."""

    at: datetime
    sold: int
    held: int
    lost: int


@dataclass(frozen=True)
class Course:
    """How a sale went over the last `hours`: in fine stretches for lines, in coarse ones for columns and a table."""

    since: datetime
    until: datetime
    fine: timedelta
    coarse: timedelta
    line: list[Stretch]
    table: list[Stretch]
    holds: list[Holds]


_courses: Recent[Course] = Recent(SECONDS)
_sales: Recent[list[GradeSales]] = Recent(SECONDS)


def course(concert_id: int, hours: int, now: datetime) -> Course:
    """The last hours of a sale, as of a moment ago."""
    return _courses.get((concert_id, hours), lambda: _course(concert_id, hours, now))


def by_grade(concert_id: int, now: datetime) -> list[GradeSales]:
    """What each grade has sold, dearest first, as of a moment ago."""
    return _sales.get(concert_id, lambda: count_grades(concert_id, now))


def count_grades(concert_id: int, now: datetime) -> list[GradeSales]:
    """The same as of now."""
    statement = (
        select(
            Seat.grade,
            func.min(Seat.price),
            func.max(Seat.price),
            func.count().filter(Seat.is_sold),
            func.count().filter(Seat.held_until > now),
            func.count(),
            func.coalesce(func.sum(Seat.price).filter(Seat.is_sold), 0),
        )
        .join(Schedule, Schedule.id == Seat.schedule_id)
        .where(Schedule.concert_id == concert_id, Schedule.cancelled_at.is_(None))
        .group_by(Seat.grade)
        .order_by(func.min(Seat.price).desc())
    )
    return [GradeSales(*row) for row in db.session.execute(statement)]


def became_sales(holds: list[Holds]) -> int | None:
    """Of the holds that are over, how many in a hundred became sales; None while none is over."""
    sold, lost = sum(one.sold for one in holds), sum(one.lost for one in holds)
    return round(100 * sold / (sold + lost)) if sold + lost else None


def _course(concert_id: int, hours: int, now: datetime) -> Course:
    """Columns begin at round moments, so that they stand still while the time goes by."""
    coarse, fine = timedelta(minutes=5 * hours), timedelta(seconds=30 * hours)
    since, columns_since = now - timedelta(hours=hours), _floor(now - timedelta(hours=hours), coarse)
    holds = fetch(HOLDS, concert_id=concert_id, since=columns_since, now=now, width=coarse)
    return Course(
        since,
        now,
        fine,
        coarse,
        sampling.history(concert_id, _floor(since, fine), now, fine),
        sampling.history(concert_id, columns_since, now, coarse),
        [Holds(row.at, row.sold, row.held, row.lost) for row in holds],
    )


def _floor(at: datetime, width: timedelta) -> datetime:
    return datetime.fromtimestamp(at.timestamp() // width.total_seconds() * width.total_seconds(), UTC)
