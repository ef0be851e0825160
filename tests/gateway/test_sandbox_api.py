"""The API as the shop uses it: opening, looking up, cancelling, and doing each of them twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from flask import Flask

from tests.gateway.stage import API_KEY, Receiver, Shop
from webapp.dev.gateway import idempotency, payments
from webapp.dev.gateway.till import till

PUBLISHED = {
    "id", "reference", "amount", "currency", "status", "refunded_amount",
    "description", "created_at", "paid_at", "failure_code", "checkout_url",
}  # fmt: skip


def test_a_new_payment_is_open_and_names_its_page(shop: Shop) -> None:
    payment = shop.open(hold_ends_at="2026-12-24T19:00:00+09:00")

    assert set(payment) == PUBLISHED
    assert payment["status"] == "open"
    assert payment["amount"] == 132_000
    assert payment["refunded_amount"] == 0
    assert payment["paid_at"] is None
    assert payment["failure_code"] is None
    assert payment["id"].startswith("pay_")
    assert len(payment["id"]) >= 30
    assert payment["checkout_url"] == f"http://pay.test/pay/{payment['id']}"


def test_the_same_key_and_body_are_the_same_payment(shop: Shop) -> None:
    first = shop.call("POST", "/payments", key="once", json=shop.order())
    again = shop.call("POST", "/payments", key="once", json=shop.order())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_the_same_key_with_another_body_is_refused(shop: Shop) -> None:
    shop.call("POST", "/payments", key="once", json=shop.order())
    other = shop.call("POST", "/payments", key="once", json=shop.order(amount=1))

    assert other.status_code == 409
    assert other.json()["error"]["code"] == "idempotency_mismatch"


def _open_together(shop: Shop, callers: int) -> list[int]:
    barrier = threading.Barrier(callers)

    def open_one(_: int) -> int:
        headers = {"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": "once"}
        barrier.wait()
        return requests.post(f"{shop.base}/v1/payments", headers=headers, json=shop.order(), timeout=60).status_code

    with ThreadPoolExecutor(callers) as pool:
        return sorted(pool.map(open_one, range(callers)))


def test_one_key_from_eight_callers_at_once_opens_one_payment(shop: Shop) -> None:
    assert _open_together(shop, 8) == [200] * 7 + [201]
    assert len(shop.call("GET", "/payments?reference=order-7").json()["payments"]) == 1


def test_without_recalling_keys_the_callers_would_not_get_the_same_payment(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "recall", lambda *_: None)
    statuses = _open_together(shop, 8)

    assert statuses == [201] + [500] * 7  # the key's primary key is the last guard
    assert len(shop.call("GET", "/payments?reference=order-7").json()["payments"]) == 1


def test_a_payment_is_looked_up_by_id_reference_and_day(shop: Shop) -> None:
    first, other = shop.open(), shop.open(reference="order-8 & more")
    day = first["created_at"][:10]

    assert shop.look_up(first["id"]) == first
    by_reference = shop.call("GET", "/payments", params={"reference": "order-8 & more"}).json()["payments"]
    assert by_reference == [other]
    assert shop.call("GET", f"/payments?day={day}").json()["payments"] == [first, other]
    assert shop.call("GET", f"/payments?day={day}&reference=order-7").json()["payments"] == [first]
    assert shop.call("GET", "/payments?day=2001-01-01").json()["payments"] == []
    assert shop.call("GET", "/payments?reference=unknown").json()["payments"] == []


def test_payments_of_a_time_are_listed_a_page_at_a_time(shop: Shop) -> None:
    opened = [shop.open(reference=f"order-{number}")["id"] for number in range(5)]
    times = {"created_from": "2026-01-01T00:00:00+09:00", "created_before": "2999-01-01T00:00:00Z"}

    pages, after = [], None
    while after is None or pages[-1]["has_more"]:
        query = {**times, "limit": "2"} | ({"after": after} if after else {})
        pages.append(shop.call("GET", "/payments", params=query).json())
        after = pages[-1]["payments"][-1]["id"]

    assert [payment["id"] for page in pages for payment in page["payments"]] == opened
    assert [len(page["payments"]) for page in pages] == [2, 2, 1]
    earlier = times | {"created_before": "2026-01-02T00:00:00Z"}
    assert shop.call("GET", "/payments", params=earlier).json() == {"payments": [], "has_more": False}


@pytest.mark.parametrize(
    ("field", "value"),
    [("created_from", "yesterday"), ("created_before", "2026-01-01T00:00:00"), ("limit", "0"), ("limit", "10000")],
)
def test_a_list_that_cannot_be_understood_names_the_field(shop: Shop, field: str, value: str) -> None:
    response = shop.call("GET", "/payments", params={"reference": "order-7", field: value})

    assert (response.status_code, response.json()["error"]["field"]) == (422, field)


def test_an_unknown_payment_is_not_found(shop: Shop) -> None:
    for response in (shop.call("GET", "/payments/pay_unknown"), shop.cancel("pay_unknown")):
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "payment_not_found"


@pytest.mark.parametrize("credentials", ["", "Bearer", "Bearer wrong", f"Basic {API_KEY}", "Bearer ké"])
def test_a_wrong_key_is_refused(shop: Shop, credentials: str) -> None:
    for method, path in (("POST", "/payments"), ("GET", "/payments/pay_1"), ("GET", "/payments")):
        response = shop.call(method, path, headers={"Authorization": credentials.encode("latin-1")})
        assert response.status_code == 401
        assert response.json()["error"]["code"] == "unauthorized"


def test_an_open_payment_is_cancelled_and_the_shop_hears_of_it(shop: Shop, receiver: Receiver) -> None:
    payment = shop.open()
    cancelled = shop.cancel(payment["id"])

    assert cancelled.status_code == 200
    assert cancelled.json()["status"] == "cancelled"
    assert cancelled.json()["refunded_amount"] == 0
    event = receiver.wait_for(1)[0].verified()
    assert event["type"] == "payment.cancelled"
    assert event["data"] == cancelled.json()


def test_a_paid_payment_is_refunded_in_parts_until_nothing_is_left(shop: Shop, receiver: Receiver) -> None:
    payment = shop.open()
    shop.choose(payment["id"], "approve")

    part = shop.cancel(payment["id"], amount=32_000).json()
    assert (part["status"], part["refunded_amount"]) == ("paid", 32_000)
    too_much = shop.cancel(payment["id"], amount=100_001)
    assert (too_much.status_code, too_much.json()["error"]["code"]) == (409, "not_cancellable")
    rest = shop.cancel(payment["id"], amount=100_000).json()
    assert (rest["status"], rest["refunded_amount"]) == ("cancelled", 132_000)
    types = {delivery.verified()["type"] for delivery in receiver.wait_for(2)}
    assert types == {"payment.paid", "payment.cancelled"}


def test_a_refund_without_an_amount_gives_back_all_that_is_left(shop: Shop) -> None:
    payment = shop.open()
    shop.choose(payment["id"], "approve")
    shop.cancel(payment["id"], amount=1)

    assert shop.cancel(payment["id"]).json()["refunded_amount"] == 132_000


def test_the_same_cancellation_key_refunds_once(shop: Shop) -> None:
    payment = shop.open()
    shop.choose(payment["id"], "approve")
    path, document = f"/payments/{payment['id']}/cancellations", {"amount": 1_000, "reason": "asked"}

    answers = [shop.call("POST", path, key="refund", json=document) for _ in range(3)]
    other = shop.call("POST", path, key="refund", json=document | {"amount": 2_000})

    assert [(one.status_code, one.json()["refunded_amount"]) for one in answers] == [(200, 1_000)] * 3
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_mismatch")


def test_what_is_over_cannot_be_cancelled(shop: Shop) -> None:
    declined, cancelled, still_open = shop.open(), shop.open(), shop.open()
    shop.choose(declined["id"], "decline")
    shop.cancel(cancelled["id"])

    part_of_nothing = shop.cancel(still_open["id"], amount=1)
    refusals = [shop.cancel(declined["id"]), shop.cancel(cancelled["id"]), part_of_nothing]
    assert [one.json()["error"]["code"] for one in refusals] == ["not_cancellable"] * 3
    assert [one.status_code for one in refusals] == [409] * 3


def test_what_is_to_be_cancelled_only_unpaid_is_refused_once_it_is_paid(shop: Shop) -> None:
    paid, still_open = shop.open(), shop.open()
    shop.choose(paid["id"], "approve")

    refused = shop.cancel(paid["id"], unpaid_only=True)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "not_cancellable")
    assert (shop.look_up(paid["id"])["status"], shop.look_up(paid["id"])["refunded_amount"]) == ("paid", 0)
    assert shop.cancel(still_open["id"], unpaid_only=True).json()["status"] == "cancelled"


def test_a_refused_cancellation_leaves_its_key_free(shop: Shop) -> None:
    payment = shop.open()
    path, document = f"/payments/{payment['id']}/cancellations", {"amount": 1_000, "reason": "asked"}
    assert shop.call("POST", path, key="refund", json=document).status_code == 409
    shop.choose(payment["id"], "approve")

    assert shop.call("POST", path, key="refund", json=document).json()["refunded_amount"] == 1_000


def test_the_company_says_that_it_is_well(shop: Shop, company: Flask) -> None:
    assert requests.get(f"{shop.base}/healthz", timeout=60).json() == {"status": "ok"}
    with till(company).database.reading() as book:
        assert payments.latest(book, 1) == []
