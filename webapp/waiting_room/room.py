"""The waiting room as a page: what everybody in a line sees alike, and the few words that are one fan's own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp import shells
from webapp.concerts import stock
from webapp.concerts.models import Concert
from webapp.languages import gettext as _
from webapp.languages import ngettext
from webapp.waiting_room import estimate, lobby, tick, views, visiting
from webapp.waiting_room.models import Standing


@dataclass(frozen=True)
class View:
    """One fan's place in a line as of this moment: the concert, the place, the tick and the estimate."""

    concert: Concert
    place: views.Place
    line: dict[str, Any]
    wait: estimate.Wait | None


def view(concert: Concert, standing: Standing, now: datetime) -> View:
    counter = visiting.counter(concert.id)
    place, line = views.seen(standing, now, counter), tick.of(counter, concert, now)
    return View(concert, place, line, views.wait(counter, place, line, now))


def page(seen: View, now: datetime) -> bytes:
    """The whole waiting room."""
    place = seen.place
    plain = {"plain_number": place.number, "plain_ahead": place.ahead, "sequence": seen.line["sequence"]}
    by_lot = place.number <= lobby.fans_drawn(seen.concert.id)
    shared = _shared(seen) | {"grades": stock.by_grade(seen.concert.id, now), "by_lot": by_lot}
    return shells.render("waiting_room/show.html", (by_lot, *_key(seen)), _words(seen) | plain, **shared)


def fragment(seen: View) -> bytes:
    """Where the fan stands, for a page that is open already."""
    return shells.render("waiting_room/_position.html", _key(seen), _words(seen), **_shared(seen))


def _shared(seen: View) -> dict[str, Any]:
    return {
        "concert": seen.concert,
        "state": seen.place.state,
        "end_reason": seen.place.end_reason,
        "line_state": seen.line["state"],
        "message": seen.line["message"],
    }


def _key(seen: View) -> tuple[Any, ...]:
    return (seen.concert.id, seen.place.state, seen.place.end_reason, seen.line["state"], seen.line["message"])


def _words(seen: View) -> dict[str, Any]:
    place = seen.place
    return {
        "number": f"{place.number:,}",
        "ahead": f"{place.ahead:,}",
        "digits": len(str(place.ahead)),
        "label": ngettext("person is ahead of you", "people are ahead of you", place.ahead),
        "track": views.track(place),
        "serving": f"{seen.line['serving']:,}",
        "wait": _wait(seen.wait),
    }


def _wait(wait: estimate.Wait | None) -> str:
    """The estimate in words."""
    if wait is None:
        return _("We cannot say yet")
    if wait.low_minutes == wait.high_minutes:
        return ngettext("About %(num)s minute", "About %(num)s minutes", wait.high_minutes)
    return _("About %(low)s to %(high)s minutes", low=f"{wait.low_minutes:,}", high=f"{wait.high_minutes:,}")
