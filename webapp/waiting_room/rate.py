"""The admissions per minute that an operator sets: how many of them are due at a moment. Knows nothing of slots."""

from datetime import datetime

from webapp.waiting_room import moments
from webapp.waiting_room.models import Counter

# Unused admissions add up to this many seconds' worth: a look that comes late makes up for those that were missed, and
# a quiet spell is no flood later. One more is kept besides, so that the fraction left of an admission is never cut off.
BURST_SECONDS = 3.0


def begin(counter: Counter, per_minute: int | None, now: datetime) -> None:
    """From now on so many admissions a minute at most; None for no limit. Nothing is due yet."""
    counter.admissions_per_minute = per_minute
    counter.rate_credit, counter.rate_counted_at = 0.0, now


def due(counter: Counter, now: datetime) -> int | None:
    """How many admissions the rate allows right now, None where there is none; what is earned stays on the counter."""
    if counter.admissions_per_minute is None:
        return None
    per_second = counter.admissions_per_minute / 60
    since = counter.rate_counted_at or now
    until = moments.not_before(since, now)  # an earlier time would earn the same stretch twice
    earned = max(0.0, (until - since).total_seconds()) * per_second
    counter.rate_credit = min(counter.rate_credit + earned, per_second * BURST_SECONDS + 1)
    counter.rate_counted_at = until
    return int(counter.rate_credit)


def spend(counter: Counter, called: int) -> None:
    """So many of them were called."""
    if counter.admissions_per_minute is not None:
        counter.rate_credit -= called
