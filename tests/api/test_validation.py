"""Nothing a client sends is a failure of ours: it is refused, and what is wrong is named."""

import json

import pytest

from tests.api.conftest import Programs
from tests.builders import concert, fan, house

TOP_UP = {"userId": 1, "amount": 50_000}
HOSTILE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b"[" * 50_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"amount": ' + b"9" * 5_000 + b"}",
    b'{"amount": 1e400, "userId": 1}',
    b'{"amount": NaN, "userId": 1}',
    b'{"amount": 50000, "userId": 1, "userId": 1}',
    b'{"amount": 50000.5, "userId": 1}',
    b'{"amount": "50000", "userId": 1}',
    b'{"amount": true, "userId": 1}',
    b'{"amount": null, "userId": 1}',
    b'{"amount": 0, "userId": 1}',
    b'{"amount": -1000, "userId": 1}',
    b'{"amount": 1000001, "userId": 1}',
    b'{"\\ud800": 1}',
    b'{"email": "\\ud800", "password": "\\u0000", "name": "\\udfff"}',
    b'{"date": "2026-13-45", "seatNumber": 99999999999999999999}',
    b'{"date": "2026-12-24\\u0000", "seatNumber": 1}',
    b'{"scheduleId": 1, "seatIds": [1, "2", null, {}]}',
    b'{"seatIds": []}',
]


OPERATIONS = (
    ("POST", "/api/users"),
    ("POST", "/api/auth/token"),
    ("POST", "/api/auth/refresh"),
    ("POST", "/api/queue/enter"),
    ("POST", "/api/reservation/seat"),
    ("POST", "/api/reservation/payment"),
    ("PATCH", "/api/user/1/point"),
)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_hostile_bodies_are_refused_everywhere(program: Programs, method: str, path: str) -> None:
    assert fan("holder") == 1
    house()
    holder = program("holder")
    for body in HOSTILE:
        answer = holder.open(path, method=method, data=body, content_type="application/json")
        assert answer.status_code in {400, 422}, (body[:80], answer.text)
        assert answer.mimetype == "application/problem+json"
        assert answer.json["code"] in {"not-json", "invalid"}


def test_each_fault_is_named_with_a_code_and_a_sentence(program: Programs) -> None:
    fan("holder")
    body = {"reservationId": 0, "amount": "much", "paidAt": 1.5, "extra": 1}
    answer = program("holder").post("/api/reservation/payment", json=body)
    named = {fault["field"]: fault["code"] for fault in answer.json["errors"]}
    assert named == {
        "body.reservationId": "greater-than-equal",
        "body.sessionId": "missing",
        "body.amount": "not-a-whole-number",
        "body.paidAt": "not-a-whole-number",
        "body.extra": "unknown-field",
    }
    assert all(fault["detail"] for fault in answer.json["errors"])
    korean = program("holder").post("/api/reservation/payment", json=body, headers={"Accept-Language": "ko"})
    assert "가" <= korean.json["errors"][0]["detail"][0] <= "힣"


def test_three_point_zero_is_three(program: Programs) -> None:
    user_id = fan("holder")
    answer = program("holder").patch(f"/api/user/{user_id}/point", json={"userId": float(user_id), "amount": 999.0})
    assert [fault["field"] for fault in answer.json["errors"]] == ["body.amount"]


def test_another_content_type_is_refused(program: Programs) -> None:
    answer = program(None).post("/api/auth/token", data=json.dumps({"email": "a", "password": "b"}))
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-media-type")


def test_a_body_that_is_too_large_is_refused(program: Programs) -> None:
    answer = program(None).post("/api/auth/token", data=b"1" * 300_000, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("concertId=abc", "query.concertId"),
        ("concertId=0", "query.concertId"),
        ("concertId=99999999999999999999", "query.concertId"),
        ("concertId=1&concertId=2", "query.concertId"),
        ("concertId=%EF%BC%91", "query.concertId"),
        ("nonsense=1", "query.nonsense"),
    ],
)
def test_a_query_is_checked_too(program: Programs, query: str, field: str) -> None:
    concert()
    answer = program(None).get(f"/api/reservation/dates/available?{query}")
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    "path", ["/api/user/abc/point", "/api/user/0/point", "/api/user/99999999999/point", "/api/%00"]
)
def test_an_address_that_cannot_be_is_not_found(program: Programs, path: str) -> None:
    fan("holder")
    answer = program("holder").get(path)
    assert (answer.status_code, answer.json["code"]) == (404, "not-found")


def test_a_wrong_method_is_told_the_right_ones(program: Programs) -> None:
    answer = program(None).put("/api/users")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
