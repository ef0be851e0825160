"""An order's one status for its fan, also while it changes under the reader's eyes."""

import pytest

from tests.builders import NOW, at, begin_card, do, fan, hold, house, report
from webapp.booking import holds
from webapp.booking.models import Order
from webapp.checkout import settling, views
from webapp.checkout.models import Payment
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
