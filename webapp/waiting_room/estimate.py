"""How long a fan will wait, as an honest range from what was measured, or not known yet.

A slot is given again when whoever has it goes. So what is measured is how long fans stay: in the last minutes, ends per
minute of being served (events over exposure, the usual estimate of a rate where many are still under way). Times the
capacity it is how many slots come free a minute. Unlike a count of calls it is not misled by the first hundred, who are
all called at once, nor by a pause, in which nobody is called, nor by a capacity that was just changed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import DateTime, bindparam, func, select

from webapp.db import fetch
from webapp.memory import Recent
from webapp.waiting_room.models import ADMISSION, Counter, QueueSession

# What is measured lately counts. After a long pause there is nothing of the kind, and the time before it has to do.
LATELY, BEFORE = timedelta(minutes=6), timedelta(hours=1)
FEWEST = 5  # from fewer ends than this nothing can be told
# At the opening the first to go are the quick ones; so many of the slots must have changed hands before it is told.
TURNED_OVER = 0.3
# The count of n random ends is off by about its square root; two of those make an honest range.
SPREAD = 2.0

NOW = bindparam("now", type_=DateTime(timezone=True))
SINCE = bindparam("since", type_=DateTime(timezone=True))
END = func.coalesce(QueueSession.terminated_at, NOW)
STAYED = func.greatest(END - func.greatest(QueueSession.called_at, SINCE), timedelta(0))
SERVED = select(
    func.count().filter(QueueSession.terminated_at > SINCE).label("ends"),
    (func.coalesce(func.sum(func.extract("epoch", STAYED)), 0) / 60).label("minutes"),
).where(
    QueueSession.concert_id == bindparam("concert_id"),
    # Whoever was called before this had gone before the window began.
    QueueSession.called_at > SINCE - ADMISSION,
    QueueSession.called_at <= NOW,
)


@dataclass(frozen=True)
class Wait:
    """From `low_minutes` to `high_minutes`, both at least 1."""

    low_minutes: int
    high_minutes: int


@dataclass(frozen=True)
class Pace:
    """In the last minutes: how many of those served have gone, and the minutes that all were served, together."""

    ends: int
    minutes: float


# Fifty thousand pages may ask.
_paces: Recent[Pace] = Recent(2.0)


def wait(counter: Counter, ahead: int, now: datetime) -> Wait | None:
    """The range for somebody with `ahead` people in front; None while too little is known to tell."""
    return expected(counter, _paces.get(counter.concert_id, lambda: _pace(counter, now)), ahead)


def expected(counter: Counter, pace: Pace, ahead: int) -> Wait | None:
    """The range at this pace: the free slots first, then those that come free, and never faster than the rate."""
    free = max(0, counter.capacity - (counter.serving_number - counter.terminated_count))
    per_minute = counter.admissions_per_minute
    by_rate = (ahead + 1) / per_minute if per_minute else 0.0
    behind = ahead + 1 - free
    if behind <= 0:
        return _range(by_rate, by_rate)
    if not counter.capacity or not _is_enough(pace, counter):
        return None
    error = SPREAD * pace.ends**0.5
    slowest, fastest = max(pace.ends - error, 1.0), pace.ends + error
    slots = counter.capacity / pace.minutes
    return _range(max(by_rate, behind / (fastest * slots)), max(by_rate, behind / (slowest * slots)))


def _range(low: float, high: float) -> Wait:
    lowest = max(1, int(low))
    return Wait(lowest, max(lowest + 1, ceil(high)))


def _is_enough(pace: Pace, counter: Counter) -> bool:
    return pace.ends >= max(FEWEST, counter.capacity * TURNED_OVER) and pace.minutes > 0


def _pace(counter: Counter, now: datetime) -> Pace:
    pace = _measure(counter.concert_id, now, LATELY)
    return pace if _is_enough(pace, counter) else _measure(counter.concert_id, now, BEFORE)


def _measure(concert_id: int, now: datetime, window: timedelta) -> Pace:
    served = fetch(SERVED, concert_id=concert_id, now=now, since=now - window)[0]
    return Pace(served.ends, float(served.minutes))
