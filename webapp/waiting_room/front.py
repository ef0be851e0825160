"""A concert's own page, as whoever looks at it sees it."""

from datetime import datetime
from typing import Any

from webapp.concerts import listing, stock
from webapp.concerts.models import Concert
from webapp.waiting_room import lobby_views, tick, views


def page(concert: Concert, user_id: int | None, now: datetime) -> dict[str, Any]:
    """What it is, when, for how much, what is left, and where this visitor stands; of a draft nothing moves yet."""
    grades = stock.by_grade(concert.id, now)
    return {
        "concert": concert,
        "state": listing.sale_state(concert, sum(grade.seats_left for grade in grades), now),
        "schedules": listing.performances(concert, now),
        "grades": grades,
        "place": views.place(user_id, concert.id, now) if user_id else None,
        "lobby": lobby_views.of(concert, user_id, now),
        "line": None if concert.is_draft else tick.read(concert, now),
    }
