"""Cancelling whole performances: nothing more is sold, everybody gets everything back, once."""

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, begin_card, concert, do, fan, fans, hall, hold, report, schedule, seat
from tests.builders import house as evening
from webapp.booking.models import Order
from webapp.checkout import closing, payments, points, refunding, returning, settling, views
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Payment
from webapp.checkout.payments import Wish
from webapp.checkout.refund_models import Refund
from webapp.concerts import listing
from webapp.concerts.models import Concert, Schedule
from webapp.db import db
from webapp.errors import ShowCancelled

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def buy(night: Schedule, holder: int, number: int, in_points: int = 0) -> Order:
    order = hold(holder, night, number)
    payment = begin_card(order, PRICE, key=f"key {order.id}", in_points=in_points)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return order


def end_all(now: object = NOW) -> int:
    ended = 0
    while order_ids := closing.unfinished(2):
        for order_id in order_ids:
            do(closing.end_order, order_id, now)
            ended += 1
    return ended


def test_everybody_gets_everything_back_whatever_the_ladder_says() -> None:
    night, crowd = evening(), [fan(f"fan-{number}", point=40_000) for number in range(5)]
    orders = [buy(night, user, number, in_points=40_000) for number, user in enumerate(crowd, start=1)]
    eve = at(seconds=(night.starts_at - NOW).total_seconds() - 3600)
    do(closing.cancel_schedules, [night.id], eve)
    assert closing.progress([night.id]).to_end == 5
    assert end_all(eve) == 5
    refunds = db.session.scalars(select(Refund)).all()
    assert {(one.cause, one.fee, one.card_amount, one.points_amount) for one in refunds} == {
        ("show_cancelled", 0, 60_000, 40_000)
    }
    assert [points.balance(user) for user in crowd] == [40_000] * 5
    assert end_all(eve) == 0
    assert closing.progress([night.id]).given_back == 200_000  # the points; no card has it back yet
    for refund in refunds:
        do(returning.returned, refund.id, 60_000, eve)
    progress = closing.progress([night.id])
    assert (progress.is_done, progress.orders, progress.returned, progress.given_back) == (True, 5, 5, 500_000)
    page = views.page(db.session.get_one(Order, orders[0].id, populate_existing=True), eve)
    assert "This performance is cancelled" in page["timeline"][-2]["sentence"]


def test_a_job_that_died_half_way_is_gone_on_with() -> None:
    night, crowd = evening(), fans(3)
    for number, user in enumerate(crowd, start=1):
        buy(night, user, number)
    do(closing.cancel_schedules, [night.id], NOW)
    first = closing.unfinished(50)[0]
    do(closing.end_order, first, NOW)
    assert do(closing.end_order, first, NOW) == "ignored"
    assert closing.progress([night.id]).to_end == 2
    assert end_all() == 2
    assert len(db.session.scalars(select(Refund)).all()) == 3


def test_nothing_more_is_sold_and_nothing_goes_back_on_sale() -> None:
    night, holder, latecomer = evening(), fan("holder"), fan("latecomer")
    buy(night, holder, 1)
    do(closing.cancel_schedules, [night.id], NOW)
    end_all()
    assert not seat(night, 1).is_sold
    with pytest.raises(ShowCancelled):
        hold(latecomer, db.session.get_one(Schedule, night.id, populate_existing=True), 1)
    show = listing.performances(db.session.get_one(Concert, night.concert_id), NOW)[0]
    assert (show.state, show.seats_left) == ("cancelled", 0)


def test_a_hold_is_let_go_and_a_payment_under_way_goes_back() -> None:
    night, holder = evening(), fan("holder", point=20_000)
    order = hold(holder, night, 1)
    payment = begin_card(order, PRICE, in_points=20_000)
    do(closing.cancel_schedules, [night.id], NOW)
    with pytest.raises(ShowCancelled):
        do(payments.start, holder, order.id, Wish(PRICE, 0, "sandbox", "before the job"), NOW)
    assert end_all() == 1
    assert points.balance(holder) == 20_000
    with pytest.raises(ShowCancelled):
        do(payments.start, holder, order.id, Wish(PRICE, 0, "sandbox", "after it"), NOW)
    assert do(settling.settle, payment.id, report(payment), NOW) == "cancelling"
    db.session.expire_all()
    assert db.session.get_one(Payment, payment.id).reason is not None


def test_a_payment_that_arrives_before_the_job_goes_back_too() -> None:
    night, holder = evening(), fan("holder")
    payment = begin_card(hold(holder, night, 1), PRICE)
    do(closing.cancel_schedules, [night.id], NOW)
    assert do(settling.settle, payment.id, report(payment), NOW) == "cancelling"
    db.session.expire_all()
    assert db.session.get_one(Payment, payment.id).reason == "show_cancelled"
    end_all()


def test_a_fan_who_cancels_in_between_pays_no_fee() -> None:
    night, holder = evening(), fan("holder")
    order = buy(night, holder, 1)
    eve = at(seconds=(night.starts_at - NOW).total_seconds() - 3600)
    do(closing.cancel_schedules, [night.id], eve)
    refund = do(refunding.cancel, holder, order.id, 0, eve)
    assert (refund.cause, refund.card_amount) == ("show_cancelled", PRICE)
    assert end_all(eve) == 0


def test_one_late_showof_two_leaves_the_other_alone() -> None:
    show = concert()
    first, second = schedule(show, hall()), schedule(show, hall(), days=61)
    holder = fan("holder")
    buy(first, holder, 1)
    kept = buy(second, holder, 2)
    before, after = do(closing.cancel_schedules, [first.id], NOW)
    assert [list(one.values()) for one in (before, after)] == [[None], [NOW.isoformat()]]
    assert not closing.is_wholly_cancelled(show.id)
    assert end_all() == 1
    assert db.session.get_one(Order, kept.id, populate_existing=True).status == "paid"
    do(closing.cancel_schedules, [second.id], NOW)
    assert closing.is_wholly_cancelled(show.id)
    end_all()


def test_a_matinee_and_an_evening_are_two_lines_of_the_log() -> None:
    show = concert()
    late_show, matinee = schedule(show, hall()), schedule(show, hall(), days=60, hours=-5)
    before, after = do(closing.cancel_schedules, [late_show.id, matinee.id], NOW)
    assert before == dict.fromkeys(("2027-03-02 19:30", "2027-03-02 14:30"), None)
    assert after == dict.fromkeys(before, NOW.isoformat())


def test_the_fans_are_told_by_mail() -> None:
    night, holder = evening(), fan("holder")
    buy(night, holder, 1)
    do(closing.cancel_schedules, [night.id], NOW)
    end_all()
    assert set(db.session.scalars(select(Mail.kind))) == {"order_confirmed", "show_cancelled"}
