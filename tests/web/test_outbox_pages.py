"""The outbox as an operator reads it."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.builders import NOW, at, begin_card, do, fan, hold, operator, report
from tests.builders import house as evening
from tests.web.conftest import Visitor
from webapp.accounts.models import User
from webapp.admin.models import OperatorAction
from webapp.checkout import refunding, settling
from webapp.checkout.mail_models import Mail
from webapp.db import db

PRICE = 100_000


@pytest.fixture
def client(visit: Visitor) -> FlaskClient:
    return visit(operator())


def buy(role: str = "holder") -> tuple[int, int]:
    holder = fan(role)
    order = hold(holder, evening(), 1)
    payment = begin_card(order, PRICE)
    do(settling.settle, payment.id, report(payment), NOW)
    return holder, order.id


def test_without_a_server_every_mail_is_there_to_be_read(client: FlaskClient) -> None:
    holder, order_id = buy()
    do(refunding.cancel, holder, order_id, 0, NOW)
    page = client.get("/admin/outbox").text
    for words in ("No mail server is set", "Order confirmed", "Refund on its way", "Kept, not sent"):
        assert words in page
    refund = db.session.scalars(select(Mail).where(Mail.kind == "refund_coming")).one()
    letter = client.get(f"/admin/outbox/{refund.public_id}").text
    assert "Your refund for Show" in letter
    assert "Back to your card: ₩100,000" in letter
    assert "No mail." in client.get("/admin/outbox?state=failed").text


def test_a_fans_language_is_the_mails_whatever_the_operator_reads(client: FlaskClient) -> None:
    holder, _ = buy()
    do(db.session.execute, update(User).where(User.id == holder).values(language="ko"))
    mail = db.session.scalars(select(Mail)).one()
    page = client.get(f"/admin/outbox/{mail.public_id}").text
    assert "예매가 완료되었습니다" in page
    assert "Discard" in page


def test_sending_and_discarding_are_written_down(client: FlaskClient) -> None:
    buy()
    mail = db.session.scalars(select(Mail)).one()
    address = f"/admin/outbox/{mail.public_id}"
    assert client.post(f"{address}/discarding").status_code == 303
    assert client.post(f"{address}/discarding").status_code == 404
    assert client.post(f"{address}/sending").status_code == 303
    assert client.post(f"{address}/sending").status_code == 404
    actions = db.session.scalars(select(OperatorAction).order_by(OperatorAction.id)).all()
    assert [(one.action, one.before["status"], one.after["status"]) for one in actions] == [
        ("discard mail", "kept", "discarded"),
        ("send mail again", "discarded", "waiting"),
    ]
    assert client.get("/admin/outbox/no-such-mail").status_code == 404


def test_a_payment_too_late_is_told_by_mail(client: FlaskClient) -> None:
    night, holder, latecomer = evening(), fan("holder"), fan("latecomer")
    payment = begin_card(hold(holder, night, 1), PRICE)
    hold(latecomer, night, 1, now=at(minutes=7))
    assert do(settling.settle, payment.id, report(payment), at(minutes=7)) == "cancelling"
    mail = db.session.scalars(select(Mail)).one()
    page = client.get(f"/admin/outbox/{mail.public_id}").text
    assert "somebody else has the seats" in page
    assert "You have no seats from this payment." in page
