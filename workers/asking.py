"""Asking providers about one thing after another, as the recurring jobs do: never for long, nobody holding up the rest.

What is asked, and what to make of the answer, is in payments.py and refunds.py.
"""

import logging
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rq.timeouts import JobTimeoutException

from webapp.checkout.reconciling import UNREACHABLE
from webapp.db import db, transaction

log = logging.getLogger(__name__)

LONG_ENOUGH_SECONDS = 10.0  # well within the time a job may take, and the next run is soon


@dataclass(frozen=True)
class Errand:
    """A kind of asking. `due` gives the ids whose time has come, but for those of the providers it is told."""

    due: Callable[[Collection[str]], Sequence[int]]
    ask: Callable[[int], str]
    postpone: Callable[[int], object]
    provider: Callable[[int], str]


def run(errand: Errand) -> int:
    """Ask about what is due, for ten seconds at most; how many were answered.

    A provider that does not answer is asked nothing more in this run, the others are. What cannot be asked about at
    all is postponed like an answer that was not heard: else the oldest of its kind would be the only ones ever asked.
    """
    until, silent, done = time.monotonic() + LONG_ENOUGH_SECONDS, set[str](), 0
    while ids := errand.due(silent):
        for one in ids:
            if time.monotonic() > until:
                return done
            answer = _ask(errand, one)
            if answer == UNREACHABLE:
                silent.add(errand.provider(one))
                break
            done += answer is not None
        else:
            return done
    return done


def _ask(errand: Errand, one: int) -> str | None:
    """What came of it; None for what failed."""
    try:
        return errand.ask(one)
    except JobTimeoutException:
        raise
    except Exception:
        db.session.rollback()
        log.exception("%s(%s) failed", errand.ask.__name__, one)
        _postpone(errand, one)
        return None


def _postpone(errand: Errand, one: int) -> None:
    try:
        with transaction():
            errand.postpone(one)
    except JobTimeoutException:
        raise
    except Exception:
        log.exception("%s(%s) is not postponed either", errand.ask.__name__, one)
