"""Stripe, against localstripe as a server of its own: paying, webhooks, refunds, lists, and who is not ours."""

import json
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import requests
import stripe
from sqlalchemy import func, select

from tests.builders import do, fan, fans, hold
from tests.builders import house as evening
from tests.running import wait_until
from tests.stripe.conftest import WEBHOOK_SECRET, Cards
from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import payments, points
from webapp.checkout.models import Payment, PaymentEvent, Ticket
from webapp.checkout.payments import Wish
from webapp.checkout.providers import Charge, Started
from webapp.checkout.providers.stripe import Stripe
from webapp.db import db
from webapp.errors import BadCallback, BadSignature, ProviderRefused, ProviderUnavailable
from workers import payments as money

PRICE = 100_000
Work = Callable[[], None]


def charge(reference: str, amount: int = PRICE) -> Charge:
    return Charge(reference, reference, amount, "KRW", "Show", "http://127.0.0.1:9/", None)


def begin(company: Stripe, order: Order, in_points: int = 0) -> tuple[Payment, Started]:
    """An attempt that localstripe knows."""
    wish = Wish(PRICE, in_points, "stripe", "key")
    payment = do(payments.start, order.user_id, order.id, wish, clock.now())
    started = company.start(charge(payment.public_id, payment.amount))
    do(payments.started, payment.id, started.provider_key, started.redirect_url)
    return payment, started


def fresh(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, populate_existing=True)


def stored() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(PaymentEvent)) or 0


def signed(body: bytes, age_seconds: int = 0) -> dict[str, str]:
    at = int(time.time()) - age_seconds
    signature = stripe.WebhookSignature._compute_signature(f"{at}.{body.decode()}", WEBHOOK_SECRET)
    return {"Stripe-Signature": f"t={at},v1={signature}"}


def event(company: Stripe, **changes: object) -> bytes:
    intent = {
        "id": "pi_1", "status": "succeeded", "amount": PRICE, "amount_received": PRICE, "currency": "krw",
        "metadata": {"shop": company._public_url, "reference": "r1"}, "latest_charge": "ch_1",
    }  # fmt: skip
    return json.dumps(
        {"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": intent | changes}}
    ).encode()


def test_a_card_payment_is_settled_by_stripes_own_webhook(company: Stripe, shop: str, cards: Cards, work: Work) -> None:
    holder = fan("holder", point=30_000)
    payment, started = begin(company, do_hold(holder), in_points=30_000)
    cards.confirm(started.provider_key).raise_for_status()
    wait_until(stored, what="the webhook is stored")
    work()
    assert (fresh(payment).status, fresh(payment).captured_amount) == ("paid", 70_000)
    assert db.session.scalar(select(func.count()).select_from(Ticket)) == 1
    assert points.balance(holder) == 0


def do_hold(user_id: int) -> Order:
    return hold(user_id, evening(), 1, now=clock.now())


def test_a_declined_card_leaves_the_attempt_open_for_another_card(
    company: Stripe, shop: str, cards: Cards, work: Work
) -> None:
    payment, started = begin(company, do_hold(fan("holder")))
    assert cards.confirm(started.provider_key, "pm_card_chargeCustomerFail").status_code == 402
    wait_until(stored, what="the webhook is stored")
    work()
    assert fresh(payment).status == "pending"
    assert company.client_secret(started.provider_key)


def test_a_webhook_that_never_comes_is_settled_by_asking(company: Stripe, cards: Cards) -> None:
    payment, started = begin(company, do_hold(fan("holder")))
    cards.confirm(started.provider_key).raise_for_status()
    assert money.ask_provider(payment.id) == "paid"
    assert company.client_secret(started.provider_key) is None


def test_money_for_a_resold_seat_goes_back_through_stripe(company: Stripe, cards: Cards, work: Work) -> None:
    night, (holder, latecomer) = evening(), fans(2)
    payment, started = begin(company, hold(holder, night, 1, now=clock.now() - timedelta(minutes=4)))
    cards.confirm(started.provider_key).raise_for_status()
    late = clock.now() + timedelta(minutes=4)
    hold(latecomer, night, 1, now=late)
    assert money.ask_provider(payment.id) == "cancelling"
    work()
    assert fresh(payment).status == "cancelled"
    assert cards.refunds(started.provider_key) == [PRICE]


def test_an_open_payment_is_closed_and_can_no_longer_be_paid(company: Stripe, cards: Cards) -> None:
    started = company.start(charge("r1"))
    assert company.close(started.provider_key, "abandoned", "close").status == "cancelled"
    assert company.cancel(started.provider_key, "abandoned", "close").refunded == 0
    assert cards.confirm(started.provider_key).status_code == 400


def test_what_was_paid_meanwhile_is_not_closed(company: Stripe, cards: Cards) -> None:
    started = company.start(charge("r1"))
    cards.confirm(started.provider_key).raise_for_status()
    with pytest.raises(ProviderRefused):
        company.close(started.provider_key, "abandoned", "close")
    assert cards.refunds(started.provider_key) == []


def test_refunds_in_parts_happen_once_each_even_where_keys_are_forgotten(company: Stripe, cards: Cards) -> None:
    started = company.start(charge("r1"))
    with pytest.raises(ProviderRefused):
        company.refund(started.provider_key, 1_000, "too early")
    cards.confirm(started.provider_key).raise_for_status()
    for _ in range(2):  # localstripe has no idempotency keys at all
        report = company.refund(started.provider_key, 30_000, "first")
        assert (report.status, report.refunded) == ("paid", 30_000)
    with pytest.raises(ProviderRefused):
        company.refund(started.provider_key, 70_001, "too much")
    rest = company.cancel(started.provider_key, "the rest", "second")
    assert (rest.status, rest.refunded) == ("cancelled", PRICE)
    assert sorted(cards.refunds(started.provider_key)) == [30_000, 70_000]


def test_the_payments_of_a_time_are_listed_and_declined_or_foreign_ones_are_not(company: Stripe, cards: Cards) -> None:
    since, paid = clock.now() - timedelta(seconds=5), []
    for number in range(12):  # more than localstripe lists in one answer by itself
        paid.append(company.start(charge(f"r{number}")).provider_key)
        cards.confirm(paid[-1]).raise_for_status()
    cards.confirm(company.start(charge("declined")).provider_key, "pm_card_chargeCustomerFail")
    foreign = cards.call("POST", "/v1/payment_intents", amount=5, currency="krw", payment_method="pm_card_visa")
    cards.call("POST", f"/v1/payment_intents/{foreign.json()['id']}/confirm").raise_for_status()
    found = list(company.records(since, clock.now() + timedelta(seconds=5)))
    assert {(one.provider_key, one.reference) for one in found} == {(key, f"r{n}") for n, key in enumerate(paid)}
    assert list(company.records(since - timedelta(days=1), since)) == []


def test_stripe_itself_lists_no_later_day(company: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def list_charges(_self: object, query: dict[str, object]) -> stripe.ListObject[stripe.Charge]:
        asked.append(query["created"])
        return stripe.ListObject.construct_from({"data": [], "has_more": False}, None)

    monkeypatch.setattr(stripe.ChargeService, "list", list_charges)
    until = clock.now()
    real = Stripe("http://shop.test", "sk_test_1234567", "pk_test_1", WEBHOOK_SECRET, "https://api.stripe.com")
    assert list(real.records(until - timedelta(days=1), until)) == []
    assert asked == [{"gt": int(until.timestamp()) - 86_401, "lt": int(until.timestamp())}]


def test_a_forged_a_stale_and_an_altered_webhook_are_refused(company: Stripe) -> None:
    body = event(company)
    assert company.read_callback(signed(body), body) is not None
    for headers in ({}, {"Stripe-Signature": "t=1,v1=00"}, signed(body, age_seconds=301)):
        with pytest.raises(BadSignature):
            company.read_callback(headers, body)
    with pytest.raises(BadSignature):
        company.read_callback(signed(body), body.replace(b"100000", b"1000"))


def test_events_of_another_shop_or_another_kind_are_none_of_ours(company: Stripe) -> None:
    for changes in ({"metadata": {}}, {"metadata": {"shop": "https://other.test", "reference": "r1"}}):
        body = event(company, **changes)
        assert company.read_callback(signed(body), body) is None
    body = event(company).replace(b"payment_intent.succeeded", b"charge.dispute.created")
    assert company.read_callback(signed(body), body) is None


@pytest.mark.parametrize("amount", [100_000.5, 1e400, "100000", True])
def test_an_amount_that_is_no_whole_number_is_malformed_and_not_rounded(company: Stripe, amount: object) -> None:
    body = event(company, amount_received=amount)
    with pytest.raises(BadCallback):
        company.read_callback(signed(body), body)


def test_a_signed_webhook_that_cannot_be_read_is_malformed(company: Stripe) -> None:
    for body in (b"no json", b"[]", b'{"type": 7, "data": {"object": {}}}'):
        with pytest.raises(BadCallback):
            company.read_callback(signed(body), body)


def test_a_stripe_that_is_away_or_refuses_is_said_so(company: Stripe, cards: Cards) -> None:
    away = Stripe("http://shop.test", "sk_test_1234567", "pk_test_1", WEBHOOK_SECRET, "http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailable) as caught:
        away.start(charge("r1"))
    assert not isinstance(caught.value, ProviderRefused)
    with pytest.raises(ProviderRefused):
        company.cancel("pi_unknown", "reason", "key")


def test_the_webhook_is_answered_over_http(shop: str, company: Stripe) -> None:
    body = event(company)
    answers = [requests.post(f"{shop}/payments/callbacks/stripe", body, headers=signed(body)) for _ in range(2)]
    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(202, "stored"), (202, "known")]
    assert requests.post(f"{shop}/payments/callbacks/stripe", body).status_code == 401
    assert money.settle_event(db.session.scalars(select(PaymentEvent.id)).one())


def test_a_refusal_that_stripe_only_repeats_is_asked_again_under_another_key(
    company: Stripe, cards: Cards, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = company.start(charge("r1"))
    cards.confirm(started.provider_key).raise_for_status()
    api = company._api.refunds
    create, answered, is_empty = api.create, list[str](), [True]

    def as_stripe_does(params: dict[str, object], options: dict[str, str]) -> object:
        key = options["idempotency_key"]
        if key in answered or is_empty[0]:
            headers = {"Idempotent-Replayed": "true"} if key in answered else {}
            answered.append(key)
            raise stripe.InvalidRequestError("Insufficient funds.", None, http_status=400, headers=headers)
        return create(params)

    monkeypatch.setattr(stripe.RefundService, "create", lambda _service, *asked: as_stripe_does(*asked))
    for _ in range(2):
        with pytest.raises(ProviderRefused):
            company.refund(started.provider_key, PRICE, "key")
    is_empty[0] = False
    assert company.refund(started.provider_key, PRICE, "key").refunded == PRICE
    assert answered == ["key", "key", "key-2", "key", "key-2"]
    assert cards.refunds(started.provider_key) == [PRICE]


def test_a_wrong_key_is_no_refusal(company: Stripe, monkeypatch: pytest.MonkeyPatch) -> None:
    def no(*_: object) -> None:
        raise stripe.AuthenticationError("Invalid API key.", http_status=401)

    monkeypatch.setattr(stripe.PaymentIntentService, "retrieve", no)
    with pytest.raises(ProviderUnavailable) as caught:
        company.refund("pi_1", PRICE, "key")
    assert not isinstance(caught.value, ProviderRefused)
