"""What Stripe says by itself of refunds, as signed webhooks over HTTP; localstripe answers whoever asks then."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from tests.builders import do, fans, hold
from tests.builders import house as evening
from tests.gateway.premises import listening
from tests.stripe.conftest import Cards
from tests.stripe.test_stripe import PRICE, begin, fresh, signed
from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import refunding, returning, views
from webapp.checkout.models import Payment, PaymentEvent
from webapp.checkout.providers.stripe import Stripe
from webapp.checkout.refund_models import Refund
from webapp.db import db
from webapp.errors import ProviderUnavailable
from workers import payments as money

Work = Callable[[], None]
Hear = Callable[..., str]


@pytest.fixture
def hear(house: Flask, work: Work) -> Iterator[Hear]:
    """Stripe tells the shop, and the worker settles it; what became of the newest event, or why there is none.

    localstripe itself says nothing here: its webhooks come when they like, and the last of them after the test.
    """

    def told(kind: str, thing: dict[str, Any]) -> str:
        events = select(PaymentEvent).order_by(PaymentEvent.id.desc()).limit(1)
        before = db.session.scalars(select(PaymentEvent.id)).all()
        body = json.dumps({"id": f"evt_{kind}_{len(before)}", "type": kind, "data": {"object": thing}}).encode()
        answer = requests.post(f"{url}/payments/callbacks/stripe", body, headers=signed(body))
        assert answer.status_code == 202, answer.text
        if answer.json()["status"] != "stored":
            return str(answer.json()["status"])
        event = db.session.scalars(events, execution_options={"populate_existing": True}).one()
        outcome = money.settle_event(event.id)
        work()
        return outcome

    with listening(house) as url:
        yield told


def bought(company: Stripe, cards: Cards) -> Payment:
    """A seat paid by a card at Stripe."""
    [holder] = fans(1)
    payment, started = begin(company, hold(holder, evening(), 1, now=clock.now()))
    cards.confirm(started.provider_key).raise_for_status()
    assert money.ask_provider(payment.id) == "paid"
    return fresh(payment)


def cancelled(company: Stripe, cards: Cards) -> Payment:
    """The same, cancelled by its fan within the free week."""
    payment = bought(company, cards)
    assert payment.order_id is not None
    do(refunding.cancel, payment.user_id, payment.order_id, 0, clock.now())
    return payment


def refund() -> Refund:
    return db.session.scalars(select(Refund), execution_options={"populate_existing": True}).one()


def newest(cards: Cards, payment: Payment) -> dict[str, Any]:
    """What Stripe shows of the refund it made last."""
    return max(cards.refunds_of(str(payment.provider_key)), key=lambda one: (one["status"] != "failed", one["created"]))


def test_a_refund_whose_answer_was_lost_is_confirmed_as_soon_as_stripe_speaks_of_it(
    company: Stripe, cards: Cards, hear: Hear, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = cancelled(company, cards)
    give = company.refund

    def unheard(*asked: Any) -> None:
        give(*asked)
        raise ProviderUnavailable()

    with monkeypatch.context() as patch:
        patch.setattr(company, "refund", unheard)
        work()
    assert refund().status == "asked"
    made = newest(cards, payment)
    assert hear("refund.created", {**made, "status": "pending"}) == "ignored"
    assert refund().status == "asked"
    assert hear("refund.updated", made) == "asked"
    assert refund().status == "returned"
    assert hear("refund.updated", made) == "known"
    assert cards.refunds(str(payment.provider_key)) == [PRICE]


def test_a_refund_that_fails_is_made_again_and_one_that_fails_twice_is_in_review(
    company: Stripe, cards: Cards, hear: Hear, work: Work
) -> None:
    payment = cancelled(company, cards)
    work()
    assert refund().status == "returned"
    first = cards.fail(newest(cards, payment))
    assert hear("refund.failed", first) == "asked"
    assert hear("refund.updated", first) == hear("charge.refund.updated", first) == "known"
    assert refund().status == "returned"
    assert len(cards.refunds(str(payment.provider_key))) == 2
    assert hear("refund.failed", cards.fail(newest(cards, payment))) == "refused"
    assert refund().status == "refused"
    said = views.page_of(order(payment), payment.user_id, clock.now())["timeline"][-1]["sentence"]
    assert "Our staff are looking at it" in said
    assert hear("refund.updated", {**first, "status": "succeeded"}) == "ignored"  # overtaken by its own failure
    assert refund().status == "refused"
    do(returning.ask_again, refund().id, clock.now())
    work()
    assert refund().status == "returned"
    assert len(cards.refunds(str(payment.provider_key))) == 3


def order(payment: Payment) -> str:
    return db.session.get_one(Order, payment.order_id).public_id


def test_money_for_a_resold_seat_that_does_not_arrive_is_sent_again_then_in_review(
    company: Stripe, cards: Cards, hear: Hear, work: Work
) -> None:
    night, (holder, latecomer) = evening(), fans(2)
    payment, started = begin(company, hold(holder, night, 1, now=clock.now() - timedelta(minutes=4)))
    cards.confirm(started.provider_key).raise_for_status()
    hold(latecomer, night, 1, now=clock.now() + timedelta(minutes=4))
    assert money.ask_provider(payment.id) == "cancelling"
    work()
    assert fresh(payment).status == "cancelled"
    payment = fresh(payment)
    assert hear("refund.failed", cards.fail(newest(cards, payment))) == "cancelling"
    assert fresh(payment).status == "cancelled"
    assert hear("refund.failed", cards.fail(newest(cards, payment))) == "refused"
    assert (fresh(payment).status, fresh(payment).handling) == ("in_review", "refused")
    by_hand = cards.call("POST", "/v1/refunds", payment_intent=started.provider_key, amount=PRICE)
    by_hand.raise_for_status()
    charge = {"object": "charge", "id": "ch_1", "payment_intent": started.provider_key, "amount_refunded": PRICE}
    ours = {"shop": company._public_url, "reference": payment.public_id}
    assert hear("charge.refunded", {**charge, "currency": "krw", "metadata": ours}) == "cancelling"
    assert fresh(payment).status == "cancelled"


def test_news_of_another_shops_refund_or_of_one_in_the_house_changes_nothing(
    company: Stripe, cards: Cards, hear: Hear
) -> None:
    payment = bought(company, cards)
    made = {"object": "refund", "id": "re_1", "status": "failed", "amount": PRICE, "currency": "krw"}
    ours = {"shop": company._public_url, "reference": payment.public_id}
    for metadata in ({}, {**ours, "shop": "https://other.test"}, None):
        theirs = {**made, "payment_intent": payment.provider_key, "metadata": metadata}
        assert hear("refund.failed", theirs) == "ignored"
    assert db.session.scalars(select(PaymentEvent)).all() == []
    assert hear("refund.failed", {**made, "payment_intent": "pi_of_nobody", "metadata": ours}) == "ignored"
    assert hear("refund.failed", {**made, "id": "re_2", "payment_intent": payment.provider_key, "metadata": ours}) == (
        "ignored"
    )
    assert fresh(payment).status == "paid"
