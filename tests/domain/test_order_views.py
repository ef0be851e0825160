"""An order's one status for its fan, also while it changes under the reader's eyes."""

from datetime import UTC, datetime

import pytest

from tests.builders import NOW, at, begin_card, do, fan, hold, house, report
from webapp.booking import holds
from webapp.booking.models import Order
from webapp.checkout import returns, settling, views
from webapp.checkout.models import Payment
from webapp.checkout.refund_models import Refund
from webapp.db import db

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def status(order: Order, payments: list[Payment], **later: float) -> str:
    return views.status(order, payments, at(**later) if later else NOW)


def test_an_order_goes_from_open_to_paying_to_paid() -> None:
    order = hold(fan("holder"), house(), 1)
    assert status(order, []) == "open"
    payment = begin_card(order, PRICE)
    assert status(order, [payment], minutes=6) == "paying"  # the money may still come, whatever the clock says
    do(settling.settle, payment.id, report(payment), NOW)
    assert views.page(db.session.get_one(Order, order.id), NOW)["order"].status == "paid"


def test_a_callback_settled_between_two_reads_shows_as_paid() -> None:
    read_before = Order(status="open", expires_at=at(minutes=5))
    read_after = Payment(status="paid")
    assert status(read_before, [read_after]) == "paid"


def test_an_order_that_came_to_nothing_says_why() -> None:
    order = hold(fan("holder"), house(), 1)
    assert status(order, [], minutes=5) == "expired"
    payment = begin_card(order, PRICE)
    do(holds.release, order.user_id, order.id, NOW)
    released = db.session.get_one(Order, order.id, populate_existing=True)
    assert status(released, []) == "released"
    do(settling.settle, payment.id, report(payment), NOW)
    seen = views.page(released, NOW)
    assert seen["order"].status == "refunding"
    assert "after you had given the seats back" in seen["attempt"].failure
    do(settling.settle, payment.id, report(payment, "cancelled"), NOW)
    assert views.page(released, NOW)["order"].status == "refunded"
    assert "on its way back" in views.page(released, NOW)["timeline"][-1]["sentence"]


def test_money_on_its_way_back_is_told_whichever_attempt_it_came_through() -> None:
    holder = fan("holder", point=50_000)
    order = hold(holder, house(), 1)
    replaced = begin_card(order, PRICE, key="split", in_points=50_000)
    later = begin_card(order, PRICE, key="later")
    do(settling.settle, later.id, report(later, "failed"), NOW)
    assert do(settling.settle, replaced.id, report(replaced), NOW) == "cancelling"
    seen = views.page(db.session.get_one(Order, order.id, populate_existing=True), NOW)
    assert (seen["order"].status, seen["is_money_returning"]) == ("open", True), "the seats can still be paid"
    seen = views.page(db.session.get_one(Order, order.id, populate_existing=True), at(minutes=8))
    assert seen["order"].status == "refunding"
    assert "after its points had gone back" in seen["attempt"].failure
    assert seen["attempt"].back_to_card == PRICE - 50_000
    do(settling.settle, replaced.id, report(replaced, "cancelled"), at(minutes=9))
    seen = views.page(db.session.get_one(Order, order.id, populate_existing=True), at(minutes=9))
    assert (seen["order"].status, seen["attempt"].public_id) == ("refunded", replaced.public_id)


def test_working_days_are_those_of_the_concerts_zone() -> None:
    # Sunday 22:00 in London is Monday in Seoul: the five working days end a day later.
    confirmed = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    refund = Refund(cause="fan", status="returned", card_amount=1, points_amount=0, created_at=confirmed)
    refund.returned_at = confirmed
    assert "Mon 30 Nov" in returns.timeline(refund, "Asia/Seoul")[-1]["sentence"]
    assert "Fri 27 Nov" in returns.timeline(refund, "Europe/London")[-1]["sentence"]
