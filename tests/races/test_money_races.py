"""One balance, one order, two clicks: money moves once."""

from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError

from tests.builders import NOW, at, begin_card, do, fan, fans, hold, house, report, seat
from tests.races.racing import errors, meeting, race, winners, without
from webapp.audit import broken_promises
from webapp.booking import claims, holds
from webapp.checkout import attempts, payments, points, settling, winning
from webapp.checkout.models import Payment
from webapp.checkout.payments import Wish
from webapp.db import db
from webapp.errors import AlreadyPaid, NotEnoughPoints, SeatsTaken

PRICE = 100_000


def by_points(key: str) -> Wish:
    return Wish(PRICE, PRICE, "sandbox", key)


@pytest.mark.usefixtures("house")
def test_a_balance_for_one_seat_is_not_spent_twice() -> None:
    evening, holder = house(), fan("holder", point=PRICE)
    orders = [hold(holder, evening, number) for number in (1, 2)]
    pay = [partial(do, payments.start, holder, order.id, by_points(f"key {order.id}"), NOW) for order in orders]
    outcomes = race(*pay)
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, NotEnoughPoints)) == 1
    assert points.balance(holder) == 0


@pytest.mark.usefixtures("stage")
def test_control_without_the_constraint_the_balance_goes_below_zero() -> None:
    name = "ck_users_point_never_negative"
    with without(
        f"ALTER TABLE users DROP CONSTRAINT {name}",
        f"ALTER TABLE users ADD CONSTRAINT {name} CHECK (point >= 0)",
    ):
        evening, holder = house(), fan("holder", point=PRICE)
        orders = [hold(holder, evening, number) for number in (1, 2)]
        pay = [partial(do, payments.start, holder, one.id, by_points(f"key {one.id}"), NOW) for one in orders]
        assert len(winners(race(*pay))) == 2
        assert points.balance(holder) == -PRICE
        assert "ledger-sums" in {broken.name for broken in broken_promises(NOW)}


@pytest.mark.usefixtures("house")
def test_paying_in_two_tabs_pays_once() -> None:
    evening, holder = house(), fan("holder", point=5 * PRICE)
    order = hold(holder, evening, 1)
    tabs = [partial(do, payments.start, holder, order.id, by_points(key), NOW) for key in ("left", "right")]
    outcomes = race(*tabs)
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, AlreadyPaid)) == 1
    assert points.balance(holder) == 4 * PRICE


@pytest.mark.usefixtures("stage")
def test_control_without_the_fans_lock_the_second_payment_is_stopped_by_an_error_and_no_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claims, "lock_fan", lambda user_id: None)
    monkeypatch.setattr(attempts, "payable", meeting(2, attempts.payable))
    evening, holder = house(), fan("holder", point=5 * PRICE)
    order = hold(holder, evening, 1)
    tabs = [partial(do, payments.start, holder, order.id, by_points(key), NOW) for key in ("left", "right")]
    outcomes = race(*tabs)
    assert errors(outcomes, AlreadyPaid) == []
    assert len(errors(outcomes, DBAPIError)) == 1


@pytest.mark.usefixtures("house")
def test_a_double_click_with_one_key_is_one_attempt() -> None:
    evening, holder = house(), fan("holder", point=5 * PRICE)
    order = hold(holder, evening, 1)
    click = partial(do, payments.start, holder, order.id, by_points("one key"), NOW)
    outcomes = race(click, click, click)
    assert len({payment.id for payment in winners(outcomes)}) == 1
    assert points.balance(holder) == 4 * PRICE


@pytest.mark.usefixtures("house")
def test_twenty_identical_reports_in_parallel_settle_once() -> None:
    evening, holder = house(), fan("holder")
    payment = begin_card(hold(holder, evening, 1), PRICE)
    said = report(payment)
    outcomes = race(*[partial(do, settling.settle, payment.id, said, NOW) for _ in range(20)])
    assert sorted(outcomes) == ["ignored"] * 19 + ["paid"]


@pytest.mark.usefixtures("house")
def test_payment_against_expiry_against_a_latecomer_gives_the_seat_to_one() -> None:
    evening, (holder, latecomer) = house(rows=1, seats=10), fans(2)
    for number in range(1, 5):
        order = hold(holder, evening, number)
        payment = begin_card(order, PRICE, key=f"round {number}")
        said = report(payment)
        outcomes = race(
            partial(do, settling.settle, payment.id, said, at(minutes=7)),
            partial(do, holds.tidy_expired, at(minutes=7)),
            partial(hold, latecomer, evening, number, now=at(minutes=7)),
        )
        settled, _, taken = outcomes
        assert (settled, isinstance(taken, SeatsTaken)) in (("paid", True), ("cancelling", False))
        db.session.rollback()
        assert broken_promises(at(minutes=7)) == []


@pytest.mark.usefixtures("stage")
def test_control_without_the_version_a_late_payment_sells_a_seat_that_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(winning, "_is_kept", lambda reservation, seat: True)
    evening, (holder, latecomer) = house(), fans(2)
    payment = begin_card(hold(holder, evening, 1), PRICE)
    hold(latecomer, evening, 1, now=at(minutes=7))
    assert do(settling.settle, payment.id, report(payment), at(minutes=8)) == "paid"
    assert seat(evening, 1).is_sold
    names = {broken.name for broken in broken_promises(at(minutes=8))}
    assert {"seat-says-who-has-it", "paid-seats-have-tickets"} <= names
    assert db.session.get_one(Payment, payment.id).status == "paid"
