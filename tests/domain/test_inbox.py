"""Callbacks are stored once, settled once, and found again when nobody settled them."""

from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, begin_card, do, fan, fans, hold, house, report
from webapp.checkout import inbox, reconciling, reviewing, settling
from webapp.checkout.models import CANCELLING, PENDING, Payment, PaymentEvent
from webapp.checkout.providers import Callback, Report
from webapp.db import db

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def begin() -> Payment:
    return begin_card(hold(fan("holder"), house(), 1), PRICE)


def store(payment: Payment, event_id: str = "evt_1") -> int:
    callback = Callback(event_id, "payment.paid", report(payment))
    assert do(inbox.store, "sandbox", callback, b"{}", NOW)
    return db.session.scalars(select(PaymentEvent.id).where(PaymentEvent.event_id == event_id)).one()


def test_an_event_is_stored_once_and_settled_once() -> None:
    payment = begin()
    event_id = store(payment)
    callback = Callback("evt_1", "payment.paid", report(payment))
    assert not do(inbox.store, "sandbox", callback, b"{}", NOW)
    assert [do(inbox.settle_event, event_id, NOW) for _ in range(2)] == ["paid", "ignored"]


def test_an_event_nobody_settled_is_found_after_ten_seconds() -> None:
    event_id = store(begin())
    assert inbox.forgotten(at(seconds=9), 10) == []
    assert inbox.forgotten(at(seconds=10), 10) == [event_id]
    do(inbox.settle_event, event_id, at(seconds=10))
    assert inbox.forgotten(at(minutes=1), 10) == []


def test_an_event_about_nothing_of_ours_is_kept_and_named() -> None:
    stranger = Report("unknown", "pay_9", "paid", 5, "KRW")
    assert do(inbox.store, "sandbox", Callback("evt_2", "payment.paid", stranger), b"{}", NOW)
    event = db.session.scalars(select(PaymentEvent)).one()
    assert do(inbox.settle_event, event.id, NOW) == "unknown_payment"


def test_a_silent_payment_is_asked_about_after_a_minute_and_then_ever_less_often() -> None:
    payment = begin()
    assert reconciling.due(PENDING, at(seconds=59), 10) == []
    assert reconciling.due(PENDING, at(seconds=60), 10) == [payment.id]
    waits = []
    now = at(seconds=60)
    for _ in range(8):
        do(reconciling.heard, payment.id, report(payment, "open"), now)
        waits.append((db.session.get_one(Payment, payment.id).ask_at or now) - now)
        now += waits[-1]
    assert [round(wait.total_seconds()) for wait in waits] == [30, 60, 120, 240, 480, 600, 600, 600]
    do(reconciling.heard, payment.id, report(payment, "failed"), now)


def test_what_the_provider_says_when_asked_settles_the_payment() -> None:
    payment = begin()
    assert do(reconciling.heard, payment.id, report(payment), at(minutes=1)) == "paid"
    assert do(reconciling.heard, payment.id, None, at(minutes=2)) == "ignored"


def test_a_payment_the_provider_never_heard_of_has_failed() -> None:
    payment = begin()
    assert do(reconciling.heard, payment.id, None, at(minutes=1)) == "failed"
    assert db.session.get_one(Payment, payment.id).reason == "never_started"


def test_an_open_payment_is_abandoned_after_half_an_hour() -> None:
    payment = begin()
    still_open = report(payment, "open")
    closes_at = reconciling.closes_at(payment)
    assert not reconciling.is_abandoned(closes_at, still_open, at(minutes=29))
    assert reconciling.is_abandoned(closes_at, still_open, at(minutes=30))
    assert not reconciling.is_abandoned(closes_at, report(payment), at(minutes=40))


def test_an_open_payment_that_keeps_points_is_abandoned_soon_after_its_hold_and_asked_about_by_then() -> None:
    payment = begin_card(hold(fan("holder", point=30_000), house(), 1), PRICE, in_points=30_000)
    still_open, hold_ends = report(payment, "open"), at(minutes=7)
    assert reconciling.closes_at(payment) == at(minutes=10) == hold_ends + reconciling.POINTS_WAIT
    for minutes in (1, 2, 3, 5, 9):
        assert do(reconciling.heard, payment.id, still_open, at(minutes=minutes)) == "postponed"
    assert reconciling.due(PENDING, at(minutes=10), 10) == [payment.id]
    assert reconciling.is_abandoned(reconciling.closes_at(payment), still_open, at(minutes=10))


@pytest.mark.parametrize("is_faster", [True, False])
def test_the_fan_reads_that_an_abandoned_payment_was_not_finished_in_time(is_faster: bool) -> None:
    payment = begin()
    closed = report(payment, "cancelled")
    if is_faster:
        do(settling.settle, payment.id, closed, at(minutes=30))
    outcome = do(reconciling.heard, payment.id, closed, at(minutes=30), was_abandoned=True)
    assert outcome == ("ignored" if is_faster else "failed")
    assert db.session.get_one(Payment, payment.id, populate_existing=True).reason == "abandoned"
    assert do(settling.settle, payment.id, report(payment), at(minutes=31)) == "ignored", "it is closed there"


def test_an_attempt_replaced_while_its_provider_said_that_it_is_open_is_asked_about_again() -> None:
    order = hold(fan("holder"), house(), 1)
    first = begin_card(order, PRICE)
    still_open = report(first, "open")
    begin_card(order, PRICE, key="another way")
    assert do(reconciling.heard, first.id, still_open, at(seconds=2)) == "postponed"
    assert first.id in reconciling.due(PENDING, at(minutes=1), 10)
    assert do(reconciling.heard, first.id, report(first), at(minutes=1)) == "paid"


def test_money_going_back_is_asked_for_until_it_is_confirmed() -> None:
    payment = begin()
    do(settling.settle, payment.id, report(payment, amount=PRICE + 1), NOW)
    assert reconciling.due(CANCELLING, NOW, 10) == [payment.id]
    do(reconciling.no_answer, payment.id, NOW)
    assert reconciling.due(CANCELLING, at(seconds=29), 10) == []
    assert reconciling.due(CANCELLING, at(seconds=30), 10) == [payment.id]
    back = report(payment, "cancelled", refunded=PRICE + 1)
    half = report(payment, "cancelled", refunded=PRICE // 2)
    outcomes = [do(reconciling.money_returned, payment.id, said, NOW) for said in (half, back, back)]
    assert outcomes == ["postponed", "cancelled", "ignored"]


def test_a_provider_that_refuses_to_send_money_back_is_an_operators_matter() -> None:
    payment = begin()
    do(settling.settle, payment.id, report(payment, amount=PRICE + 1), NOW)
    assert do(reconciling.refused, payment.id, NOW) == "refused"
    assert reconciling.due(CANCELLING, at(days=1), 10) == []
    refused = db.session.get_one(Payment, payment.id)
    assert (refused.status, refused.reason, refused.handling) == ("in_review", "wrong_amount", "refused")
    before, after = do(reviewing.send_back, payment.public_id, NOW)
    assert (before["handling"], after["reason"], after["handling"]) == ("refused", "wrong_amount", "operator")
    assert reconciling.due(CANCELLING, NOW, 10) == [payment.id]


@pytest.mark.parametrize("late", [reconciling.no_answer, reconciling.refused])
def test_of_two_jobs_that_ask_for_one_payment_the_one_without_an_answer_changes_nothing(late: Any) -> None:
    night = house()
    refused, declined = [begin_card(hold(one, night, seat), PRICE) for seat, one in enumerate(fans(2), start=1)]
    do(settling.settle, refused.id, report(refused, amount=PRICE + 1), NOW)
    do(reconciling.refused, refused.id, NOW)
    do(settling.settle, declined.id, report(declined, "failed"), NOW)
    for payment in (refused, declined):
        do(late, payment.id, NOW)
        assert db.session.get_one(Payment, payment.id, populate_existing=True).ask_at is None
    assert reconciling.due(CANCELLING, at(days=1), 10) == [], "it waits for an operator"
    assert reconciling.due(PENDING, at(days=1), 10) == []


def test_a_replaced_attempt_is_asked_about_because_its_page_may_still_be_paid() -> None:
    order = hold(fan("holder"), house(), 1)
    first = begin_card(order, PRICE)
    begin_card(order, PRICE, key="second")
    assert reconciling.due(PENDING, NOW, 10) == [first.id]
    assert do(reconciling.heard, first.id, report(first), NOW) == "paid"
    assert first.id not in reconciling.due(PENDING, at(hours=1), 10)


def test_a_replaced_attempt_that_was_closed_at_the_provider_is_over() -> None:
    order = hold(fan("holder"), house(), 1)
    first = begin_card(order, PRICE)
    begin_card(order, PRICE, key="second")
    do(reconciling.heard, first.id, report(first, "cancelled"), NOW)
    assert do(settling.settle, first.id, report(first), NOW) == "ignored"
