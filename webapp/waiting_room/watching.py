"""What somebody who begins to watch a line is told: thousands begin together when a web process dies.

Whoever asks at that moment is answered together: one read of the line for all of them, and one of their places in it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, String, any_, bindparam, select, true
from sqlalchemy.orm import load_only

from webapp.accounts.models import SignIn
from webapp.batches import Batches
from webapp.concerts.models import Concert
from webapp.db import apart, fetch
from webapp.errors import NotFound
from webapp.waiting_room import admission, tick
from webapp.waiting_room.models import Counter
from webapp.waiting_room.visiting import NEWEST

# Built once. Of the concert only what the tick is made of: a column costs more than its value.
LINE = (
    select(Concert, Counter)
    .outerjoin(Counter, Counter.concert_id == Concert.id)
    .options(load_only(Concert.id, Concert.sale_opens_at, Concert.sale_closed_at, Concert.published_at))
    .where(Concert.id == bindparam("concert_id"))
)
# The newest place of each; a row without one for who is signed in and has none.
PLACES = (
    select(SignIn.key, *NEWEST.c)
    .outerjoin(NEWEST, true())
    .where(SignIn.key == any_(bindparam("keys", type_=ARRAY(String))))
)


@dataclass(frozen=True)
class Watched:
    """The line as it stands, and the number of the fan's live place in it; None without one."""

    line: dict[str, Any]
    wait_number: int | None


@dataclass(frozen=True)
class Watcher:
    key: str
    now: datetime


def watched(key: str, concert_id: int, now: datetime) -> Watched | None:
    """The line of a concert for whoever is signed in with this key; None for nobody. Raises NotFound and TooBusy."""
    return _watchers.ask(concert_id, Watcher(key, now))


def _look(concert_id: int, collect: Callable[[], Sequence[Watcher]]) -> list[Watched | BaseException | None]:
    watchers = collect()
    line = _line(concert_id, max(one.now for one in watchers))
    keys = [one.key for one in watchers]
    places = {place.key: place for place in fetch(PLACES, concert_id=concert_id, keys=keys)}
    return [_answer(line, places.get(one.key), one.now) for one in watchers]


def _line(concert_id: int, now: datetime) -> dict[str, Any] | None:
    # Given back at once: whoever reads for all then waits for a turn, and is to hold no connection meanwhile.
    with apart() as session:
        found = session.execute(LINE, {"concert_id": concert_id}).first()
        return tick.of(found.Counter, found.Concert, now) if found and not found.Concert.is_draft else None


def _answer(line: dict[str, Any] | None, place: Any, now: datetime) -> Watched | NotFound | None:
    if place is None:
        return None
    if line is None:
        return NotFound()
    is_live = place.wait_number is not None and admission.state(place, now)[0] != "ended"
    return Watched(line, place.wait_number if is_live else None)


_watchers: Batches[Watcher, Watched | None] = Batches(_look)
