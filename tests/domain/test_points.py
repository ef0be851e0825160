"""The ledger: append-only, never below zero, the balance its sum by construction."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, begin_card, do, fan, hold, house, report
from webapp.accounts.models import User
from webapp.checkout import letters, payments, points, reconciling, settling
from webapp.checkout.mail_models import HOLD_REFUNDED, Mail
from webapp.checkout.models import PointHistory
from webapp.checkout.numbers import whole_number
from webapp.checkout.providers import Report
from webapp.db import db
from webapp.errors import BadAmount

pytestmark = pytest.mark.usefixtures("house")


def test_each_row_carries_the_balance_after_it() -> None:
    saver = fan("saver", 300)
    do(points.grant, saver, 200, NOW)
    rows = points.history(saver, None, 10)
    assert [(row.amount, row.balance_after) for row in rows] == [(200, 500), (300, 300)]
    assert points.balance(saver) == 500


TOO_MUCH = """
WITH payment AS (
    INSERT INTO payments (public_id, user_id, provider, idempotency_key, amount, created_at)
    VALUES ('p', 1, 'sandbox', 'k', 1, now()) RETURNING id
)
INSERT INTO point_histories (user_id, amount, type, payment_id, created_at)
SELECT 1, -301, 'USE', id, now() FROM payment
"""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: update(User).values(point=1_000_000), "only by a row of point_histories"),
        (lambda: insert(User).values(email="a@b.test", name="A", password="x", point=5), "a new user has no points"),
        (lambda: update(PointHistory).values(amount=1), "append-only"),
        (lambda: delete(PointHistory), "append-only"),
        (lambda: insert(PointHistory).values(user_id=1, amount=0, type="GRANT", created_at=NOW), "amount_not_zero"),
        (lambda: insert(PointHistory).values(user_id=1, amount=-1, type="GRANT", created_at=NOW), "only_use_takes"),
        (lambda: text(TOO_MUCH), "never_negative"),
    ],
)
def test_the_database_refuses_what_the_ledger_does_not_allow(change: Callable[[], object], said: str) -> None:
    saver = fan("saver", 300)
    assert saver == 1
    with pytest.raises(IntegrityError, match=said):
        do(db.session.execute, change())
    assert points.balance(saver) == 300


def test_a_top_up_arrives_once_however_often_it_is_reported() -> None:
    saver = fan("saver")
    payment = do(payments.start_top_up, saver, 10_000, "sandbox", "k", NOW)
    said = Report(payment.public_id, "pay_1", "paid", 10_000, "KRW")
    assert [do(settling.settle, payment.id, said, NOW) for _ in range(3)] == ["paid", "ignored", "ignored"]
    assert points.balance(saver) == 10_000
    again = do(payments.start_top_up, saver, 10_000, "sandbox", "k", NOW)
    assert again.id == payment.id


@pytest.mark.parametrize("amount", [0, 999, 1_000_001])
def test_top_ups_have_bounds(amount: int) -> None:
    with pytest.raises(BadAmount):
        do(payments.start_top_up, fan("saver"), amount, "sandbox", "k", NOW)


@pytest.mark.parametrize("text", [None, "", "x", "-5", "1.5", "1e3", "٣", "1000000001", "99999999999999999999"])
def test_what_is_no_whole_amount_is_refused(text: str | None) -> None:
    with pytest.raises(BadAmount):
        whole_number(text)


def test_amounts_as_people_type_them() -> None:
    assert [whole_number(text) for text in ("132000", " 132,000 ", "₩132,000", "0")] == [132000, 132000, 132000, 0]


def test_older_history_follows_page_by_page() -> None:
    saver = fan("saver", 1)
    for amount in range(2, 6):
        do(points.grant, saver, amount, NOW)
    first = points.history(saver, None, 2)
    second = points.history(saver, first[-1].id, 2)
    assert [row.amount for row in first + second] == [5, 4, 3, 2]
    assert db.session.scalar(select(User.point).where(User.id == saver)) == 15


def test_points_are_back_at_once_while_the_cards_part_goes_back_even_if_the_provider_refuses() -> None:
    evening, holder, latecomer = house(), fan("holder", point=30_000), fan("latecomer")
    payment = begin_card(hold(holder, evening, 1), 100_000, in_points=30_000)
    hold(latecomer, evening, 1, now=at(minutes=8))
    assert do(settling.settle, payment.id, report(payment), at(minutes=9)) == "cancelling"
    assert points.balance(holder) == 30_000
    mail = db.session.scalars(select(Mail).where(Mail.kind == HOLD_REFUNDED)).one()
    plain = letters.rendered(mail)[1]
    assert "The points are back in your wallet already." in plain
    assert "₩70,000" in plain
    assert "₩30,000" in plain
    assert do(reconciling.refused, payment.id, at(minutes=10)) == "refused"
    do(settling.settle, payment.id, report(payment, "cancelled"), at(minutes=11))
    assert points.balance(holder) == 30_000
