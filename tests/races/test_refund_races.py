"""One order, two cancellations; one ticket, two scanners; one mail, two senders."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, true
from sqlalchemy.exc import DBAPIError

from tests.builders import NOW, at, begin_card, do, fan, fans, hold, house, operator, report, seat
from tests.races.racing import errors, meeting, race, waiting_for_locks, winners, without
from tests.running import wait_until
from webapp.admin.editing import concert_edits
from webapp.admin.editing.states import fingerprint
from webapp.audit import broken_promises
from webapp.booking import claims, holds
from webapp.booking.models import Order
from webapp.checkout import closing, door, mails, points, refunding, settling
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Payment, Ticket
from webapp.checkout.refund_models import Refund
from webapp.concerts.models import Concert, Schedule
from webapp.db import db, transaction
from webapp.errors import EditRefused, SeatsTaken, TicketUsed

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


TWO_DAYS_LATER = at(minutes=2 * 24 * 60)  # within the free week of the ladder that a concert has at first
HARSH = {"free_days": 0, "free_ends_days_before": 0, "flat_fee": 90_000, "flat_fee_most_percent": 100, "steps": []}


def save_harsher() -> Any:
    """An operator saves a ladder under which cancelling costs nearly all."""
    show = db.session.scalars(select(Concert)).one()
    seen = fingerprint(show.refund_terms)
    return do(concert_edits.change_terms, show, HARSH, seen, NOW)


def hold_while_a_ladder_is_saved(night: Schedule, holder: int) -> list[Any]:
    """The fan's order is written and not committed until the operator either waits for it or is through."""
    app, written, saved = current_app._get_current_object(), Event(), Event()  # type: ignore[attr-defined]

    def buy_slowly() -> Order:
        with app.app_context(), transaction():
            order = holds.place(holder, night, [seat(night, 1).id], NOW)
            written.set()
            wait_until(lambda: saved.is_set() or waiting_for_locks(), 30, "the operator waits, or has saved")
        return order

    def save() -> Any:
        with app.app_context():
            written.wait(30)
            try:
                return save_harsher()
            except EditRefused as refused:
                return refused
            finally:
                saved.set()

    with ThreadPoolExecutor(2) as threads:
        return [one.result(30) for one in [threads.submit(buy_slowly), threads.submit(save)]]


@pytest.mark.usefixtures("house")
def test_an_order_that_is_opened_while_a_harsher_ladder_is_saved_keeps_its_own() -> None:
    night, holder = house(), fan("holder")
    order, saved = hold_while_a_ladder_is_saved(night, holder)
    assert isinstance(saved, EditRefused)
    payment = begin_card(order, PRICE)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    assert refunding.quote(order, TWO_DAYS_LATER).fee == 0


@pytest.mark.usefixtures("house")
def test_control_without_the_concerts_row_a_fan_pays_by_a_ladder_saved_while_they_bought(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(concert_edits, "_let_no_order_open", lambda concert: None)
    night, holder = house(), fan("holder")
    order, saved = hold_while_a_ladder_is_saved(night, holder)
    assert not isinstance(saved, EditRefused)
    payment = begin_card(order, PRICE)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    assert refunding.quote(order, TWO_DAYS_LATER).fee == 90_000


@pytest.mark.usefixtures("house")
def test_whoever_holds_or_pays_has_begun_to_buy_and_whose_time_is_over_has_not() -> None:
    night, (holder, payer) = house(), fans(2)
    assert not concert_edits.is_any_bought(night.concert_id, NOW)
    hold(holder, night, 1)
    assert concert_edits.is_any_bought(night.concert_id, NOW)
    assert not concert_edits.is_any_bought(night.concert_id, at(minutes=5))
    payment = begin_card(hold(payer, night, 2), PRICE)
    assert concert_edits.is_any_bought(night.concert_id, at(minutes=20))
    do(settling.settle, payment.id, report(payment, "failed"), at(minutes=21))
    assert not concert_edits.is_any_bought(night.concert_id, at(minutes=21))
