"""The live position: one small message per concert, the same for everyone who waits."""

from datetime import datetime
from typing import Any

from webapp.concerts.models import Concert
from webapp.db import after_commit, db
from webapp.live import messages
from webapp.waiting_room import bands, moments
from webapp.waiting_room.models import Counter


def of(counter: Counter, concert: Concert, now: datetime) -> dict[str, Any]:
    """The tick as everyone gets it. Whoever holds number n has `bands.ahead(serving, left, n)` people ahead, or fewer.

    `left` counts those who left while waiting by bands of numbers: the number before the first band, the width of each,
    and the counts; empty when nobody has left.
    """
    return {
        "concert": counter.concert_id,
        "sequence": counter.sequence,
        "serving": counter.serving_number,
        "waiting": counter.created_count - counter.serving_number - counter.skipped_count,
        "left": bands.of(counter),
        "rate": counter.admissions_per_minute,
        "state": _state(counter, concert, now),
        "message": counter.message,
        "now": now.isoformat(),
    }


def read(concert: Concert, now: datetime) -> dict[str, Any]:
    """The tick from one read of the counter."""
    counter = db.session.get_one(Counter, concert.id)
    return of(counter, concert, now)


def changed(counter: Counter, now: datetime) -> None:
    """Call after every change to a locked counter: numbers the change and tells everyone after the commit."""
    counter.sequence += 1
    counter.moved_at = moments.of(counter, now)
    bands.settle(counter)
    after_commit(messages.line_moved, of(counter, counter.concert, now), once=("line_moved", counter.concert_id))


def _state(counter: Counter, concert: Concert, now: datetime) -> str:
    if not concert.is_on_sale(now):
        return "closed"
    return "paused" if counter.is_paused else "open"
