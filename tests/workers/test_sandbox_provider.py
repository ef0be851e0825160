"""The sandbox provider against the running gateway: refunds in parts, lists, and amounts that are none."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from tests.builders import NOW, begin_card, do, fan, hold, house
from tests.timepiece import Timepiece, timepiece
from tests.workers.test_jobs import begin_for_real, decide
from webapp import clock
from webapp.checkout import payments, points, sending, settling
from webapp.checkout.models import Payment
from webapp.checkout.payments import Wish
from webapp.checkout.providers import Charge, Report, Started
from webapp.checkout.providers.sandbox import PAGE, Sandbox
from webapp.errors import ProviderRefused, ProviderUnavailable
from workers import payments as money

__all__ = ["timepiece"]

Pay = Callable[[str], Report]


def charge(reference: str, amount: int = 100_000) -> Charge:
    return Charge(reference, reference, amount, "KRW", "Show", "http://127.0.0.1:9/", None)


def found(provider: Sandbox, reference: str) -> Report:
    report = provider.look_up(reference, None)
    assert report is not None
    return report


def test_a_fan_is_sent_to_a_page_in_their_language(provider: Sandbox) -> None:
    started = provider.start(replace(charge("said"), language="ko"))
    assert started.redirect_url.endswith("?lang=ko")
    assert '<html lang="ko">' in requests.get(started.redirect_url, headers={"Accept-Language": "en"}, timeout=30).text


@pytest.fixture
def pay(provider: Sandbox) -> Pay:
    """Begin a payment with this reference and approve it."""

    def approve(reference: str) -> Report:
        started = provider.start(charge(reference))
        decide(Payment(redirect_url=started.redirect_url), "approve_silently")
        return found(provider, reference)

    return approve


def test_money_goes_back_in_parts_and_each_part_once(provider: Sandbox, pay: Pay) -> None:
    paid = pay("in parts")
    for _ in range(3):
        part = provider.refund(paid.provider_key, 30_000, "first part")
        assert (part.status, part.refunded) == ("paid", 30_000)
    assert provider.refund(paid.provider_key, 20_000, "second part").refunded == 50_000
    with pytest.raises(ProviderRefused):
        provider.refund(paid.provider_key, 50_001, "too much")
    rest = provider.cancel(paid.provider_key, "all that is left", "the rest")
    assert (rest.status, rest.refunded) == ("cancelled", 100_000)


def test_a_payment_nobody_has_paid_cannot_be_refunded(provider: Sandbox, timepiece: Timepiece) -> None:
    started = provider.start(charge("unpaid"))
    with pytest.raises(ProviderRefused):
        provider.refund(started.provider_key, 1_000, "refund")


def test_a_start_whose_answer_was_lost_is_closed_at_the_provider(
    provider: Sandbox, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder = fan("holder", point=30_000)
    order = hold(holder, house(), 1)
    payment = do(payments.start, holder, order.id, Wish(100_000, 30_000, "sandbox", "key"), NOW)
    start = provider.start

    def start_and_lose_the_answer(charge: Charge) -> Started:
        start(charge)
        raise ProviderUnavailable()

    monkeypatch.setattr(provider, "start", start_and_lose_the_answer)
    with pytest.raises(ProviderUnavailable):
        sending.send(payment, "Show", "http://127.0.0.1:9/")
    assert points.balance(holder) == 30_000
    assert found(provider, payment.public_id).status == "open"
    timepiece.pass_(seconds=60)
    assert money.ask_providers() == "1 done"
    assert found(provider, payment.public_id).status == "cancelled"
    assert points.balance(holder) == 30_000


@pytest.mark.parametrize("is_replaced", [False, True])
def test_what_a_fan_pays_while_it_is_being_closed_there_is_theirs(
    provider: Sandbox, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch, is_replaced: bool
) -> None:
    order = hold(fan("holder"), house(), 1)
    payment = begin_for_real(provider, order)
    if is_replaced:
        begin_card(order, 100_000, key="another way")
    timepiece.pass_(minutes=31)
    look_up = provider.look_up

    def look_up_and_be_overtaken(reference: str, provider_key: str | None) -> Report | None:
        still_open = look_up(reference, provider_key)
        decide(payment, "approve")
        assert do(settling.settle, payment.id, look_up(reference, provider_key), clock.now()) == "paid"
        return still_open

    monkeypatch.setattr(provider, "look_up", look_up_and_be_overtaken)
    assert money.ask_provider(payment.id) == "ignored"
    said = look_up(payment.public_id, payment.provider_key)
    assert said is not None
    assert (said.status, said.refunded) == ("paid", 0), "tickets are out: the money stays"


def test_every_payment_of_a_time_is_listed(provider: Sandbox, pay: Pay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.checkout.providers.sandbox.PAGE", 2)
    assert PAGE > 2
    since = clock.now() - timedelta(seconds=1)
    listed = [pay(f"listed {number}") for number in range(5)]
    until = clock.now() + timedelta(seconds=1)
    records = [one for one in provider.records(since, until) if one.reference.startswith("listed")]
    assert records == listed
    assert list(provider.records(since - timedelta(days=2), since - timedelta(days=1))) == []


@pytest.mark.parametrize("amount", [99_999.5, "100000", True, None])
def test_an_amount_that_is_no_whole_number_is_not_rounded_to_one(
    provider: Sandbox, pay: Pay, monkeypatch: pytest.MonkeyPatch, amount: object
) -> None:
    answer = {"id": "pay_1", "reference": "odd", "status": "paid", "amount": amount, "currency": "KRW"}
    monkeypatch.setattr(provider, "_call", lambda *_: {"payments": [answer]})
    with pytest.raises(ProviderUnavailable):
        provider.look_up("odd", None)


def test_a_wrong_key_is_no_refusal(provider: Sandbox, gateway: str) -> None:
    stranger = Sandbox(gateway, gateway, gateway, "sk_of_somebody_else", "whsec_Zm9yIHRlc3Rz")
    with pytest.raises(ProviderUnavailable) as caught:
        stranger.refund("pay_1", 1_000, "key")
    assert not isinstance(caught.value, ProviderRefused)
