"""Which worker does what: while one waits for a payment company, the line moves and callbacks are settled."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from tests.builders import NOW, begin_card, do, fan, hold, report
from tests.builders import house as evening
from tests.running import command, process, wait_until
from webapp import jobs
from webapp.checkout import inbox, settling, strays
from webapp.checkout.models import Payment
from webapp.checkout.providers import Callback
from webapp.db import db
from workers import run
from workers.timetable import TIMETABLE

WORKERS = ("line", "worker")
QUEUES = {name: command(name).partition("workers.run")[2].split() for name in WORKERS}
PRICE = 100_000


def test_every_queue_has_a_worker_and_the_line_one_that_asks_nobody() -> None:
    assert {queue for queues in QUEUES.values() for queue in queues} == set(jobs.QUEUES)
    assert QUEUES["line"] == [jobs.LINE, jobs.MONEY]
    assert jobs.LINE not in QUEUES["worker"]


def test_what_asks_a_provider_is_on_the_queue_for_asking() -> None:
    asking = {job.name for job in TIMETABLE if job.queue == jobs.ASKING}
    assert asking == {"ask-providers", "finish-cancellations", "refund-cancelled-shows", "send-refunds"}


def test_money_that_goes_back_waits_on_the_queue_for_asking(house: Flask) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1), PRICE)
    do(settling.settle, payment.id, report(payment, amount=PRICE - 1), NOW)
    do(strays.keep, "sandbox", report(payment, provider_key="pay_other", reference="nobody"), "unknown", NOW)
    [stray] = strays.newest(1)
    do(strays.heard, stray.id, report(payment, "cancelled", provider_key="pay_other"), NOW)
    assert do(strays.reopen, "sandbox", "pay_other", NOW)
    asked = [job.func_name for job in jobs.queue(jobs.ASKING).jobs]
    assert sorted(asked) == sorted([jobs.CANCEL_PAYMENT, jobs.RETURN_STRAY, jobs.RETURN_STRAY])
    assert jobs.queue(jobs.MONEY).jobs == []


def test_a_queue_that_does_not_exist_ends_the_start_with_a_sentence() -> None:
    with pytest.raises(SystemExit, match="there is no queue moony, only money, line, asking, upkeep"):
        run.main(["line", "moony"])


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """A payment company that takes every call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as company:
        company.settimeout(60)
        yield company


def test_a_mute_payment_company_holds_up_neither_the_line_nor_settling(
    house: Flask, environment: dict[str, str], mute: socket.socket
) -> None:
    night = evening(capacity=1)
    silent, settled = (
        begin_card(hold(fan(role), night, seat), PRICE, key=role) for seat, role in enumerate(("silent", "paid"), 1)
    )
    told = {**environment, "SANDBOX_URL": f"http://127.0.0.1:{mute.getsockname()[1]}", "DATABASE_POOL": "5"}
    with ExitStack() as stack:
        for name in WORKERS:
            stack.enter_context(process(name, told))
        for _ in range(10):  # each of them waits for seconds: far more in all than the others need
            jobs.enqueue_later(jobs.ASKING, jobs.ASK_PROVIDER, silent.id)
        stack.callback(house.extensions["redis"].flushall)
        call, _address = mute.accept()
        stack.enter_context(call)
        do(inbox.store, "sandbox", Callback("evt", "payment.paid", report(settled)), b"{}", NOW)
        calling = jobs.queue(jobs.LINE).enqueue("workers.line.call")
        upkeep = jobs.queue(jobs.UPKEEP).enqueue("workers.upkeep.forget_answers")
        wait_until(lambda: status(settled) == "paid", 60, "the callback is settled")
        wait_until(lambda: calling.get_status(refresh=True) == "finished", 60, "the line is looked at")
        assert upkeep.get_status(refresh=True) == "queued"  # its worker is waiting still


def status(payment: Payment) -> str:
    db.session.rollback()
    return db.session.get_one(Payment, payment.id, populate_existing=True).status
