"""Telling the shop: signed, retried until it is taken, twice or never when a fan chose so."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from tests.gateway.stage import WEBHOOK_SECRET, Receiver, Shop, eventually
from webapp.dev.gateway import callbacks
from webapp.dev.gateway.till import till


def _pending(company: Flask) -> int:
    with till(company).database.reading() as book:
        return len(callbacks.pending(book))


def _taken(company: Flask) -> None:
    eventually(lambda: _pending(company) == 0, "every callback is delivered")


def test_a_callback_carries_the_payment_under_a_signature(shop: Shop, receiver: Receiver) -> None:
    payment = shop.open()
    shop.choose(payment["id"], "approve")
    delivery = receiver.wait_for(1)[0]

    event = delivery.verified()
    assert event["type"] == "payment.paid"
    assert event["data"] == shop.look_up(payment["id"])
    assert datetime.fromisoformat(event["timestamp"]).tzinfo is not None
    assert delivery.path == "/callbacks"
    assert delivery.headers["content-type"] == "application/json"
    age = datetime.now(UTC).timestamp() - float(delivery.headers["webhook-timestamp"])
    assert -1 <= age < 60


def test_another_secret_or_body_does_not_fit_the_signature(shop: Shop, receiver: Receiver) -> None:
    shop.choose(shop.open()["id"], "decline")
    delivery = receiver.wait_for(1)[0]
    assert delivery.verified()["type"] == "payment.failed"

    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(delivery.body, delivery.headers)
    altered = delivery.body.replace(b"132000", b"1")
    with pytest.raises(WebhookVerificationError):
        Webhook(WEBHOOK_SECRET).verify(altered, delivery.headers)


def test_a_callback_comes_again_until_the_shop_takes_it(shop: Shop, receiver: Receiver, company: Flask) -> None:
    receiver.answers.extend([500, 302, 404, 503])
    shop.choose(shop.open()["id"], "approve")
    deliveries = receiver.wait_for(5)
    _taken(company)

    assert len({delivery.event_id for delivery in deliveries}) == 1
    assert len({delivery.body for delivery in deliveries}) == 1
    assert {delivery.path for delivery in deliveries} == {"/callbacks"}  # the redirect was not followed
    assert all(delivery.verified() for delivery in deliveries)
    assert len(receiver.deliveries) == 5


def test_a_shop_that_cannot_be_reached_is_tried_again(shop: Shop, company: Flask) -> None:
    receiver = Receiver()
    url = receiver.url
    receiver.close()
    shop.choose(shop.open(callback_url=url)["id"], "approve")

    def tries() -> int:
        with till(company).database.reading() as book:
            return callbacks.pending(book)[0].tries

    eventually(lambda: tries() >= 3, "three tries are counted")
    with till(company).database.reading() as book:
        assert callbacks.pending(book)[0].last_error == "NewConnectionError"


@pytest.mark.parametrize("url", ["http://a..b/", "http://" + "a" * 70 + ".test/", "http://xn--a/", "http://%00/"])
def test_an_address_that_breaks_the_client_does_not_end_delivery(
    shop: Shop, receiver: Receiver, company: Flask, url: str
) -> None:
    shop.choose(shop.open(callback_url=url)["id"], "approve")
    with till(company).database.reading() as book:
        lost = callbacks.pending(book)[0].id

    def tries() -> int:
        with till(company).database.reading() as book:
            return next(one.tries for one in callbacks.pending(book) if one.id == lost)

    eventually(lambda: tries() >= 2, "the address is tried again")
    shop.choose(shop.open()["id"], "approve")
    receiver.wait_for(1)
    assert tries() >= 2


def test_call_back_twice_sends_one_event_two_times(shop: Shop, receiver: Receiver, company: Flask) -> None:
    payment = shop.open()
    shop.choose(payment["id"], "approve_twice")
    first, second = receiver.wait_for(2)
    _taken(company)

    assert first.event_id == second.event_id
    assert first.body == second.body
    assert first.verified()["data"]["id"] == payment["id"]
    assert len(receiver.deliveries) == 2


def test_never_call_back_means_never(shop: Shop, receiver: Receiver, company: Flask) -> None:
    silent = shop.open()
    shop.choose(silent["id"], "approve_silently")
    assert shop.look_up(silent["id"])["status"] == "paid"
    assert shop.cancel(silent["id"]).json()["status"] == "cancelled"

    heard = shop.open()
    shop.choose(heard["id"], "approve")
    receiver.wait_for(1)
    _taken(company)
    assert [delivery.verified()["data"]["id"] for delivery in receiver.deliveries] == [heard["id"]]
    with till(company).database.reading() as book:
        assert callbacks.of_payments(book, [silent["id"]]) == {silent["id"]: []}
    assert "No callback, as chosen" in shop.page("/").text


def test_a_slow_receiver_does_not_hold_up_another(shop: Shop, receiver: Receiver) -> None:
    slow = Receiver()
    slow.held.clear()
    try:
        for _ in range(30):  # more than there are senders
            shop.choose(shop.open(callback_url=slow.url)["id"], "approve")
        slow.wait_for(8)
        for _ in range(5):
            shop.choose(shop.open()["id"], "approve")
        receiver.wait_for(5)
        assert len(slow.deliveries) == 8  # the slow one still has every answer before it
        slow.held.set()
        slow.wait_for(30)
    finally:
        slow.close()


def test_many_callbacks_share_connections_and_all_arrive(shop: Shop, receiver: Receiver, company: Flask) -> None:
    ids = {shop.open()["id"] for _ in range(60)}
    for payment_id in ids:
        shop.choose(payment_id, "approve")
    receiver.wait_for(60)
    _taken(company)

    assert {delivery.verified()["data"]["id"] for delivery in receiver.deliveries} == ids
    assert len({delivery.event_id for delivery in receiver.deliveries}) == 60
