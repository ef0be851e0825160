"""The house in figures, read from Postgres and Redis when Prometheus asks: lines, seats, money, jobs."""

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis.exceptions import RedisError
from rq import Worker
from rq.registry import FailedJobRegistry
from sqlalchemy import and_, func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from webapp import jobs
from webapp.booking.models import Order, Reservation, is_live
from webapp.checkout.models import CANCELLING, IN_REVIEW, PENDING, Payment, PaymentEvent
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room.models import Counter

MOST_CONCERTS = 50  # each is a series of its own in every figure about lines


def families(now: datetime) -> Iterator[Metric]:
    """Every figure; with a store away, that it is."""
    yield from _up("postgres", SQLAlchemyError, lambda: [*_lines(now), *_seats(now), *_money(now)])
    yield from _up("redis", RedisError, lambda: list(_jobs()))


def _up(store: str, away: type[Exception], read: Callable[[], list[Metric]]) -> Iterator[Metric]:
    try:
        found, is_up = read(), 1
    except away:
        found, is_up = [], 0
    yield GaugeMetricFamily(f"frontrow_{store}_up", f"Whether {store} answers", value=is_up)
    yield from found


def _lines(now: datetime) -> Iterator[Metric]:
    is_open = and_(
        Concert.published_at.is_not(None), or_(Concert.sale_closed_at.is_(None), Concert.sale_closed_at > now)
    )
    newest = select(Concert.slug, Counter).join(Counter, Counter.concert_id == Concert.id).where(is_open)
    rows = db.session.execute(newest.order_by(Concert.sale_opens_at.desc()).limit(MOST_CONCERTS)).all()
    figures = {
        "waiting": "Fans waiting",
        "serving": "Fans admitted now",
        "capacity": "Fans admitted at most",
        "paused": "1 while the line is paused",
    }
    gauges = {
        name: GaugeMetricFamily(f"frontrow_line_{name}", about, labels=["concert"]) for name, about in figures.items()
    }
    joins = CounterMetricFamily("frontrow_line_joins", "Numbers drawn", labels=["concert"])
    called = CounterMetricFamily("frontrow_line_called", "The number called last", labels=["concert"])
    ended = CounterMetricFamily("frontrow_line_ended", "Sessions ended and passed", labels=["concert"])
    for slug, counter in rows:
        gauges["waiting"].add_metric([slug], counter.created_count - counter.serving_number - counter.skipped_count)
        gauges["serving"].add_metric([slug], counter.serving_number - counter.terminated_count)
        gauges["capacity"].add_metric([slug], counter.capacity)
        gauges["paused"].add_metric([slug], int(counter.is_paused))
        joins.add_metric([slug], counter.created_count)
        called.add_metric([slug], counter.serving_number)
        ended.add_metric([slug], counter.terminated_count)
    yield from (*gauges.values(), joins, called, ended)


def _seats(now: datetime) -> Iterator[Metric]:
    live = select(
        func.count().filter(Reservation.payment_id.is_(None)), func.count().filter(Reservation.payment_id.is_not(None))
    ).where(is_live(now))
    held, sold = db.session.execute(live).one()
    yield GaugeMetricFamily("frontrow_seats_held", "Seats held and not paid", value=held)
    yield GaugeMetricFamily("frontrow_seats_sold", "Seats sold", value=sold)
    orders = GaugeMetricFamily("frontrow_orders", "Orders by status", labels=["status"])
    for status, count in db.session.execute(select(Order.status, func.count()).group_by(Order.status)):
        orders.add_metric([status], count)
    yield orders


def _money(now: datetime) -> Iterator[Metric]:
    undecided = GaugeMetricFamily("frontrow_payments", "Payments not at their end, by status", labels=["status"])
    statement = select(Payment.status, func.count()).where(Payment.status.in_((PENDING, CANCELLING, IN_REVIEW)))
    counts = {row[0]: row[1] for row in db.session.execute(statement.group_by(Payment.status))}
    for status in (PENDING, CANCELLING, IN_REVIEW):
        undecided.add_metric([status], counts.get(status, 0))
    yield undecided
    unsettled = select(func.count(), func.min(PaymentEvent.received_at)).where(PaymentEvent.settled_at.is_(None))
    count, oldest = db.session.execute(unsettled).one()
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    yield GaugeMetricFamily("frontrow_callbacks_unsettled", "Callbacks stored and not settled", value=count)
    yield GaugeMetricFamily("frontrow_callbacks_oldest_seconds", "Age of the oldest of them", value=age)


def _jobs() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("frontrow_jobs_waiting", "Jobs on a queue", labels=["queue"])
    failed = GaugeMetricFamily("frontrow_jobs_failed", "Failed jobs kept to be looked at", labels=["queue"])
    workers = GaugeMetricFamily("frontrow_workers", "Workers that take a queue's jobs", labels=["queue"])
    # Not by RQ's sets, in which a killed worker stays: those that report.
    taken = [name for worker in Worker.all(connection=jobs.redis()) for name in worker.queue_names()]
    for name in jobs.QUEUES:
        waiting.add_metric([name], jobs.queue(name).count)
        failed.add_metric([name], FailedJobRegistry(name, connection=jobs.redis()).count)
        workers.add_metric([name], taken.count(name))
    yield from (waiting, failed, workers)
