"""Time as a line counts it: it never goes back, though everybody reads the clock before they wait for the line."""

from datetime import datetime, timedelta

from webapp.waiting_room.models import Counter

LONGEST_WAIT = timedelta(minutes=1)  # for a lock, in any process: patience.py


def of(counter: Counter, now: datetime) -> datetime:
    """`now`, or the moment of the line's last change if that is later: whoever changed it then was here first."""
    return not_before(counter.moved_at, now)


def not_before(last: datetime | None, now: datetime) -> datetime:
    """The later of the two. Further back than anybody waits, `now` is believed: a clock has been put right."""
    return last if last and now < last <= now + LONGEST_WAIT else now
