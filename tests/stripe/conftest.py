"""localstripe as a real server, our adapter beside it, and a web server of ours that its webhooks reach."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask

from tests.gateway.premises import listening
from tests.running import ROOT, free_port, stop, wait_until
from tests.workers.conftest import work
from webapp.checkout.providers.stripe import Stripe

__all__ = ["work"]

SECRET_KEY = "sk_test_of_a_shop"
PUBLISHABLE_KEY = "pk_test_of_a_shop"
WEBHOOK_SECRET = "whsec_of_a_shop_and_long_enough"
# It would write all it knows to one file in /tmp with every request, whoever else does so or owns that file.
# A refund that failed is money it has again, as at Stripe; left alone it would count it as gone.
FORGETFUL = """
from localstripe import resources, server
resources.Store.dump_to_disk = lambda store: None
resources.Charge.amount_refunded = property(
    lambda charge: sum(one.amount for one in charge.refunds._list if one.status != "failed")
)
server.start()
"""
EVENTS = ["payment_intent.succeeded", "payment_intent.payment_failed"]


class Cards:
    """Stripe's other customers: what its own script does with a card, and what its dashboard shows."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, **data: object) -> requests.Response:
        return requests.request(method, self.url + path, data=data, headers={"Authorization": f"Bearer {SECRET_KEY}"})

    def confirm(self, intent: str, card: str = "pm_card_visa") -> requests.Response:
        self.call("POST", f"/v1/payment_intents/{intent}", payment_method=card).raise_for_status()
        return self.call("POST", f"/v1/payment_intents/{intent}/confirm")

    def refunds(self, intent: str) -> list[int]:
        return [one["amount"] for one in self.refunds_of(intent)]

    def refunds_of(self, intent: str) -> list[dict[str, Any]]:
        """All of an intent's refunds as Stripe shows them."""
        found: list[dict[str, Any]] = self.call("GET", f"/v1/refunds?payment_intent={intent}").json()["data"]
        return found

    def fail(self, refund: dict[str, Any]) -> dict[str, Any]:
        """The fan's bank does not take a refund that was granted; what Stripe shows of it now."""
        answer = self.call("POST", f"/v1/refunds/{refund['id']}", status="failed")
        answer.raise_for_status()
        return {**refund, "status": "failed"}


@pytest.fixture(scope="session")
def localstripe() -> Iterator[str]:
    """Its address."""
    port = free_port()
    command = [sys.executable, "-c", FORGETFUL, "--port", str(port), "--from-scratch"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **quiet)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), 30, "localstripe answers")
        yield url
    finally:
        stop(running)


@pytest.fixture
def cards(localstripe: str) -> Cards:
    requests.delete(f"{localstripe}/_config/data").raise_for_status()
    return Cards(localstripe)


@pytest.fixture
def company(house: Flask, cards: Cards, monkeypatch: pytest.MonkeyPatch) -> Stripe:
    """The adapter as the app has it. Each test's shop has its own name: webhooks are late, and find the next test."""
    shop = f"http://{secrets.token_hex(4)}.test"
    stripe = Stripe(shop, SECRET_KEY, PUBLISHABLE_KEY, WEBHOOK_SECRET, cards.url)
    monkeypatch.setitem(house.extensions["providers"], "stripe", stripe)
    return stripe


@pytest.fixture
def shop(house: Flask, company: Stripe, cards: Cards) -> Iterator[str]:
    """Our address, with localstripe's webhooks on their way to it."""
    with listening(house) as url:
        hook = {"url": f"{url}/payments/callbacks/stripe", "secret": WEBHOOK_SECRET, "events": EVENTS}
        requests.post(f"{cards.url}/_config/webhooks/shop", json=hook).raise_for_status()
        yield url


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/js.stripe.com/v3/", timeout=1).ok
    except requests.RequestException:
        return False
