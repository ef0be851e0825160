"""What the tables refuse where a row names two others: they must belong together, whoever writes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, begin_card, concert, do, fan, hold, report, schedule
from webapp.checkout import refunding, settling
from webapp.db import db, transaction

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000
REFUSED = {
    "an order is for a performance of its concert": "UPDATE orders SET schedule_id = :other_show WHERE id = :order",
    "a seat is held by its order's fan": "UPDATE reservations SET user_id = :other WHERE order_id = :order",
    "a seat counts for its order's concert": "UPDATE reservations SET concert_id = :other_line WHERE order_id = :order",
    "an order is paid by its fan": (
        "UPDATE payments SET user_id = :other, idempotency_key = 'another' WHERE order_id = :order"
    ),
    "a seat is paid by its own order's payment": "UPDATE reservations SET payment_id = :others WHERE order_id = :order",
    "an attempt is for seats of its order": (
        "UPDATE payment_items SET reservation_id = (SELECT min(id) FROM reservations WHERE order_id = :others_order)"
        " WHERE payment_id = :payment"
    ),
    "a refund is of its order's payment": "UPDATE refunds SET order_id = :others_order WHERE order_id = :order",
    "points belong to the fan of their payment": (
        "INSERT INTO point_histories (user_id, amount, type, payment_id, created_at)"
        " VALUES (:other, 1, 'TOP_UP', :payment, :now)"
    ),
    "a mail goes to the fan of its payment": "UPDATE mails SET user_id = :other WHERE payment_id = :payment",
}


@pytest.fixture
def cast() -> dict[str, object]:
    """The holder's order, paid and cancelled, and somebody else's of another concert, paid."""
    bought = {}
    for role in ("holder", "other"):
        night, who = schedule(concert(role)), fan(role)
        order = hold(who, night, 1)
        payment = begin_card(order, PRICE)
        assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
        bought[role] = (night.id, night.concert_id, who, order.id, payment.id)
    do(refunding.cancel, bought["holder"][2], bought["holder"][3], 0, NOW)
    show, line, other, others_order, others = bought["other"]
    names = {"other_show": show, "other_line": line, "other": other, "others_order": others_order, "others": others}
    return {**names, "order": bought["holder"][3], "payment": bought["holder"][4], "now": NOW}


@pytest.mark.parametrize("promise", REFUSED)
def test_rows_that_do_not_belong_together_are_refused(cast: dict[str, object], promise: str) -> None:
    with pytest.raises(IntegrityError, match="violates foreign key constraint"), transaction():
        db.session.execute(text(REFUSED[promise]), cast)
