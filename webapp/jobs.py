"""Queues, job names, and how work is handed to the workers. Knows no feature and no worker code."""

import logging
from contextlib import suppress

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue

log = logging.getLogger(__name__)

MONEY = "money"
LINE = "line"
ASKING = "asking"
UPKEEP = "upkeep"
# A worker of all of them empties them in this order: a fan who has paid waits for nothing else. Money and the line need
# nobody but Postgres, and the Procfile gives them a worker that does nothing else: asking a provider may take seconds
# when it is in trouble, and waits on a queue of its own.
QUEUES = (MONEY, LINE, ASKING, UPKEEP)

SETTLE_EVENT = "workers.payments.settle_event"
SETTLE_STORED = "workers.payments.settle_stored"
CANCEL_PAYMENT = "workers.payments.cancel_payment"
ASK_PROVIDER = "workers.payments.ask_provider"
RETURN_STRAY = "workers.payments.return_stray"
SEND_REFUND = "workers.refunds.send_refund"
REFUND_SHOWS = "workers.refunds.refund_cancelled_shows"
SEND_MAILS = "workers.mails.send_mails"

STRETCH_SECONDS = 1.0  # a job of money that finds more and more to do lets the line, in the same worker, have its turn
JOB_SECONDS = 60  # a job that takes longer is stuck
RESULT_SECONDS = 600  # long enough for the operator's page to show the last runs
AWAKE_SECONDS = 5  # a job that was woken and lost keeps others from being woken for this long
FAILURE_SECONDS = 7 * 24 * 3600

IMPATIENT = {"socket_timeout": 2.0, "socket_connect_timeout": 0.5}  # seconds, wherever a fan waits for Redis


def client(url: str) -> Redis:
    """A client for pages: a fan waits for it, so a Redis that is away is given up on at once."""
    # One more try without a pause: a connection that Redis closed in the meantime is no sign that it is away.
    return Redis.from_url(url, **IMPATIENT, retry=Retry(NoBackoff(), 1))


def redis() -> Redis:
    """This process's Redis client."""
    client: Redis = current_app.extensions["redis"]
    return client


def redis_for_workers() -> Redis:
    """A client that may block for a job for as long as a worker waits; the pages' own gives up after seconds."""
    return Redis.from_url(current_app.extensions["settings"].redis_url, socket_connect_timeout=1)


def queue(name: str) -> Queue:
    return Queue(name, connection=redis(), default_timeout=JOB_SECONDS)


def enqueue_later(queue_name: str, job: str, *ids: int) -> None:
    """Hand a job to the workers. Without Redis the work is not lost: the janitor finds it in Postgres."""
    try:
        queue(queue_name).enqueue(job, *ids, result_ttl=RESULT_SECONDS, failure_ttl=FAILURE_SECONDS)
    except RedisError as error:
        log.warning("%s %s was not enqueued: %s", job, ids, error)


def wake_later(queue_name: str, job: str) -> None:
    """Have a job run that looks for its work itself, once for all who wake it before it begins to look."""
    try:
        if redis().set(_awake(job), 1, nx=True, ex=AWAKE_SECONDS):
            enqueue_later(queue_name, job)
    except RedisError as error:
        log.warning("%s was not woken: %s", job, error)


def begin_to_look(job: str) -> None:
    """Said by such a job before it looks for the last time: whoever comes now wakes it again, missed by nobody."""
    with suppress(RedisError):
        redis().delete(_awake(job))


def _awake(job: str) -> str:
    return f"frontrow:awake:{job}"
