"""From hold to ticket: paying by card, by points, in part, and what late or odd reports do."""

import pytest
from sqlalchemy import func, select

from tests.builders import (
    NOW,
    admit,
    at,
    begin_card,
    concert,
    do,
    fan,
    fans,
    hold,
    house,
    report,
    schedule,
    seat,
)
from webapp.booking import holds
from webapp.booking.models import Order, Reservation
from webapp.checkout import payments, points, settling
from webapp.checkout.models import Payment, PointHistory, Ticket
from webapp.checkout.payments import Wish
from webapp.db import db
from webapp.errors import AlreadyPaid, AmountMismatch, BadAmount, HoldExpired, KeyReused, NotEnoughPoints, NotFound
from webapp.waiting_room import admission

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def fresh(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, populate_existing=True)


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def test_a_card_payment_sells_the_seats_ends_the_session_and_calls_the_next() -> None:
    evening, (holder, waiter) = house(capacity=1), fans(2)
    admit(holder, evening.concert_id)
    from webapp.waiting_room import joining

    do(joining.join, waiter, evening.concert_id, NOW)
    order = hold(holder, evening, 1, 2)
    payment = begin_card(order, 2 * PRICE)
    assert do(settling.settle, payment.id, report(payment), at(minutes=1)) == "paid"
    assert (fresh(payment).status, fresh(payment).captured_amount) == ("paid", 2 * PRICE)
    assert tickets() == 2
    assert seat(evening, 1).is_sold
    place = admission.latest(holder, evening.concert_id)
    assert place is not None
    assert place.end_reason == "paid"
    next_up = admission.latest(waiter, evening.concert_id)
    assert next_up is not None
    assert next_up.called_at == at(minutes=1)


def test_points_pay_at_once() -> None:
    evening, holder = house(), fan("holder", point=250_000)
    order = hold(holder, evening, 1, 2)
    payment = do(payments.start, holder, order.id, Wish(2 * PRICE, 2 * PRICE, "sandbox", "k"), NOW)
    assert payment.status == "paid"
    assert points.balance(holder) == 50_000
    assert tickets() == 2


def test_too_few_points_leave_everything_as_it_was() -> None:
    evening, holder = house(), fan("holder", point=50_000)
    order = hold(holder, evening, 1)
    with pytest.raises(NotEnoughPoints):
        do(payments.start, holder, order.id, Wish(PRICE, PRICE, "sandbox", "k"), NOW)
    assert points.balance(holder) == 50_000
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 0


def test_part_points_part_card() -> None:
    evening, holder = house(), fan("holder", point=30_000)
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE, in_points=30_000)
    assert payment.amount == 70_000
    assert points.balance(holder) == 0
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"


def test_when_the_card_part_fails_the_points_return_once() -> None:
    evening, holder = house(), fan("holder", point=30_000)
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE, in_points=30_000)
    for _ in range(2):
        do(settling.settle, payment.id, report(payment, "failed"), NOW)
    assert fresh(payment).status == "failed"
    assert points.balance(holder) == 30_000
    kinds = db.session.scalars(
        select(PointHistory.type).where(PointHistory.user_id == holder).order_by(PointHistory.id)
    )
    assert list(kinds) == ["GRANT", "USE", "REFUND"]


def test_a_decline_can_be_retried_at_once_with_a_new_key() -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    first = begin_card(order, PRICE)
    do(settling.settle, first.id, report(first, "failed"), NOW)
    second = begin_card(order, PRICE, key="second")
    assert do(settling.settle, second.id, report(second), NOW) == "paid"


def test_the_same_key_is_the_same_attempt() -> None:
    evening, holder = house(), fan("holder", point=PRICE)
    order = hold(holder, evening, 1)
    wish = Wish(PRICE, PRICE, "sandbox", "double click")
    first = do(payments.start, holder, order.id, wish, NOW)
    again = do(payments.start, holder, order.id, wish, NOW)
    assert first.id == again.id
    assert points.balance(holder) == 0


def test_one_key_for_another_purchase_is_refused() -> None:
    evening, holder = house(), fan("holder", point=5 * PRICE)
    first, second = hold(holder, evening, 1), hold(holder, evening, 2)
    do(payments.start, holder, first.id, Wish(PRICE, PRICE, "sandbox", "key"), NOW)
    for order, wish in ((second, Wish(PRICE, PRICE, "sandbox", "key")), (first, Wish(PRICE, 0, "sandbox", "key"))):
        with pytest.raises(KeyReused):
            do(payments.start, holder, order.id, wish, NOW)
    with pytest.raises(KeyReused):
        do(payments.start_top_up, holder, PRICE, "sandbox", "key", NOW)
    assert points.balance(holder) == 4 * PRICE


def test_repeated_and_reordered_reports_change_nothing() -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE)
    outcomes = [
        do(settling.settle, payment.id, report(payment, status), NOW)
        for status in ("paid", "paid", "failed", "paid", "cancelled")
    ]
    assert outcomes == ["paid", "ignored", "ignored", "ignored", "ignored"]
    assert tickets() == 1


def test_paid_after_failed_still_wins_while_the_hold_is_alive() -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE)
    do(settling.settle, payment.id, report(payment, "failed"), NOW)
    assert do(settling.settle, payment.id, report(payment), at(minutes=1)) == "paid"


@pytest.mark.parametrize("tidied", [True, False])
def test_a_late_payment_gets_its_seat_while_nobody_else_has_it(tidied: bool) -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE)
    if tidied:
        assert do(holds.tidy_expired, at(minutes=8)) == 1
    assert do(settling.settle, payment.id, report(payment), at(minutes=9)) == "paid"
    assert db.session.get_one(Order, order.id, populate_existing=True).status == "paid"
    assert seat(evening, 1).is_sold


def test_a_late_payment_for_a_resold_seat_goes_back() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE)
    hold(latecomer, evening, 1, now=at(minutes=8))
    assert do(settling.settle, payment.id, report(payment), at(minutes=9)) == "cancelling"
    assert (fresh(payment).status, fresh(payment).reason) == ("cancelling", "resold")
    assert tickets() == 0
    assert do(settling.settle, payment.id, report(payment, "cancelled"), at(minutes=10)) == "cancelled"


def test_a_payment_that_comes_once_the_performance_has_begun_wins_no_lapsed_hold() -> None:
    evening = house()
    payment = begin_card(hold(fan("holder"), evening, 1), PRICE)
    days = (evening.starts_at - NOW).total_seconds()
    assert do(settling.settle, payment.id, report(payment), at(seconds=days)) == "cancelling"
    assert fresh(payment).reason == "show_begun"
    assert not seat(evening, 1).is_sold


def test_a_payment_for_seats_the_fan_gave_back_goes_back() -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE)
    do(holds.release, holder, order.id, NOW)
    assert do(settling.settle, payment.id, report(payment), NOW) == "cancelling"
    assert fresh(payment).reason == "released"
    assert not seat(evening, 1).is_sold


def test_one_resold_seat_of_two_sends_all_the_money_back_and_frees_the_other() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    order = hold(holder, evening, 1, 2)
    payment = begin_card(order, 2 * PRICE)
    hold(latecomer, evening, 2, now=at(minutes=8))
    do(settling.settle, payment.id, report(payment), at(minutes=9))
    assert fresh(payment).reason == "resold"
    hold(latecomer, evening, 1, now=at(minutes=9))


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ({"amount": PRICE - 1}, "wrong_amount"),
        ({"currency": "USD"}, "wrong_currency"),
        ({"currency": "WON OF ANOTHER COUNTRY"}, "wrong_currency"),
        ({"amount": 10**30}, "wrong_amount"),
        ({"amount": 0}, "wrong_amount"),
        ({"amount": -PRICE}, "wrong_amount"),
    ],
)
def test_money_that_is_not_what_we_asked_for_buys_nothing(fact: dict[str, object], reason: str) -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    payment = begin_card(order, PRICE)
    assert do(settling.settle, payment.id, report(payment, **fact), NOW) == reason
    assert (fresh(payment).status, tickets()) == ("in_review", 0)


def test_two_attempts_for_one_order_are_paid_once_and_the_second_goes_back() -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1)
    first, second = begin_card(order, PRICE), begin_card(order, PRICE, key="second")
    assert fresh(first).reason == "superseded"
    assert do(settling.settle, first.id, report(first), NOW) == "paid"
    assert do(settling.settle, second.id, report(second), NOW) == "cancelling"
    assert fresh(second).reason == "already_paid"
    assert tickets() == 1


def test_seats_of_which_one_was_let_go_again_are_won_back_together() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    order = hold(holder, evening, 1, 2)
    payment = begin_card(order, 2 * PRICE)
    other = hold(latecomer, evening, 1, now=at(minutes=7))
    do(holds.release, latecomer, other.id, at(minutes=7, seconds=1))
    assert do(settling.settle, payment.id, report(payment), at(minutes=8)) == "paid"
    assert tickets() == 2


def test_points_of_another_attempt_come_back_when_an_order_is_paid_or_let_go() -> None:
    evening, holder = house(), fan("holder", point=50_000)
    order = hold(holder, evening, 1)
    first = begin_card(order, PRICE)
    begin_card(order, PRICE, key="second", in_points=50_000)
    assert do(settling.settle, first.id, report(first), NOW) == "paid"
    assert points.balance(holder) == 50_000
    other = hold(holder, evening, 2)
    begin_card(other, PRICE, key="third", in_points=50_000)
    do(payments.give_up, holder, other.id, NOW)
    assert points.balance(holder) == 50_000


def test_a_success_overtaken_by_its_own_cancellation_sells_nothing() -> None:
    evening, holder = house(), fan("holder")
    payment = begin_card(hold(holder, evening, 1), PRICE)
    do(settling.settle, payment.id, report(payment, "cancelled"), NOW)
    assert do(settling.settle, payment.id, report(payment), NOW) == "ignored"
    assert not seat(evening, 1).is_sold


def test_what_cannot_be_paid() -> None:
    evening, (holder, stranger) = house(), fans(2, point=PRICE)
    order = hold(holder, evening, 1)
    pay = [PRICE, PRICE, "sandbox"]
    for error, user, wish, now in (
        (NotFound, stranger, Wish(*pay, "a"), NOW),
        (AmountMismatch, holder, Wish(PRICE - 1, PRICE - 1, "sandbox", "b"), NOW),
        (BadAmount, holder, Wish(PRICE, PRICE + 1, "sandbox", "c"), NOW),
        (BadAmount, holder, Wish(PRICE, -1, "sandbox", "d"), NOW),
        (HoldExpired, holder, Wish(*pay, "e"), at(minutes=5)),
    ):
        with pytest.raises(error):
            do(payments.start, user, order.id, wish, now)
    do(payments.start, holder, order.id, Wish(*pay, "f"), NOW)
    with pytest.raises(AlreadyPaid):
        do(payments.start, holder, order.id, Wish(*pay, "g"), NOW)


def test_a_late_payment_beyond_the_seat_limit_goes_back() -> None:
    show = concert()
    friday, saturday = schedule(show, days=1), schedule(show, days=2)
    holder = fan("holder")
    order = hold(holder, friday, 1, 2)
    payment = begin_card(order, 2 * PRICE)
    hold(holder, saturday, 1, 2, 3, now=at(minutes=8))
    do(settling.settle, payment.id, report(payment), at(minutes=9))
    assert fresh(payment).reason == "seat_limit"
    paid = select(func.count()).where(Reservation.payment_id.is_not(None))
    assert db.session.scalar(paid) == 0
