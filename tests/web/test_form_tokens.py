"""A form that changes something comes with its browser's token, or changes nothing."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from tests.web.conftest import Visitor

MINE, ANOTHERS = "1" * 40, "2" * 40
FORM = "application/x-www-form-urlencoded"
HERE, ELSEWHERE = "https://localhost/", "https://localhost.example/"


@pytest.fixture
def browser(house: Flask, visit: Visitor) -> Iterator[FlaskClient]:
    client = visit(None)
    with client.session_transaction() as session:
        session["csrf_token"] = MINE
    house.config["WTF_CSRF_ENABLED"] = True
    yield client
    house.config["WTF_CSRF_ENABLED"] = False


def signed(app: Flask, raw: str, secret: str = "") -> str:
    serializer = URLSafeTimedSerializer(secret or str(app.secret_key), salt="wtf-csrf-token")
    return str(serializer.dumps(raw))


def status(browser: FlaskClient, body: str, base: str = "http://localhost", referrer: str | None = None) -> int:
    headers = {"Referer": referrer} if referrer else {}
    return browser.post(
        "/language", data=body + "&language=ko", content_type=FORM, base_url=base, headers=headers
    ).status_code


def test_a_form_with_its_browsers_token_is_let_in_wherever_the_token_stands(house: Flask, browser: FlaskClient) -> None:
    token = signed(house, MINE)
    assert status(browser, f"csrf_token={token}") == 303
    assert status(browser, f"next=%2F&csrf_token={token}") == 303
    multipart = browser.post("/language", data={"csrf_token": token}, content_type="multipart/form-data")
    assert multipart.status_code == 303
    assert browser.post("/language", headers={"X-CSRFToken": token}).status_code == 303


def test_a_form_with_any_other_token_is_refused(house: Flask, browser: FlaskClient) -> None:
    token = signed(house, MINE)
    name, rest = token.split(".", 1)
    others = [
        "",
        "csrf_token=",
        f"csrf_token={MINE}",
        f"csrf_token={signed(house, ANOTHERS)}",
        f"csrf_token={signed(house, MINE, 'the secret of another house')}",
        f"csrf_token={name}.{rest[:-2]}AA",
        f"csrf_token={token}%00",
        f"said=csrf_token={token}",
        f"csrf_token=x&csrf_token_={token}",
    ]
    assert {other: status(browser, other) for other in others} == dict.fromkeys(others, 400)


def test_a_browser_without_a_token_of_its_own_is_refused(house: Flask, browser: FlaskClient) -> None:
    token = signed(house, MINE)
    with browser.session_transaction() as session:
        del session["csrf_token"]
    assert status(browser, f"csrf_token={token}") == 400


def test_over_tls_a_form_comes_from_a_page_of_ours(house: Flask, browser: FlaskClient) -> None:
    with browser.session_transaction(base_url=HERE) as session:
        session["csrf_token"] = MINE
    token = f"csrf_token={signed(house, MINE)}"
    assert status(browser, token, HERE, HERE + "concerts/show") == 303
    assert status(browser, token, HERE, ELSEWHERE) == 400
    assert status(browser, token, HERE) == 400
