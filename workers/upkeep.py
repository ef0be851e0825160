"""Jobs that look after the house."""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from webapp import clock
from webapp.accounts import signing_in
from webapp.api import idempotency, tokens
from webapp.audit import BrokenPromises, broken_promises
from webapp.db import transaction
from webapp.waiting_room import sampling

log = logging.getLogger(__name__)

SIGN_IN_LASTS = timedelta(days=30)
BATCH = 1_000
LONG_ENOUGH_SECONDS = 10.0


def audit() -> str:
    """Check every promise; a broken one fails the job, so that it stands on the operator's page."""
    broken = broken_promises(clock.now())
    for promise in broken:
        log.error("BROKEN %s: %s", promise.name, promise.sentence)
    if broken:
        raise BrokenPromises(broken)
    return "every promise holds"


def forget_answers() -> str:
    """Forget what idempotency keys stood for when their day is over, and refresh tokens nobody may use any more."""
    now = clock.now()
    answers = _in_batches(lambda: idempotency.forget(now, BATCH))
    return f"{answers} answers, {_in_batches(lambda: tokens.forget(now, BATCH))} tokens forgotten"


def forget_sign_ins() -> str:
    """Forget sign-ins whose cookies have expired."""
    before = clock.now() - SIGN_IN_LASTS
    return f"{_in_batches(lambda: signing_in.forget(before, BATCH))} forgotten"


def forget_samples() -> str:
    """Forget how the lines stood a month ago."""
    before = clock.now() - sampling.KEPT
    return f"{_in_batches(lambda: sampling.forget(before, BATCH))} forgotten"


def _in_batches(forget: Callable[[], int]) -> int:
    """Batch after batch, a transaction each; what is left when it has taken long enough is the next run's."""
    forgotten, until = 0, time.monotonic() + LONG_ENOUGH_SECONDS
    while time.monotonic() <= until:
        with transaction():
            batch = forget()
        forgotten += batch
        if batch < BATCH:
            break
    return forgotten
