"""Money on its way back, as the fan and the operator see it: whose it is, how much, and what can still be done."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import NOW, begin_card, do, fan, hold, operator, report
from tests.timepiece import Timepiece
from tests.web.conftest import Visitor
from tests.web.test_callback_stories import WAITING, Story, story, work
from tests.web.test_callbacks import PRICE
from webapp.admin.models import OperatorAction
from webapp.checkout import letters, points, settling, strays
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Payment, StrayPayment
from webapp.checkout.providers import Report
from webapp.db import db

__all__ = ["story", "work"]


def the_stray() -> StrayPayment:
    return db.session.scalars(select(StrayPayment), execution_options={"populate_existing": True}).one()


def test_money_for_an_unknown_order_is_on_the_operators_page_and_goes_back(story: Story, visit: Visitor) -> None:
    desk = visit(operator())
    assert story.call(reference="no order of ours", id="pay_unknown") == 202
    assert story.outcome() == WAITING
    stray = the_stray()
    page, button = desk.get("/admin/payments").text, f"/admin/stray-payments/{stray.id}/cancellation"
    for words in ("Money that belongs to nothing here", "pay_unknown", "70,000 KRW", "Money going back"):
        assert words in page
    assert button not in page
    do(strays.refused, stray.id)
    assert button in desk.get("/admin/payments").text
    assert desk.post(button).status_code == 303
    assert the_stray().ask_at == NOW
    action = db.session.scalars(select(OperatorAction)).one()
    assert (action.action, action.subject) == ("send stray payment back", str(stray.id))
    assert desk.post(button).status_code == 404
    back = Report("no order of ours", "pay_unknown", "cancelled", 70_000, "KRW", 70_000)
    assert do(strays.heard, stray.id, back, NOW) == "returned"
    assert "Money sent back" in desk.get("/admin/payments").text
    assert desk.post("/admin/stray-payments/999/cancellation").status_code == 404


def test_an_operator_cannot_send_back_the_money_of_another_fans_paid_order(story: Story, visit: Visitor) -> None:
    desk = visit(operator())
    other = begin_card(hold(fan("other"), story.evening, 2), PRICE)
    do(settling.settle, other.id, report(other), NOW)
    assert story.call(id=other.provider_key) == 202
    stray = the_stray()
    page, button = desk.get("/admin/payments").text, f"/admin/stray-payments/{stray.id}/cancellation"
    assert f"This money is that of payment {other.public_id}" in page
    assert button not in page
    assert desk.post(button).status_code == 404
    assert (the_stray().ask_at, the_stray().returned_at) == (None, None)
    assert db.session.get_one(Payment, other.id, populate_existing=True).status == "paid"


def amounts(page: str) -> dict[str, str]:
    """What the page says goes back, and where to."""
    found = re.findall(r"<div data-back><dt>(.*?)</dt><dd>(.*?)</dd>", page, re.DOTALL)
    return {re.sub(r"<.*?>", "", where).strip(): re.sub(r"<.*?>", "", sum_).strip() for where, sum_ in found}


@pytest.mark.parametrize(
    ("fact", "back"),
    [({"amount": 140_000}, "₩140,000"), ({"amount": 69_999}, "₩69,999"), ({"currency": "USD"}, "All of it")],
)
def test_the_fan_reads_the_sum_that_was_taken_and_gets_a_mail_about_it(
    story: Story, timepiece: Timepiece, fact: dict[str, Any], back: str
) -> None:
    assert story.call(**fact) == 202
    timepiece.pass_(minutes=8)
    assert amounts(story.page()) == {"Back to your card": back, "Back to your points back already": "₩30,000"}
    db.session.expire_all()
    mail = db.session.scalars(select(Mail)).one()
    plain = " ".join(letters.rendered(mail)[1].split())
    assert (mail.kind, "It bought nothing and goes back" in plain) == ("hold_refunded", True)
    assert (back in plain) == back.startswith("₩")
    assert "₩70,000" not in plain


def test_while_wrong_money_goes_back_the_held_seats_can_still_be_paid(story: Story) -> None:
    story.call(amount=69_999)
    page = story.page()
    assert "An earlier payment goes back to your card in full." in page
    form = {"method": "points", "amount": str(PRICE), "idempotency_key": "again"}
    do(points.grant, story.holder, PRICE - 30_000, NOW)
    assert f'action="/orders/{story.order.public_id}/payments"' in page
    assert story.fan.post(f"/orders/{story.order.public_id}/payments", data=form).status_code == 303
    assert story.outcome() == ("in_review", 1, 0)
