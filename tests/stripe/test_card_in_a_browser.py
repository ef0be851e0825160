"""A card paid through Stripe's script on our page, in a real browser; localstripe serves its own such script.

That script has no cards of its own: it only asks whether the bank's question is answered. So the test puts the card
to the payment through the API, as the real script does from its field.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NARROW, WIDE, chromium
from tests.builders import PASSWORD, fan, hold
from tests.builders import house as evening
from tests.running import wait_until
from tests.stripe.conftest import Cards
from tests.stripe.test_stripe import Work, stored
from webapp import clock
from webapp.booking.models import Order
from webapp.checkout.models import Payment
from webapp.checkout.providers.stripe import Stripe
from webapp.db import db

__all__ = ["chromium"]

# Asks the page again and again, since its script may still be on its way.
FETCHED_AFRESH = """() => {
    document.querySelector("[data-controller=order-status]").dispatchEvent(new CustomEvent("countdown:ended"));
    return document.querySelector("#order-status[data-last]");
}"""
ASKED_BY_THE_BANK = {"number": "4000002760003184", "exp_month": "12", "exp_year": "2030", "cvc": "123"}


@pytest.fixture
def order(house: Flask, shop: str, company: Stripe, cards: Cards, monkeypatch: pytest.MonkeyPatch) -> Order:
    settings = replace(house.extensions["settings"], stripe_api_url=cards.url)
    settings = replace(settings, stripe_js_url=f"{cards.url}/js.stripe.com/v3/")
    monkeypatch.setitem(house.extensions, "settings", settings)
    monkeypatch.setattr(company, "_public_url", shop)
    return hold(fan("holder"), evening(), 1, now=clock.now())


@pytest.fixture(params=[WIDE, NARROW], ids=["wide", "narrow"])
def page(request: pytest.FixtureRequest, chromium: Browser, shop: str, order: Order) -> Iterator[Page]:
    """The order's page, its fan signed in."""
    context = chromium.new_context(viewport=request.param, base_url=shop)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.goto(f"/sign-in?next=/orders/{order.public_id}")
    page.get_by_label("Email").fill("holder@frontrow.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    yield page
    context.close()
    assert complaints == []


def look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


def choose(page: Page, company: str) -> None:
    """The page may fetch its forms afresh at any moment, as it does here: what was chosen stays chosen."""
    page.get_by_label(company, exact=True).check()
    page.wait_for_function(FETCHED_AFRESH, polling=500)
    expect(page.get_by_label(company, exact=True)).to_be_checked()


def attempt() -> Payment:
    db.session.rollback()
    return db.session.query(Payment).one()


def put_card(cards: Cards, intent: str, card: dict[str, str]) -> None:
    """What Stripe's real script does with its field: the card becomes the payment's, and confirming it begins."""
    fields = {f"card[{name}]": value for name, value in card.items()}
    method = cards.call("POST", "/v1/payment_methods", type="card", **fields).json()["id"]
    cards.confirm(intent, method).raise_for_status()


def test_a_fan_pays_through_stripe_and_has_a_ticket(page: Page, order: Order, cards: Cards, work: Work) -> None:
    look(page, "pay")
    choose(page, "Stripe")
    page.get_by_role("button", name="Pay ₩100,000").click()
    expect(page.get_by_role("heading", name="Pay ₩100,000 by card")).to_be_visible()
    expect(page.get_by_text("kept two minutes longer")).to_be_visible()
    page.get_by_placeholder("number").fill("4000002760003184")
    look(page, "card")
    put_card(cards, attempt().provider_key or "", ASKED_BY_THE_BANK)
    page.get_by_role("button", name="Pay ₩100,000").click()
    page.get_by_role("button", name="Complete authentication").click()
    expect(page.get_by_role("heading", name="Waiting for the payment company")).to_be_visible()
    look(page, "waiting")
    wait_until(stored, what="the webhook is stored")
    work()
    page.reload()
    expect(page.get_by_role("link", name="ticket").first).to_be_visible()
    assert attempt().status == "paid"


def test_a_card_that_is_not_taken_is_said_on_the_page_and_another_way_is_open(page: Page, order: Order) -> None:
    choose(page, "Stripe")
    page.get_by_role("button", name="Pay ₩100,000").click()
    page.get_by_role("button", name="Pay ₩100,000").click()  # no card was put: Stripe has nothing to confirm
    page.get_by_role("button", name="Complete authentication").click()
    expect(page.get_by_role("alert")).to_contain_text("You were not charged")
    look(page, "refused")
    expect(page.get_by_role("button", name="Pay ₩100,000")).to_be_enabled()
    page.get_by_role("link", name="Pay another way").click()
    expect(page.get_by_text("Pay another way, or let the seats go")).to_be_visible()
    assert attempt().status == "pending"
