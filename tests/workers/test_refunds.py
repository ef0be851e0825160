"""The card's part of a refund at the real gateway: once, whatever is away or repeated."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from tests.builders import begin_card, do, fan, fans, hold, report
from tests.builders import house as evening
from tests.timepiece import Timepiece, timepiece
from tests.workers.test_jobs import begin_for_real, decide
from webapp import clock, jobs
from webapp.booking.models import Order
from webapp.checkout import closing, refunding, settling
from webapp.checkout.models import Payment
from webapp.checkout.providers.sandbox import Sandbox
from webapp.checkout.refund_models import Refund
from webapp.db import db
from webapp.errors import ProviderRefused, ProviderUnavailable
from workers import payments as money
from workers import refunds
from workers.timetable import TIMETABLE

__all__ = ["timepiece"]

PRICE = 100_000
Work = Callable[[], None]


def bought(provider: Sandbox, timepiece: Timepiece, in_points: int = 0) -> Order:
    """An order paid for real at the gateway."""
    order = hold(fan("holder", point=in_points), evening(), 1)
    payment = begin_for_real(provider, order, in_points)
    decide(payment, "approve_silently")
    timepiece.pass_(seconds=61)
    assert money.ask_providers() == "1 done"
    return db.session.get_one(Order, order.id, populate_existing=True)


def the_refund() -> Refund:
    return db.session.scalars(select(Refund), execution_options={"populate_existing": True}).one()


def refunded_at(provider: Sandbox) -> int:
    payment = db.session.scalars(select(Payment)).one()
    report = provider.look_up(payment.public_id, payment.provider_key)
    assert report is not None
    return report.refunded


def test_a_cancelled_order_is_paid_back_in_part_and_only_once(
    provider: Sandbox, timepiece: Timepiece, work: Work
) -> None:
    order = bought(provider, timepiece, in_points=20_000)
    timepiece.pass_(minutes=60 * 24 * 20)
    do(refunding.cancel, order.user_id, order.id, 4_000, clock.now())
    work()
    assert the_refund().status == "returned"
    assert refunded_at(provider) == 76_800  # 96,000 in the proportion of 80,000 to 20,000
    assert refunds.send_refund(the_refund().id) == "ignored"
    assert refunds.send_refunds() == "0 done"
    assert refunded_at(provider) == 76_800


def test_a_refund_whose_job_was_lost_is_found_by_the_timetable(provider: Sandbox, timepiece: Timepiece) -> None:
    order = bought(provider, timepiece)
    do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    jobs.redis().flushall()
    assert refunds.send_refunds() == "1 done"
    assert (the_refund().status, refunded_at(provider)) == ("returned", PRICE)


def test_an_answer_that_was_lost_is_asked_for_again_and_pays_nothing_twice(
    provider: Sandbox, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = bought(provider, timepiece)
    do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    real = provider.refund

    def lost(*arguments: object) -> object:
        real(*arguments)  # type: ignore[arg-type]
        raise ProviderUnavailable()

    monkeypatch.setattr(provider, "refund", lost)
    assert refunds.send_refunds() == "0 done"
    assert the_refund().status == "asked"
    monkeypatch.setattr(provider, "refund", real)
    assert refunds.send_refunds() == "0 done"  # not before its time
    timepiece.pass_(seconds=61 + 30)
    assert refunds.send_refunds() == "1 done"
    assert (the_refund().status, refunded_at(provider)) == ("returned", PRICE)


def test_a_provider_that_says_no_is_an_operators_matter(
    provider: Sandbox, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = bought(provider, timepiece)
    do(refunding.cancel, order.user_id, order.id, 0, clock.now())

    def no(*_: object) -> object:
        raise ProviderRefused()

    monkeypatch.setattr(provider, "refund", no)
    refunds.send_refunds()
    assert the_refund().status == "refused"


def test_a_refund_that_was_made_there_by_hand_is_believed(provider: Sandbox, timepiece: Timepiece) -> None:
    order = bought(provider, timepiece)
    payment = db.session.scalars(select(Payment)).one()
    provider.refund(payment.provider_key or "", PRICE, "by hand")
    do(refunding.cancel, order.user_id, order.id, 0, clock.now())
    assert refunds.send_refunds() == "1 done"
    assert (the_refund().status, refunded_at(provider)) == ("returned", PRICE)


def test_cancelled_shows_are_paid_back_in_batches(
    house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, crowd = evening(), fans(5)
    for number, user in enumerate(crowd, start=1):
        payment = begin_card(hold(user, night, number), PRICE)
        do(settling.settle, payment.id, report(payment), clock.now())
    jobs.redis().flushall()
    do(closing.cancel_schedules, [night.id], clock.now())
    jobs.enqueue_later(jobs.ASKING, jobs.ASK_PROVIDER, 404)
    monkeypatch.setattr(refunds, "BATCH", 2)
    assert refunds.refund_cancelled_shows() == "2 ended"
    waiting = [(job.func_name, name) for name in jobs.QUEUES for job in jobs.queue(name).jobs]
    shows, other = (jobs.REFUND_SHOWS, jobs.ASKING), (jobs.ASK_PROVIDER, jobs.ASKING)
    assert [one for one in waiting if one[0] in {jobs.REFUND_SHOWS, jobs.ASK_PROVIDER}] == [shows, other, shows], (
        "whoever pays, stands in line or was asked about meanwhile comes first"
    )
    turn = next(one for one in TIMETABLE if one.work is refunds.refund_cancelled_shows)
    assert turn.queue == jobs.ASKING
    assert [refunds.refund_cancelled_shows() for _ in range(3)] == ["2 ended", "1 ended", "0 ended"]
    assert closing.progress([night.id]).asked == 5


def test_one_order_that_cannot_be_ended_does_not_keep_the_others(
    house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, crowd = evening(), fans(3)
    for number, user in enumerate(crowd, start=1):
        payment = begin_card(hold(user, night, number), PRICE)
        do(settling.settle, payment.id, report(payment), clock.now())
    do(closing.cancel_schedules, [night.id], clock.now())
    first, end = closing.unfinished(1)[0], closing.end_order

    def fail_on_the_first(order_id: int, *rest: object) -> str:
        if order_id == first:
            raise LookupError
        return end(order_id, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(closing, "end_order", fail_on_the_first)
    assert refunds.refund_cancelled_shows() == "2 ended"
    monkeypatch.setattr(closing, "end_order", end)
    assert refunds.refund_cancelled_shows() == "1 ended"
