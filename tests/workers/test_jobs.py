"""The jobs: each idempotent, surviving a second run, working without Redis having kept anything."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
from flask import Flask
from rq.registry import FailedJobRegistry
from sqlalchemy import select, text, update

from tests.builders import NOW, at, begin_card, concert, do, fan, fans, hold, report
from tests.builders import house as evening
from tests.timepiece import Timepiece, timepiece
from webapp import clock, jobs
from webapp.admin import background
from webapp.audit import BrokenPromises
from webapp.booking.models import Order
from webapp.checkout import inbox, payments, points, settling
from webapp.checkout.models import Payment, PaymentEvent
from webapp.checkout.payments import Wish
from webapp.checkout.providers import Callback, Charge
from webapp.checkout.providers.sandbox import Sandbox
from webapp.db import db, transaction
from webapp.errors import NotFound
from webapp.waiting_room import admission, joining
from workers import line, seats, upkeep
from workers import payments as money
from workers.clock import scheduler
from workers.timetable import TIMETABLE

__all__ = ["timepiece"]

PRICE = 100_000
Work = Callable[[], None]


def begin_for_real(provider: Sandbox, order: Order, in_points: int = 0) -> Payment:
    """An attempt that the running gateway knows."""
    payment = do(payments.start, order.user_id, order.id, Wish(PRICE, in_points, "sandbox", "key"), clock.now())
    charge = Charge(payment.public_id, payment.public_id, payment.amount, "KRW", "Show", "http://127.0.0.1:9/", None)
    started = provider.start(charge)
    do(payments.started, payment.id, started.provider_key, started.redirect_url)
    return fresh(payment)


def decide(payment: Payment, choice: str) -> None:
    """Press a button on the gateway's own page, as a fan does."""
    url = payment.redirect_url or ""
    browser = requests.Session()
    token = re.search(r'name="token" value="([^"]+)"', browser.get(url, timeout=5).text)
    assert token
    pressed = browser.post(url, {"token": token.group(1), "choice": choice}, timeout=5, allow_redirects=False)
    assert pressed.status_code == 303


def fresh(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, populate_existing=True)


def test_a_stored_callback_is_settled_by_its_job(house: Flask, work: Work, timepiece: Timepiece) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1), PRICE)
    do(inbox.store, "sandbox", Callback("evt", "payment.paid", report(payment)), b"{}", NOW)
    work()
    assert fresh(payment).status == "paid"


def test_a_callback_whose_job_was_lost_is_found_by_the_janitor(house: Flask, work: Work, timepiece: Timepiece) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1), PRICE)
    do(inbox.store, "sandbox", Callback("evt", "payment.paid", report(payment)), b"{}", NOW)
    jobs.redis().flushall()
    work()
    assert fresh(payment).status == "pending"
    timepiece.pass_(seconds=10)
    assert money.settle_forgotten() == "1 done"
    assert money.settle_forgotten() == "0 done"
    assert fresh(payment).status == "paid"


def test_one_callback_that_cannot_be_settled_does_not_keep_the_others(
    house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, crowd = evening(), fans(2)
    attempts = [begin_card(hold(user, night, seat), PRICE) for seat, user in enumerate(crowd, start=1)]
    for payment in attempts:
        do(inbox.store, "sandbox", Callback(payment.public_id, "payment.paid", report(payment)), b"{}", NOW)
    settle = settling.settle

    def fail_on_the_first(payment_id: int, *rest: object) -> str:
        if payment_id == attempts[0].id:
            raise LookupError
        return settle(payment_id, *rest)  # type: ignore[arg-type]

    timepiece.pass_(seconds=10)
    monkeypatch.setattr(settling, "settle", fail_on_the_first)
    assert money.settle_forgotten() == "1 done"
    monkeypatch.setattr(settling, "settle", settle)
    assert money.settle_forgotten() == "1 done"
    assert [fresh(payment).status for payment in attempts] == ["paid", "paid"]


def test_a_payment_that_never_calls_back_is_settled_by_asking(provider: Sandbox, timepiece: Timepiece) -> None:
    payment = begin_for_real(provider, hold(fan("holder"), evening(), 1))
    decide(payment, "approve_silently")
    timepiece.pass_(seconds=59)
    assert money.ask_providers() == "0 done"
    timepiece.pass_(seconds=61)
    assert money.ask_providers() == "1 done"
    assert fresh(payment).status == "paid"


def test_a_declined_payment_gives_its_points_back_when_asked(provider: Sandbox, timepiece: Timepiece) -> None:
    holder = fan("holder", point=50_000)
    payment = begin_for_real(provider, hold(holder, evening(), 1), in_points=50_000)
    decide(payment, "decline")
    assert money.ask_provider(payment.id) == "failed"
    assert points.balance(holder) == 50_000


def test_an_abandoned_payment_is_closed_at_the_provider(provider: Sandbox, timepiece: Timepiece) -> None:
    payment = begin_for_real(provider, hold(fan("holder"), evening(), 1))
    timepiece.pass_(minutes=30)
    assert money.ask_provider(payment.id) == "failed"
    said = provider.look_up(payment.public_id, payment.provider_key)
    assert said is not None
    assert said.status == "cancelled"
    assert fresh(payment).reason == "abandoned"


def test_money_for_a_resold_seat_comes_back_from_the_provider(
    provider: Sandbox, work: Work, timepiece: Timepiece
) -> None:
    night, (holder, latecomer) = evening(), fans(2)
    payment = begin_for_real(provider, hold(holder, night, 1))
    decide(payment, "approve")
    timepiece.pass_(minutes=8)
    hold(latecomer, night, 1, now=clock.now())
    assert money.ask_provider(payment.id) == "cancelling"
    work()
    assert fresh(payment).status == "cancelled"
    said = provider.look_up(payment.public_id, payment.provider_key)
    assert said is not None
    assert (said.status, said.refunded) == ("cancelled", PRICE)


def test_a_provider_that_is_away_is_asked_again_later(house: Flask, timepiece: Timepiece) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1), PRICE)
    assert money.ask_provider(payment.id) == "unreachable"
    do(settling.settle, payment.id, report(payment, amount=PRICE + 1), NOW)
    do(settling.send_back, fresh(payment), "operator", NOW)
    assert money.cancel_payment(payment.id) == "unreachable"
    assert fresh(payment).status == "cancelling"
    assert (fresh(payment).ask_at or NOW) > NOW


def test_the_lines_jobs_tidy_and_call(house: Flask, timepiece: Timepiece) -> None:
    show = concert(capacity=2)
    do(joining.join_all, fans(5), show.id, NOW)
    assert line.expire_sessions() == "0 ended"
    timepiece.pass_(minutes=3)
    assert line.expire_sessions() == "2 ended"
    assert line.expire_sessions() == "0 ended"
    assert line.call() == "0 called"


def test_a_fan_whose_call_was_missed_is_called_by_the_clock(house: Flask, timepiece: Timepiece) -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, NOW)
    do(db.session.execute, text("UPDATE counters SET capacity = 1"))
    assert line.call() == "1 called"
    place = admission.latest(waiter, show.id)
    assert place is not None
    assert place.called_at == NOW


def test_lapsed_holds_are_freed(house: Flask, timepiece: Timepiece) -> None:
    hold(fan("holder"), evening(), 1, 2)
    assert seats.release_holds() == "0 freed"
    timepiece.pass_(minutes=5)
    assert seats.release_holds() == "2 freed"


def test_the_audit_job_fails_when_a_promise_is_broken(stage: Flask, timepiece: Timepiece) -> None:
    assert upkeep.audit() == "every promise holds"
    concert(capacity=1)
    with transaction():
        db.session.execute(text("UPDATE counters SET created_count = 1"))
    with pytest.raises(BrokenPromises, match="numbers-without-gaps"):
        upkeep.audit()


def test_old_sign_ins_are_forgotten(house: Flask, timepiece: Timepiece) -> None:
    from webapp.accounts import signing_in

    user = fan("holder")
    old, new = (do(signing_in.start, user, NOW - timedelta(days=days)) for days in (31, 29))
    assert upkeep.forget_sign_ins() == "1 forgotten"
    assert signing_in.load(old) is None
    assert signing_in.load(new) is not None


def test_the_operator_sees_runs_and_retries_what_failed(house: Flask, work: Work) -> None:
    cron = scheduler()
    cron.register_birth()
    assert {job.name for job in cron.get_jobs()} == {job.name for job in TIMETABLE}
    background.run_now("audit", clock.now())
    with pytest.raises(NotFound):
        background.run_now("no such job", clock.now())
    work()
    shown = next(job for job in background.overview()["recurring"] if job["name"] == "audit")
    assert shown["last_outcome"] == "every promise holds"
    assert shown["last_seconds"] >= 0
    assert shown["what"].startswith("Checks every promise")


def test_a_failed_job_shows_its_error_and_can_be_retried_or_discarded(stage: Flask, work: Work) -> None:
    jobs.enqueue_later(jobs.MONEY, jobs.SETTLE_EVENT, 404)
    work()
    (failed,) = background.overview()["failed"]
    assert "NoResultFound" in failed["error"]
    assert failed["arguments"] == "404"
    background.retry(failed["id"])
    assert background.overview()["failed"] == []
    work()
    background.discard(failed["id"])
    assert FailedJobRegistry(jobs.MONEY, connection=jobs.redis()).count == 0
    with pytest.raises(NotFound):
        background.retry(failed["id"])


def test_settled_events_say_what_became_of_them(house: Flask, timepiece: Timepiece) -> None:
    payment = begin_card(hold(fan("holder"), evening(), 1), PRICE)
    do(inbox.store, "sandbox", Callback("evt", "payment.paid", report(payment)), b"{}", NOW)
    event_id = db.session.scalars(select(PaymentEvent.id)).one()
    assert money.settle_event(event_id) == "paid"
    event = db.session.get_one(PaymentEvent, event_id, populate_existing=True)
    assert (event.outcome, event.settled_at) == ("paid", NOW)
    do(db.session.execute, update(Payment).values(ask_at=at(minutes=1)))


def test_a_rush_of_callbacks_wakes_one_job_that_settles_them_all(
    house: Flask, work: Work, timepiece: Timepiece
) -> None:
    night, crowd = evening(rows=2, seats=6), fans(12)
    attempts = [begin_card(hold(user, night, seat), PRICE) for seat, user in enumerate(crowd, start=1)]
    for payment in attempts:
        do(inbox.store, "sandbox", Callback(payment.public_id, "payment.paid", report(payment)), b"{}", NOW)
    assert len(jobs.queue(jobs.MONEY).jobs) == 1
    work()
    assert {fresh(payment).status for payment in attempts} == {"paid"}


def test_a_callback_that_comes_while_the_job_looks_wakes_another(
    house: Flask, work: Work, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, (early, late) = evening(), fans(2)
    first, second = begin_card(hold(early, night, 1), PRICE), begin_card(hold(late, night, 2), PRICE)
    do(inbox.store, "sandbox", Callback("first", "payment.paid", report(first)), b"{}", NOW)
    unsettled = inbox.unsettled

    def look_and_miss(after: int, most: int) -> object:
        found = unsettled(after, most)
        if not found and fresh(second).status == "pending" and not unsettled(0, 1):
            do(inbox.store, "sandbox", Callback("second", "payment.paid", report(second)), b"{}", NOW)
        return found

    monkeypatch.setattr(inbox, "unsettled", look_and_miss)
    work()
    assert [fresh(first).status, fresh(second).status] == ["paid", "paid"]


def test_a_callback_a_moment_behind_another_shares_its_job(
    house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, (early, late) = evening(), fans(2)
    first, second = begin_card(hold(early, night, 1), PRICE), begin_card(hold(late, night, 2), PRICE)
    do(inbox.store, "sandbox", Callback("first", "payment.paid", report(first)), b"{}", NOW)
    waited: list[float] = []

    def come_meanwhile(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 1:
            do(inbox.store, "sandbox", Callback("second", "payment.paid", report(second)), b"{}", NOW)

    monkeypatch.setattr(money.time, "sleep", come_meanwhile)
    assert money.settle_stored() == "2 done"
    assert [fresh(first).status, fresh(second).status] == ["paid", "paid"]
    assert waited == [money.GATHERING_SECONDS] * 2  # the second wait brought nothing, and was the last
    assert len(jobs.queue(jobs.MONEY).jobs) == 1
