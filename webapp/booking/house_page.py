"""The seat map and the list as pages: what everybody sees alike is rendered once for a moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import DateTime, bindparam, select

from webapp import pages, shells
from webapp.booking import seat_map
from webapp.booking.models import MOST_SEATS, OPEN, Order, Reservation, is_live
from webapp.concerts import geometry, listing, pricing, stock
from webapp.concerts.models import Concert, Schedule
from webapp.db import fetch
from webapp.languages import gettext as _
from webapp.memory import Recent
from webapp.waiting_room.models import Standing

STALE_SECONDS = 2.0  # what is left on other dates and in each section, in words

NOW = bindparam("now", type_=DateTime(timezone=True))
HELD = (
    select(Reservation.slot, Order.public_id)
    .outerjoin(Order, (Order.id == Reservation.order_id) & (Order.status == OPEN) & (Order.expires_at > NOW))
    .where(Reservation.user_id == bindparam("user_id"), Reservation.concert_id == bindparam("concert_id"), is_live(NOW))
    .order_by(Order.id)
)


class Night(NamedTuple):
    """A performance in the menu of dates."""

    id: int
    starts_at: datetime
    seats_left: int


@dataclass(frozen=True)
class Wish:
    """What the page was asked to show."""

    is_list: bool = False
    section: str | None = None
    chosen: set[int] = field(default_factory=set)
    problem: str | None = None


_nights: Recent[Sequence[Night]] = Recent(STALE_SECONDS)
_prices: Recent[dict[str, int]] = Recent(STALE_SECONDS)
_sections: Recent[Sequence[stock.Section]] = Recent(STALE_SECONDS)


def render(schedule: Schedule, place: Standing, user_id: int, wish: Wish, now: datetime) -> bytes:
    """The page: the map for this fan from a shell, or the list, or whichever it was with what has gone wrong."""
    concert = schedule.concert
    held = fetch(HELD, user_id=user_id, concert_id=concert.id, now=now)
    orders = [row.public_id for row in held if row.public_id]
    shared = _shared(schedule, concert, now) | {"limit": MOST_SEATS - len(held), "has_order": bool(orders)}
    words = _words(concert, place, now) | {"order_id": orders[0] if orders else ""}
    if wish.is_list:
        return _list(schedule, user_id, wish, shared, words, now)
    shared |= {"view": "map", "section": None, "chosen": sorted(wish.chosen), "problem": wish.problem}
    is_own = wish.chosen or wish.problem
    alike = ("limit", "has_order", "is_full", "digest")
    key = None if is_own else (schedule.id, schedule.edition, *[shared[name] for name in alike])
    return shells.render("booking/seat_map.html", key, words, **shared)


def _list(
    schedule: Schedule, user_id: int, wish: Wish, shared: dict[str, Any], words: dict[str, str], now: datetime
) -> bytes:
    sections = _sections.get(schedule.id, lambda: stock.by_section(schedule.id, now))
    section = wish.section or (sections[0].name if sections else None)
    return shells.render(
        "booking/seat_map.html",
        None,
        words,
        **shared,
        view="list",
        sections=sections,
        section=section,
        section_name=next((one.said for one in sections if one.name == section), section),
        rows=seat_map.rows(schedule.id, section, user_id, now) if section else [],
        chosen=wish.chosen,
        problem=wish.problem,
    )


def _shared(schedule: Schedule, concert: Concert, now: datetime) -> dict[str, Any]:
    grades = stock.by_grade(concert.id, now)
    nights = _nights.get(concert.id, lambda: _performances(concert, now))
    known = _prices.get((schedule.id, schedule.edition), lambda: pricing.of(schedule.id))
    usual = {grade.name: grade.price for grade in grades}
    return {
        "concert": concert,
        "schedule": schedule,
        "digest": geometry.house(schedule.seat_plan_id).digest,
        "nights": nights,
        "is_full": any(night.id == schedule.id and night.seats_left == 0 for night in nights),
        "grades": grades,
        # In the order of the concert's grades, which is the order of their colours; at this performance's prices.
        "prices": usual | known,
    }


def _words(concert: Concert, place: Standing, now: datetime) -> dict[str, str]:
    """The fan's own clock."""
    assert place.expires_at is not None, "whoever was called has a time"
    return {
        "until": pages.iso(place.expires_at),
        "until_words": _("until %(clock)s", clock=pages.hour(place.expires_at, concert.time_zone)),
        "asked_at": pages.iso(now),
    }


def _performances(concert: Concert, now: datetime) -> list[Night]:
    return [
        Night(one.schedule.id, one.schedule.starts_at, one.seats_left)
        for one in listing.performances(concert, now)
        if not one.is_over
    ]
