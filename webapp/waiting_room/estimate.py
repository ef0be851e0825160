"""How long a fan will wait, as an honest range from the measured rate, or not known yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import DateTime, bindparam, func, select

from webapp.db import fetch
from webapp.memory import Recent
from webapp.waiting_room.models import QueueSession

WINDOW = timedelta(minutes=5)
FEWEST = 5  # from fewer calls than this no rate can be told
# The count of n random arrivals is off by about its square root; two of those make an honest range.
SPREAD = 2.0


CALLED_SINCE = select(func.count().label("called"), func.min(QueueSession.called_at).label("first")).where(
    QueueSession.concert_id == bindparam("concert_id"),
    QueueSession.called_at > bindparam("since", type_=DateTime(timezone=True)),
)
# Everybody who waits for a concert shares the count.
_calls: Recent[tuple[int, datetime | None]] = Recent(1.0)


@dataclass(frozen=True)
class Wait:
    """From `low_minutes` to `high_minutes`, both at least 1."""

    low_minutes: int
    high_minutes: int


def wait(concert_id: int, ahead: int, now: datetime) -> Wait | None:
    """The range for somebody with `ahead` people in front; None while too few have been called to tell."""
    called, first = _calls.get(concert_id, lambda: _called_since(concert_id, now - WINDOW))
    if called < FEWEST or first is None:
        return None
    minutes = max((now - first).total_seconds() / 60, 0.25)
    error = SPREAD * called**0.5
    fast, slow = (called + error) / minutes, max(called - error, 1.0) / minutes
    low = max(1, int(ahead / fast))
    return Wait(low, max(low + 1, ceil(ahead / slow)))


def _called_since(concert_id: int, since: datetime) -> tuple[int, datetime | None]:
    found = fetch(CALLED_SINCE, concert_id=concert_id, since=since)[0]
    return found.called, found.first
