"""Jobs that look after the house."""

import logging
from datetime import timedelta

from webapp import clock
from webapp.accounts import signing_in
from webapp.api import idempotency, tokens
from webapp.audit import BrokenPromises, broken_promises
from webapp.db import transaction

log = logging.getLogger(__name__)

SIGN_IN_LASTS = timedelta(days=30)


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
    with transaction():
        answers = idempotency.forget(clock.now())
    with transaction():
        old = tokens.forget(clock.now())
    return f"{answers} answers, {old} tokens forgotten"


def forget_sign_ins() -> str:
    """Forget sign-ins whose cookies have expired."""
    with transaction():
        forgotten = signing_in.forget(clock.now() - SIGN_IN_LASTS)
    return f"{forgotten} forgotten"
