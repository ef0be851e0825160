"""How long a fan will wait, as an honest range from what was measured, or not known yet.

A slot is given again when whoever has it goes. So what is measured is how long fans stay: ends per minute of a fan's
being served, the usual estimate of a rate where many are still under way (events over exposure). Times the capacity it
is how many slots come free a minute. Unlike a count of calls it is not misled by the first hundred, who are all called
at once, nor by a pause, in which nobody is called, nor by a capacity that was just changed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import DateTime, bindparam, func, select

from webapp.db import db
from webapp.waiting_room.models import ADMISSION, Counter, QueueSession

# Whoever was called earlier has gone; half as long again keeps enough of a quiet line in sight.
WINDOW = ADMISSION * 1.5
FEWEST = 5  # from fewer ends than this nothing can be told
# The count of n random ends is off by about its square root; two of those make an honest range.
SPREAD = 2.0
SOONEST = timedelta(seconds=2)  # fifty thousand pages may ask: each process measures this often

NOW = bindparam("now", type_=DateTime(timezone=True))
STAYED = func.coalesce(QueueSession.terminated_at, NOW) - QueueSession.called_at
SERVED = select(
    func.count(QueueSession.terminated_at), func.coalesce(func.sum(func.extract("epoch", STAYED)), 0) / 60
).where(
    QueueSession.concert_id == bindparam("concert_id"),
    QueueSession.called_at > bindparam("since", type_=DateTime(timezone=True)),
    QueueSession.called_at <= NOW,
)


@dataclass(frozen=True)
class Wait:
    """From `low_minutes` to `high_minutes`, both at least 1."""

    low_minutes: int
    high_minutes: int


@dataclass(frozen=True)
class Pace:
    """Of those called lately, how many have gone, and the minutes that all of them have been served together."""

    ends: int
    minutes: float


_measured: dict[int, tuple[datetime, Pace]] = {}


def wait(concert_id: int, ahead: int, now: datetime) -> Wait | None:
    """The range for somebody with `ahead` people in front; None while too little is known to tell."""
    return expected(db.session.get_one(Counter, concert_id), _pace(concert_id, now), ahead)


def expected(counter: Counter, pace: Pace, ahead: int) -> Wait | None:
    """The range at this pace: the free slots first, then those that come free, and never faster than the rate."""
    free = max(0, counter.capacity - (counter.serving_number - counter.terminated_count))
    per_minute = counter.admissions_per_minute
    by_rate = (ahead + 1) / per_minute if per_minute else 0.0
    behind = ahead + 1 - free
    if behind <= 0:
        return _range(by_rate, by_rate)
    if pace.ends < FEWEST or not pace.minutes or not counter.capacity:
        return None
    error = SPREAD * pace.ends**0.5
    slowest, fastest = max(pace.ends - error, 1.0), pace.ends + error
    slots = counter.capacity / pace.minutes
    return _range(max(by_rate, behind / (fastest * slots)), max(by_rate, behind / (slowest * slots)))


def forget() -> None:
    """Measure afresh: for tests, whose lines come and go while their clock stands still."""
    _measured.clear()


def _range(low: float, high: float) -> Wait:
    lowest = max(1, int(low))
    return Wait(lowest, max(lowest + 1, ceil(high)))


def _pace(concert_id: int, now: datetime) -> Pace:
    measured = _measured.get(concert_id)
    if measured is None or not timedelta(0) <= now - measured[0] < SOONEST:
        asked = {"concert_id": concert_id, "now": now, "since": now - WINDOW}
        ends, minutes = db.session.execute(SERVED, asked).one()
        measured = _measured[concert_id] = (now, Pace(ends, float(minutes)))
    return measured[1]
