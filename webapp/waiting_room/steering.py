"""What an operator does to a line and a sale. Each verb returns the state before and after, for the log."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from webapp.concerts.models import Concert
from webapp.errors import BookingError
from webapp.waiting_room import calling, drawing, rate, tick
from webapp.waiting_room.models import Counter

MOST_CAPACITY = 100_000
MOST_PER_MINUTE = 100_000
LONGEST_MESSAGE = 280
LONGEST_LOBBY_MINUTES = 7 * 24 * 60

Change = tuple[dict[str, Any], dict[str, Any]]


class BadSteering(BookingError):
    """A number or text out of bounds; its sentence says which."""

    code, status = "bad-steering", 422

    def __str__(self) -> str:
        return str(self.facts["sentence"])


def pause(concert_id: int, now: datetime) -> Change:
    """Call nobody until the line is resumed. Whoever has been called goes on."""
    return _steer(concert_id, now, lambda counter: setattr(counter, "is_paused", True))


def resume(concert_id: int, now: datetime) -> Change:
    return _steer(concert_id, now, lambda counter: setattr(counter, "is_paused", False))


def set_capacity(concert_id: int, capacity: int, now: datetime) -> Change:
    """How many fans are served at once. Lowering it throws nobody out."""
    if not 0 <= capacity <= MOST_CAPACITY:
        raise BadSteering(sentence=_("The capacity goes from 0 to %(most)s.", most=f"{MOST_CAPACITY:,}"))
    return _steer(concert_id, now, lambda counter: setattr(counter, "capacity", capacity))


def set_rate(concert_id: int, per_minute: int | None, now: datetime) -> Change:
    """At most so many admissions a minute; None for no limit but the capacity."""
    if per_minute is not None and not 1 <= per_minute <= MOST_PER_MINUTE:
        most = f"{MOST_PER_MINUTE:,}"
        raise BadSteering(sentence=_("Admissions per minute go from 1 to %(most)s, or leave it empty.", most=most))
    return _steer(concert_id, now, lambda counter: rate.begin(counter, per_minute, now))


def say(concert_id: int, message: str, now: datetime) -> Change:
    """Show a message to everyone waiting; an empty one takes it away."""
    text = message.strip()
    if len(text) > LONGEST_MESSAGE:
        raise BadSteering(sentence=_("A message has at most %(most)s characters.", most=LONGEST_MESSAGE))
    return _steer(concert_id, now, lambda counter: setattr(counter, "message", text))


def open_sale(concert_id: int, now: datetime) -> Change:
    """Open the sale now, or again: draw the lobby's numbers and call the first in line."""

    def change(concert: Concert) -> None:
        concert.sale_opens_at = min(concert.sale_opens_at, now)
        concert.sale_closed_at = None

    return _change_sale(concert_id, now, change)


def close_sale(concert_id: int, now: datetime) -> Change:
    """Close the sale: nobody joins and nobody is called. Whoever has been called can still finish."""
    return _change_sale(concert_id, now, lambda concert: setattr(concert, "sale_closed_at", now))


def set_lobby(concert_id: int, minutes: int, now: datetime) -> Change:
    """How long before the sale its lobby opens; 0 for no lobby. Whoever is in it stays in, and is drawn."""
    if not 0 <= minutes <= LONGEST_LOBBY_MINUTES:
        most = f"{LONGEST_LOBBY_MINUTES:,}"
        raise BadSteering(sentence=_("The lobby opens 0 to %(most)s minutes before the sale.", most=most))
    return _change_sale(concert_id, now, lambda concert: setattr(concert, "lobby_minutes", minutes))


def _steer(concert_id: int, now: datetime, change: Callable[[Counter], None]) -> Change:
    counter = calling.lock(concert_id)
    before = _line(counter)
    change(counter)
    tick.changed(counter, now)
    calling.call_next(counter, now)
    return before, _line(counter)


def _change_sale(concert_id: int, now: datetime, change: Callable[[Concert], None]) -> Change:
    counter = calling.lock(concert_id)
    concert = counter.concert
    before = _sale(concert)
    change(concert)
    tick.changed(counter, now)
    drawing.draw(counter, now)
    calling.call_next(counter, now)
    return before, _sale(concert)


def _line(counter: Counter) -> dict[str, Any]:
    return {
        "capacity": counter.capacity,
        "is_paused": counter.is_paused,
        "admissions_per_minute": counter.admissions_per_minute,
        "message": counter.message,
    }


def _sale(concert: Concert) -> dict[str, Any]:
    closed_at = concert.sale_closed_at
    return {
        "sale_opens_at": concert.sale_opens_at.isoformat(),
        "sale_closed_at": closed_at.isoformat() if closed_at else None,
        "lobby_minutes": concert.lobby_minutes,
    }
