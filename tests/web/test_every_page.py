"""What every answer has: headers, health, and an error page that helps."""

from dataclasses import replace

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy.exc import OperationalError

from tests.builders import concert, fan, operator
from tests.web.conftest import Visitor
from webapp.accounts import signing_in
from webapp.concerts import listing


def test_headers_keep_strangers_out(visit: Visitor) -> None:
    answer = visit(None).get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]


def test_forms_lead_to_us_and_to_the_payment_company_alone(visit: Visitor, house: Flask) -> None:
    till = house.extensions["settings"].sandbox_public_url
    assert f"form-action 'self' {till};" in visit(None).get("/").headers["Content-Security-Policy"] + ";"


def test_a_house_that_does_not_know_the_sandbox_sends_no_form_there(
    visit: Visitor, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_stripe = replace(house.extensions["settings"], payment_providers=("stripe",))
    monkeypatch.setitem(house.extensions, "settings", only_stripe)
    assert "form-action 'self';" in visit(None).get("/").headers["Content-Security-Policy"] + ";"


def test_over_https_browsers_are_told_to_stay_there(
    visit: Visitor, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visit(None)
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert "max-age=31536000" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]
    behind_a_proxy = replace(house.extensions["settings"], public_url="https://tickets.example")
    monkeypatch.setitem(house.extensions, "settings", behind_a_proxy)
    assert "max-age=31536000" in client.get("/").headers["Strict-Transport-Security"]


def test_an_unknown_failure_says_a_number_and_not_what_went_wrong(
    visit: Visitor, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(now: object) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(listing, "cards", fail)
    answer = visit(None).get("/")
    assert answer.status_code == 500
    assert "a secret of ours" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def test_alive_and_ready(visit: Visitor) -> None:
    assert visit(None).get("/healthz").json == {"status": "ok"}
    assert visit(None).get("/readyz").json == {"missing": [], "status": "ok"}


def test_not_ready_names_what_is_missing(visit: Visitor, house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(house.extensions, "redis", Redis(port=1, socket_connect_timeout=0.1))
    answer = visit(None).get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"missing": ["redis"], "status": "missing"})


def test_without_redis_fans_still_join_and_see_their_place(
    visit: Visitor, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    concert(capacity=0)
    monkeypatch.setitem(house.extensions, "redis", Redis(port=1, socket_connect_timeout=0.1))
    client = visit(fan("waiter"))
    assert client.post("/concerts/show/line").status_code == 303
    assert client.get("/concerts/show/line").status_code == 200


def test_a_body_that_is_too_large_is_refused(visit: Visitor) -> None:
    assert visit(None).post("/sign-in", data={"email": "x" * 300_000}).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "/concerts/a%00b",
        "/schedules/99999999999999999999",
        "/tickets/%00",
        "/orders/%00",
        "/wallet?before=99999999999999999999",
        "/admin/log?before=99999999999999999999",
        "/posters/%00.svg",
        "/payments/%00/return",
    ],
)
def test_an_address_that_cannot_be_is_no_failure_of_ours(visit: Visitor, path: str) -> None:
    for user in (fan("holder"), operator()):
        for headers in ({}, {"Accept": "application/json"}):
            assert visit(user).get(path, headers=headers).status_code in {200, 400, 404}


def test_a_form_with_a_nul_in_it_is_a_clear_error(visit: Visitor) -> None:
    forms = {
        "/sign-in": {"email": "a\0@example.com", "password": "x\0"},
        "/sign-up": {"email": "a\0@example.com", "name": "N\0", "password": "long enough\0"},
        "/language": {"language": "\0", "next": "/\0"},
    }
    for path, form in forms.items():
        assert visit(None).post(path, data=form).status_code in {303, 400, 422}


def test_a_database_that_is_away_is_told_calmly_to_signed_in_fans_too(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visit(fan("holder"))

    def gone(*_: object, **_asked: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(signing_in, "fetch", gone)
    answer = client.get("/orders")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Your place, your seats and your money are safe." in answer.text
