"""Jobs of the line. The clock in the predicates is right without them; they tidy and call."""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from rq.timeouts import JobTimeoutException

from webapp import clock
from webapp.db import transaction
from webapp.waiting_room import admission, calling, drawing, lobby, sampling

log = logging.getLogger(__name__)

LONG_ENOUGH_SECONDS = 10.0  # for one line; the others wait, and the next run is soon


def expire_sessions() -> str:
    """End overdue sessions, one concert a transaction, and call whoever is next."""
    return f"{_each(admission.concerts_to_tidy(clock.now()), admission.expire)} ended"


def call() -> str:
    """Give the lines with a rate their next second's admissions, and any line a push it may have missed."""
    return f"{_each(admission.concerts_to_call(clock.now()), admission.call)} called"


def sample() -> str:
    """Write down how every line stands. A turn that nobody took is made up for by the next."""
    with transaction():
        return f"{sampling.take(clock.now())} sampled"


def open_lobbies() -> str:
    """Commit to a seed where a lobby opens, and draw where its sale has opened; one concert a transaction."""
    _each(lobby.concerts_to_open(clock.now()), lobby.open_lobby)
    return f"{_each(drawing.concerts_to_draw(clock.now()), drawing.draw_at)} drawn"


def _each(concert_ids: Iterable[int], verb: Callable[[int, datetime], int | None]) -> int:
    """The sum of what `verb` did to each line, batch by batch in transactions; one that fails holds up no other."""
    done = 0
    for concert_id in concert_ids:
        try:
            done += _batches(concert_id, verb)
        except JobTimeoutException:
            raise
        except Exception:
            log.exception("%s of concert %s failed", verb.__name__, concert_id)
    return done


def _batches(concert_id: int, verb: Callable[[int, datetime], int | None]) -> int:
    done, until = 0, time.monotonic() + LONG_ENOUGH_SECONDS
    while time.monotonic() <= until:
        with transaction():
            calling.lock(concert_id)  # first the lock, then the clock: nobody loses the wait of their time
            batch = verb(concert_id, clock.now()) or 0
        done += batch
        if batch < calling.MOST_AT_ONCE:
            break
    return done
