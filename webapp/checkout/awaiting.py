"""Fans who are back from their provider before its callback, which is most often a moment behind: nobody is asked yet.

Redis remembers who is back. Where it forgets, the clock's job asks about the payment a minute after it began.
"""

import logging
from datetime import datetime

from redis.exceptions import RedisError

from webapp import jobs

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0  # an order's page looks again a little later than this
REMEMBERED_SECONDS = 600
ASK_AGAIN_SECONDS = 10


def is_back(public_id: str, payment_id: int, now: datetime) -> None:
    """Note that the payment's fan is back and that its callback is not."""
    try:
        jobs.redis().set(_key(public_id), f"{payment_id} {now.timestamp()}", ex=REMEMBERED_SECONDS)
    except RedisError as error:
        log.warning("payment %s: its fan's return was not noted: %s", payment_id, error)


def look_after(public_id: str, now: datetime) -> None:
    """A page still waits for this payment: have its provider asked, once a return, if the fan is back for a second."""
    try:
        noted = jobs.redis().get(_key(public_id))
        if noted is None:
            return
        payment_id, back_at = noted.decode().split()  # type: ignore[union-attr]
        if now.timestamp() - float(back_at) >= PATIENCE_SECONDS and jobs.redis().delete(_key(public_id)):
            jobs.enqueue_later(jobs.ASKING, jobs.ASK_PROVIDER, int(payment_id))
    except RedisError as error:
        log.warning("payment %s: whether its fan is back is not known: %s", public_id, error)


def ask_soon(public_id: str, payment_id: int) -> None:
    """No page waits for this payment: have its provider asked, once in ten seconds however often its fan comes back."""
    try:
        if jobs.redis().set(_key(public_id), "asked", ex=ASK_AGAIN_SECONDS, nx=True):
            jobs.enqueue_later(jobs.ASKING, jobs.ASK_PROVIDER, payment_id)
    except RedisError as error:
        log.warning("payment %s: its provider is not asked yet: %s", public_id, error)


def _key(public_id: str) -> str:
    return f"frontrow:back:{public_id}"
