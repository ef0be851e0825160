"""How long a fan will wait, as an honest range from the measured rate, or not known yet."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, select

from webapp.db import db
from webapp.waiting_room.models import QueueSession

WINDOW = timedelta(minutes=5)
FEWEST = 5  # from fewer calls than this no rate can be told
# The count of n random arrivals is off by about its square root; two of those make an honest range.
SPREAD = 2.0


@dataclass(frozen=True)
class Wait:
    """From `low_minutes` to `high_minutes`, both at least 1."""

    low_minutes: int
    high_minutes: int


def wait(concert_id: int, ahead: int, now: datetime) -> Wait | None:
    """The range for somebody with `ahead` people in front; None while too few have been called to tell."""
    called, first = db.session.execute(
        select(func.count(), func.min(QueueSession.called_at)).where(
            QueueSession.concert_id == concert_id, QueueSession.called_at > now - WINDOW
        )
    ).one()
    if called < FEWEST or first is None:
        return None
    minutes = max((now - first).total_seconds() / 60, 0.25)
    error = SPREAD * called**0.5
    fast, slow = (called + error) / minutes, max(called - error, 1.0) / minutes
    low = max(1, int(ahead / fast))
    return Wait(low, max(low + 1, ceil(ahead / slow)))
