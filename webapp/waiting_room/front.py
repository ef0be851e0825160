"""A concert's own page: what everybody sees alike, and the few words about where one visitor stands."""

from datetime import datetime
from typing import Any

from webapp import pages, shells
from webapp.concerts import listing, stock
from webapp.concerts.models import Concert
from webapp.languages import plain_ngettext
from webapp.waiting_room import lobby_views, tick, views, visiting
from webapp.waiting_room.models import Standing


def page(concert: Concert, standing: Standing | None, user_id: int | None, now: datetime) -> bytes:
    """What it is, when, for how much, what is left, and where this visitor stands; of a draft nothing moves yet.

    All but the visitor's place may be a second old: this is the page that everybody reloads before a sale.
    """
    counter = visiting.counter(concert.id)
    place = views.seen(standing, now, counter) if standing else None
    grades = stock.by_grade(concert.id, now)
    state = listing.sale_state(concert, sum(grade.seats_left for grade in grades), now)
    lobby = lobby_views.of(concert, user_id if state == "upcoming" else None, now)
    shared = {
        "concert": concert,
        "state": state,
        "place": place,
        "schedules": listing.seen_performances(concert, now),
        "grades": grades,
        "lobby": lobby,
        "is_in_lobby": lobby.lot is not None,
        "line": None if concert.is_draft else tick.of(counter, concert, now),
    }
    return shells.render("concerts/show.html", _key(concert, state, place, lobby), _words(place, now), **shared)


def _key(concert: Concert, state: str, place: views.Place | None, lobby: lobby_views.Lobby) -> tuple[Any, ...] | None:
    """None for who has been called, whose time is theirs alone, and for a draft, which few look at."""
    standing = place.state if place else None
    if standing == "called" or concert.is_draft:
        return None
    return concert.id, state, standing, lobby.state, lobby.lot is None, lobby.is_drawn


def _words(place: views.Place | None, now: datetime) -> dict[str, Any]:
    ahead = place.ahead if place else 0
    sentence = plain_ngettext("%(count)s person is ahead of you.", "%(count)s people are ahead of you.", ahead)
    return {"ahead_of_you": sentence % {"count": f"{ahead:,}"}, "asked_at": pages.iso(now)}
