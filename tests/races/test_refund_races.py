"""One order, two cancellations; one ticket, two scanners; one mail, two senders."""

from functools import partial

import pytest
from sqlalchemy import select, true
from sqlalchemy.exc import DBAPIError

from tests.builders import NOW, at, begin_card, do, fan, fans, hold, house, operator, report, seat
from tests.races.racing import errors, meeting, race, winners, without
from webapp.audit import broken_promises
from webapp.booking import claims
from webapp.booking.models import Order
from webapp.checkout import closing, door, mails, points, refunding, settling
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Payment, Ticket
from webapp.checkout.refund_models import Refund
from webapp.concerts.models import Schedule
from webapp.db import db
from webapp.errors import SeatsTaken, TicketUsed

PRICE = 100_000
HALF = PRICE // 2


def buy(night: Schedule, holder: int, number: int = 1, in_points: int = 0) -> Order:
    order = hold(holder, night, number)
    payment = begin_card(order, PRICE, key=f"key {order.id}", in_points=in_points)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return order


def code() -> str:
    return db.session.scalars(select(Ticket.code)).one()


@pytest.mark.usefixtures("house")
def test_two_cancellations_at_once_are_one_refund() -> None:
    night, holder = house(), fan("holder", point=HALF)
    order = buy(night, holder, in_points=HALF)
    version = seat(night, 1).version
    click = partial(do, refunding.cancel, holder, order.id, 0, NOW)
    outcomes = race(*[click] * 8)
    assert errors(outcomes, Exception) == []
    assert len({refund.id for refund in outcomes}) == 1
    assert points.balance(holder) == HALF
    assert seat(night, 1).version == version + 1


@pytest.mark.usefixtures("house")
def test_the_fan_the_operator_and_the_cancelled_show_refund_once() -> None:
    night, holder = house(), fan("holder", point=HALF)
    order = buy(night, holder, in_points=HALF)
    race(
        partial(do, refunding.cancel, holder, order.id, 0, NOW),
        partial(do, refunding.cancel_for_operator, order.id, True, 0, NOW),
        partial(do, refunding.cancel_for_show, order.id, NOW),
    )
    db.session.rollback()
    assert len(db.session.scalars(select(Refund)).all()) == 1
    assert points.balance(holder) == HALF


@pytest.mark.usefixtures("stage")
def test_control_without_the_fans_lock_the_database_still_knows_one_refund(monkeypatch: pytest.MonkeyPatch) -> None:
    night, holder = house(), fan("holder")
    order = buy(night, holder)
    monkeypatch.setattr(claims, "lock_fan", lambda user_id: None)
    monkeypatch.setattr(refunding, "quote", meeting(2, refunding.quote))
    click = partial(do, refunding.cancel, holder, order.id, 0, NOW)
    outcomes = race(click, click)
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, Exception)) == 1


@pytest.mark.usefixtures("stage")
def test_control_without_lock_and_constraint_the_money_would_go_back_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    drop = "ALTER TABLE refunds DROP CONSTRAINT uq_refunds_payment_id, DROP CONSTRAINT uq_refunds_order_id"
    restore = (
        "ALTER TABLE refunds ADD CONSTRAINT uq_refunds_payment_id UNIQUE (payment_id),"
        " ADD CONSTRAINT uq_refunds_order_id UNIQUE (order_id)"
    )
    with without(drop, restore):
        night, holder = house(), fan("holder")
        order = buy(night, holder)
        monkeypatch.setattr(claims, "lock_fan", lambda user_id: None)
        whatever = select(Payment).where(Payment.order_id == order.id)
        monkeypatch.setattr(refunding, "_paying", lambda order_id: db.session.scalars(whatever).one())
        monkeypatch.setattr(refunding, "quote", meeting(2, refunding.quote))
        click = partial(do, refunding.cancel, holder, order.id, 0, NOW)
        assert len(winners(race(click, click))) == 2
        db.session.rollback()
        assert sum(db.session.scalars(select(Refund.card_amount))) == 2 * PRICE
        assert "money-is-accounted-for" in {broken.name for broken in broken_promises(NOW)}


@pytest.mark.usefixtures("house")
def test_a_refund_against_latecomers_frees_the_seat_for_one() -> None:
    night, crowd = house(), fans(4)
    order = buy(night, crowd[0])
    outcomes = race(
        partial(do, refunding.cancel, crowd[0], order.id, 0, NOW),
        *[partial(hold, user, night, 1) for user in crowd[1:]],
    )
    assert errors(outcomes, DBAPIError) == []
    # Whoever came before the refund was too early; the seat is free now, if nobody came after it.
    again = race(*[partial(hold, user, night, 1) for user in crowd[1:]])
    latecomers = [*outcomes[1:], *again]
    assert len(winners(latecomers)) == 1
    assert len(errors(latecomers, SeatsTaken)) == 5


@pytest.mark.usefixtures("house")
def test_two_scanners_at_once_admit_one() -> None:
    night, who = house(), operator()
    buy(night, fan("holder"))
    scan = code()
    outcomes = race(*[partial(do, door.admit, scan, night.id, who, f"Gate {gate}", NOW) for gate in range(1, 9)])
    kinds = sorted(answer.kind for answer in outcomes)
    assert kinds == ["already_in"] * 7 + ["welcome"]
    winner = next(answer for answer in outcomes if answer.kind == "welcome")
    assert {answer.gate for answer in outcomes} == {winner.gate}


@pytest.mark.usefixtures("stage")
def test_control_without_the_condition_both_scanners_say_welcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_may_enter", true)
    night, who = house(), operator()
    buy(night, fan("holder"))
    scan = code()
    outcomes = race(*[partial(do, door.admit, scan, night.id, who, f"Gate {gate}", NOW) for gate in (1, 2)])
    assert [answer.kind for answer in outcomes] == ["welcome", "welcome"]


@pytest.mark.usefixtures("house")
def test_a_scan_against_a_cancellation_is_in_or_refunded_never_both() -> None:
    night, who, crowd = house(), operator(), fans(6)
    for number, user in enumerate(crowd, start=1):
        order = buy(night, user, number)
        scan = db.session.scalars(select(Ticket.code).order_by(Ticket.id.desc()).limit(1)).one()
        entered, cancelled = race(
            partial(do, door.admit, scan, night.id, who, "Gate 1", NOW),
            partial(do, refunding.cancel, user, order.id, 0, NOW),
        )
        assert (entered.kind, isinstance(cancelled, TicketUsed)) in {("welcome", True), ("void", False)}


@pytest.mark.usefixtures("house")
def test_two_senders_take_a_mail_once(monkeypatch: pytest.MonkeyPatch) -> None:
    buy(house(), fan("holder"))
    mail_id = db.session.scalars(select(Mail.id)).one()
    do(mails.send_again, db.session.get_one(Mail, mail_id).public_id, NOW)
    outcomes = race(*[partial(do, mails.claim, NOW) for _ in range(6)])
    assert len([one for one in outcomes if one is not None]) == 1


@pytest.mark.usefixtures("house")
def test_a_sale_against_its_cancellation_ends_with_everybody_paid_back() -> None:
    night, crowd = house(), fans(5)
    attempts = [begin_card(hold(user, night, number), PRICE) for number, user in enumerate(crowd, start=1)]
    race(
        partial(do, closing.cancel_schedules, [night.id], NOW),
        *[partial(do, settling.settle, one.id, report(one), NOW) for one in attempts],
    )
    db.session.rollback()
    for order_id in closing.unfinished(50):
        do(closing.end_order, order_id, at(seconds=1))
    assert closing.unfinished(50) == []
    assert closing.progress([night.id]).to_end == 0
