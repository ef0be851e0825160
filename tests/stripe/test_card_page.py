"""The page where a card is typed for Stripe: for its fan alone, while there is something to pay."""

import pytest
from flask.testing import FlaskClient

from tests.builders import do, fan, hold
from tests.builders import house as evening
from tests.stripe.conftest import PUBLISHABLE_KEY, Cards
from tests.timepiece import timepiece
from tests.web.conftest import Visitor, visit
from webapp.booking.models import Order
from webapp.checkout.models import Payment
from webapp.checkout.providers.stripe import Stripe
from webapp.db import db

__all__ = ["timepiece", "visit"]

PRICE = 100_000


@pytest.fixture
def order(company: Stripe) -> Order:
    return hold(fan("holder"), evening(), 1)


@pytest.fixture
def client(visit: Visitor, order: Order) -> FlaskClient:
    return visit(order.user_id)


def begin(client: FlaskClient, order: Order, provider: str = "stripe") -> str:
    """Choose Stripe on the order's page; the path the fan is sent to."""
    form = {"method": "card", "provider": provider, "amount": str(PRICE), "idempotency_key": "key"}
    answer = client.post(f"/orders/{order.public_id}/payments", data=form)
    assert answer.status_code == 303, answer.text
    return "/payments/" + answer.headers["Location"].partition("/payments/")[2]


def test_with_two_providers_the_pay_page_offers_both_and_stripe_leads_to_its_card_page(
    client: FlaskClient, order: Order, company: Stripe
) -> None:
    page = client.get(f"/orders/{order.public_id}").text
    assert 'name="provider" value="sandbox"' in page
    assert 'name="provider" value="stripe"' in page
    assert page.count('name="provider"') == 2
    card = client.get(begin(client, order))
    assert card.status_code == 200
    assert PUBLISHABLE_KEY in card.text
    assert "two minutes longer" in card.text
    policy = card.headers["Content-Security-Policy"]
    assert "frame-src https://js.stripe.com" in policy
    assert "https://api.stripe.com" in policy
    assert "stripe" not in client.get("/orders").headers["Content-Security-Policy"]


def test_the_card_page_is_its_fans_alone(client: FlaskClient, visit: Visitor, order: Order) -> None:
    path = begin(client, order)
    stranger = visit(fan("stranger"))
    assert stranger.get(path).status_code == stranger.get("/payments/none/card").status_code == 404
    assert visit(None).get(path).status_code == 303


def test_who_has_paid_or_begun_elsewhere_goes_on_to_the_order(
    client: FlaskClient, order: Order, cards: Cards, company: Stripe
) -> None:
    path = begin(client, order)
    payment = db.session.query(Payment).one()
    cards.confirm(payment.provider_key or "").raise_for_status()
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/payments/{payment.public_id}/return")


def test_an_unknown_provider_is_404_and_an_attempt_stripe_refuses_says_so(
    client: FlaskClient, order: Order, company: Stripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"method": "card", "provider": "paypal", "amount": str(PRICE), "idempotency_key": "key"}
    assert client.post(f"/orders/{order.public_id}/payments", data=form).status_code == 404
    monkeypatch.setattr(company, "_api", Stripe("x", "bad key of no shop", "", "", "http://127.0.0.1:9")._api)
    away = client.post(f"/orders/{order.public_id}/payments", data={**form, "provider": "stripe"})
    assert away.status_code == 503
    assert "You were not charged" in away.text


def test_topping_up_goes_through_the_chosen_provider(client: FlaskClient, company: Stripe, cards: Cards) -> None:
    form = {"amount": "10000", "provider": "stripe", "idempotency_key": "top-up"}
    answer = client.post("/wallet/top-ups", data=form)
    assert answer.headers["Location"].endswith("/card")
    payment = db.session.query(Payment).one()
    assert (payment.provider, payment.order_id) == ("stripe", None)
    page = client.get("/payments/" + answer.headers["Location"].partition("/payments/")[2])
    assert "₩10,000" in page.text
    assert do(lambda: company.cancel(payment.provider_key or "", "test", "k").status) == "cancelled"
