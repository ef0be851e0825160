"""Whatever a shop sends, the answer is a status, a code and the field at fault; never a 500."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.gateway.premises import listening, quick_settings
from tests.gateway.stage import Receiver, Shop
from webapp.dev.gateway import create_app
from webapp.dev.gateway.till import till

BAD_FIELDS: list[tuple[str, Any, str]] = [
    ("amount", 0, "invalid_amount"),
    ("amount", -1, "invalid_amount"),
    ("amount", 10.5, "invalid_amount"),
    ("amount", 1000.0, "invalid_amount"),
    ("amount", True, "invalid_amount"),
    ("amount", "1000", "invalid_amount"),
    ("amount", [], "invalid_amount"),
    ("amount", float("nan"), "invalid_amount"),
    ("amount", 1_000_000_001, "amount_too_large"),
    ("amount", 10**30, "amount_too_large"),
    ("currency", "USD", "unsupported_currency"),
    ("currency", "krw", "unsupported_currency"),
    ("currency", 410, "unsupported_currency"),
    ("reference", "", "invalid_text"),
    ("reference", "  ", "invalid_text"),
    ("reference", 7, "invalid_text"),
    ("reference", "\ud800", "invalid_text"),
    ("reference", "a\x00b", "invalid_text"),
    ("reference", "r" * 501, "too_long"),
    ("description", {"a": 1}, "invalid_text"),
    ("description", "d" * 501, "too_long"),
    ("return_url", "javascript:alert(1)", "invalid_url"),
    ("return_url", "ftp://shop.test/", "invalid_url"),
    ("return_url", "/orders/7", "invalid_url"),
    ("return_url", "http://", "invalid_url"),
    ("return_url", "http://[shop.test/", "invalid_url"),
    ("return_url", "http://shop.test:99999/", "invalid_url"),
    ("return_url", "http://shop.test/a b", "invalid_url"),
    ("return_url", "http://shop.test/\r\nSet-Cookie: a=b", "invalid_url"),
    ("return_url", "http://shop.test/" + "a" * 500, "too_long"),
    ("callback_url", "file:///etc/passwd", "invalid_url"),
    ("callback_url", 1, "invalid_text"),
    ("hold_ends_at", "soon", "invalid_time"),
    ("hold_ends_at", "2026-12-24T19:00:00", "invalid_time"),
    ("hold_ends_at", "0001-01-01T00:00:00+14:00", "invalid_time"),
    ("hold_ends_at", "9999-12-31T23:59:59Z", "invalid_time"),
    ("hold_ends_at", 1766570400, "invalid_text"),
]
FIELDS = ["reference", "amount", "currency", "description", "return_url", "callback_url"]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def shop(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One company for the whole table: a refused request leaves nothing behind."""
    app = create_app(quick_settings(tmp_path_factory.mktemp("validation")))
    till(app).start()
    with listening(app) as base:
        shop = Shop(base, receiver.url)
        yield shop
        shop.close()
    till(app).stop()


@pytest.mark.parametrize(("field", "value", "code"), BAD_FIELDS)
def test_a_bad_field_is_named(shop: Shop, field: str, value: Any, code: str) -> None:
    document = json.dumps(shop.order() | {field: value})
    response = shop.call("POST", "/payments", data=document)

    assert response.status_code == 422, response.text
    error = response.json()["error"]
    assert (error["code"], error["field"]) == (code, field)
    assert error["message"].endswith(".")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("how", ["left out", "null"])
def test_a_missing_field_is_named(shop: Shop, field: str, how: str) -> None:
    document = shop.order(**{field: None}) | ({field: None} if how == "null" else {})
    response = shop.call("POST", "/payments", json=document)

    assert response.status_code == 422
    assert response.json()["error"]["code"] == "missing"
    assert response.json()["error"]["field"] == field


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"null", b"\xff\xfe{}", b"[" * 20_000, b"1" * 5_000])
def test_what_is_not_a_json_object_is_refused(shop: Shop, body: bytes) -> None:
    for path in ("/payments", "/payments/pay_1/cancellations"):
        response = shop.call("POST", path, data=body)
        assert (response.status_code, response.json()["error"]["code"]) == (400, "broken_json")


def test_a_body_too_large_is_refused(shop: Shop) -> None:
    response = shop.call("POST", "/payments", json=shop.order(description="d" * 70_000))

    assert (response.status_code, response.json()["error"]["code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({}, "reason", "missing"),
        ({"reason": " "}, "reason", "invalid_text"),
        ({"reason": "r" * 501}, "reason", "too_long"),
        ({"reason": "asked", "amount": 0}, "amount", "invalid_amount"),
        ({"reason": "asked", "amount": -5}, "amount", "invalid_amount"),
        ({"reason": "asked", "amount": 0.5}, "amount", "invalid_amount"),
        ({"reason": "asked", "amount": False}, "amount", "invalid_amount"),
        ({"reason": "asked", "amount": 2_000_000_000}, "amount", "amount_too_large"),
        ({"reason": "asked", "unpaid_only": "yes"}, "unpaid_only", "invalid_choice"),
    ],
)
def test_a_bad_cancellation_is_refused(shop: Shop, document: dict[str, Any], field: str, code: str) -> None:
    path = f"/payments/{shop.open()['id']}/cancellations"
    response = shop.call("POST", path, json=document)

    assert response.status_code == 422
    assert (response.json()["error"]["code"], response.json()["error"]["field"]) == (code, field)


@pytest.mark.parametrize("path", ["/payments", "/payments/pay_1/cancellations"])
@pytest.mark.parametrize("key", [b"", b"k" * 501])
def test_a_request_needs_a_usable_idempotency_key(shop: Shop, path: str, key: bytes) -> None:
    response = shop.call("POST", path, json=shop.order(), headers={"Idempotency-Key": key})

    assert response.status_code == 422
    assert response.json()["error"]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("day", ["", "today", "2026-13-01", "20260101", "2026-W01-1", "2026-1-1"])
def test_a_day_has_one_spelling(shop: Shop, day: str) -> None:
    response = shop.call("GET", "/payments", params={"day": day})

    assert (response.status_code, response.json()["error"]["field"]) == (422, "day")


def test_a_search_names_what_it_searches(shop: Shop) -> None:
    assert shop.call("GET", "/payments").status_code == 422


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("DELETE", "/payments", 405), ("GET", "/nothing", 404), ("GET", "/payments/%00%ff", 404)],
)
def test_other_ways_in_are_answered_in_json(shop: Shop, method: str, path: str, status: int) -> None:
    response = shop.call(method, path)

    assert response.status_code == status
    assert response.json()["error"]["code"]


def test_the_largest_values_are_taken(shop: Shop, receiver: Receiver) -> None:
    payment = shop.open(amount=1_000_000_000, reference="주" * 500, return_url="https://shop.test/" + "a" * 482)

    assert payment["amount"] == 1_000_000_000
    assert shop.choose(payment["id"], "approve").headers["Location"].startswith("https://shop.test/aaa")
    assert receiver.wait_for(1)[0].verified()["data"]["reference"] == "주" * 500
