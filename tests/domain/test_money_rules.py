"""What Postgres itself refuses of money, whoever writes it."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, begin_card, do, fan, hold, report
from tests.builders import house as evening
from webapp.checkout import inbox, payments, settling
from webapp.checkout.models import GRANT, POINTS
from webapp.checkout.payments import Wish
from webapp.checkout.providers import Callback
from webapp.db import db, transaction

PRICE = 100_000


@pytest.fixture
def books(house: Flask) -> None:
    """One payment by card that was called back and settled, one with points, one that is open."""
    night, holder = evening(), fan("holder", point=PRICE)
    by_card = begin_card(hold(holder, night, 1), PRICE)
    do(inbox.store, "sandbox", Callback("evt", "payment.paid", report(by_card)), b"{}", NOW)
    do(settling.settle, by_card.id, report(by_card), NOW)
    do(inbox.settle_event, 1, NOW)
    with_points = hold(holder, night, 2)
    do(payments.start, holder, with_points.id, Wish(PRICE, PRICE, POINTS, "points"), NOW)
    begin_card(hold(holder, night, 3), PRICE, key="open")


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "wrong",
    [
        f"INSERT INTO point_histories (user_id, type, amount, payment_id, created_at)"
        f" SELECT user_id, '{GRANT}', 1, id, now() FROM payments WHERE id = 1",
        "INSERT INTO point_histories (user_id, type, amount, created_at) SELECT id, 'TOP_UP', 1, now() FROM users",
        "UPDATE payments SET captured_amount = captured_amount - 1 WHERE id = 1",
        "UPDATE payments SET status = 'refunded', captured_amount = 0 WHERE id = 1",
        "UPDATE payments SET currency = 'USD' WHERE id = 3",
        "UPDATE payments SET provider = 'points' WHERE id = 3",
        "UPDATE payments SET provider = 'sandbox' WHERE id = 2",
        "UPDATE payments SET status = 'cancelled' WHERE id = 3",
        "UPDATE payment_events SET outcome = NULL",
        "UPDATE payment_events SET amount = amount + 1",
        "UPDATE payment_events SET body = ''",
        "DELETE FROM payment_events",
    ],
)
def test_a_row_of_money_cannot_contradict_itself_nor_what_was_received(wrong: str) -> None:
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(text(wrong))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("table", ["point_histories", "operator_actions", "payment_events"])
def test_what_was_written_down_cannot_be_emptied_at_once(table: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        do(db.session.execute, text(f"TRUNCATE {table} CASCADE"))
