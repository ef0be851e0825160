"""Signing up, in and out."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface, session_json_serializer
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import select

from tests.builders import PASSWORD, fan
from tests.web.conftest import Visitor
from webapp.accounts.models import User
from webapp.accounts.next_page import safe_next
from webapp.db import db
from webapp.extensions import limiter

FLASK_SIGNS: dict[str, Any] = {
    "salt": "cookie-session",
    "serializer": session_json_serializer,
    "signer_kwargs": {"key_derivation": "hmac"},
}


def sign_in(client: FlaskClient, email: str = "holder@frontrow.test", password: str = PASSWORD, **more: str) -> object:
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/orders").status_code == 200


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("frontrow")
    assert cookie is not None
    return cookie.value


def bring(visit: Visitor, cookie: str) -> FlaskClient:
    """A browser with this cookie for its session."""
    client = visit(None)
    client.set_cookie("frontrow", cookie)
    return client


def test_only_a_cookie_that_we_signed_for_what_it_says_signs_anybody_in(house: Flask, visit: Visitor) -> None:
    holder, other = (cookie_of(visit(fan(role))) for role in ("holder", "other"))
    (says, when, signature), (says_other, *_) = holder.split("."), other.split(".")
    foreign = URLSafeTimedSerializer("a secret that is not ours", **FLASK_SIGNS)
    forged = str(foreign.dumps(house.session_interface.get_signing_serializer(house).loads(holder)))
    assert is_signed_in(bring(visit, holder))
    for cookie in (
        ".".join([says_other, when, signature]),
        ".".join([says, when, "A" * len(signature)]),
        ".".join([says, when, ""]),
        says,
        forged,
    ):
        assert not is_signed_in(bring(visit, cookie))


def test_a_cookie_is_signed_as_flask_signs_it(house: Flask, visit: Visitor) -> None:
    cookie = cookie_of(visit(fan("holder")))
    ours, flasks = house.session_interface, SecureCookieSessionInterface()
    said = [one.get_signing_serializer(house).loads(cookie) for one in (ours, flasks)]
    assert said[0] == said[1] != {}
    assert is_signed_in(bring(visit, str(flasks.get_signing_serializer(house).dumps(said[0]))))


def test_a_newcomer_signs_up_and_is_signed_in(visit: Visitor) -> None:
    client = visit(None)
    answer = client.post("/sign-up", data={"name": "Newcomer", "email": "New@example.com ", "password": "long enough"})
    assert answer.status_code == 303
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "no address", "This is not an email address."),
        ("email", "", "Enter your email address."),
        ("password", "short", "A password has 8 to 128 characters."),
        ("name", " ", "Enter the name for your tickets."),
    ],
)
def test_a_bad_field_is_named_and_the_others_are_kept(visit: Visitor, field: str, value: str, said: str) -> None:
    good = {"name": "Newcomer", "email": "new@example.com", "password": "long enough"}
    answer = visit(None).post("/sign-up", data={**good, field: value})
    assert answer.status_code == 422
    assert said in answer.text
    kept = "Newcomer" if field != "name" else "new@example.com"
    assert f'value="{kept}"' in answer.text


def test_a_known_address_answers_like_a_wrong_password(visit: Visitor) -> None:
    taken = {"name": "Other", "email": "HOLDER@example.com", "password": "not the right one"}
    visit(None).post("/sign-up", data={**taken, "email": "holder@example.com", "password": "the right one"})
    assert "neither sign up nor sign in" in visit(None).post("/sign-up", data=taken).text


def test_unknown_address_and_wrong_password_answer_alike(visit: Visitor) -> None:
    fan("holder")
    pages = [
        visit(None).post("/sign-in", data={"email": email, "password": "wrong password"})
        for email in ("holder@frontrow.test", "nobody@frontrow.test")
    ]
    assert [page.status_code for page in pages] == [422, 422]
    bare = [re.sub(r"(holder|nobody)@|value=\"[^\"]*\"|Request.*", "", page.text) for page in pages]
    assert bare[0] == bare[1]
    assert "The address or the password is not right." in pages[0].text


def test_signing_in_goes_on_to_the_page_that_was_asked_for(visit: Visitor) -> None:
    fan("holder")
    client = visit(None)
    asked = client.get("/orders?page=2")
    assert asked.headers["Location"].startswith("/sign-in?next=")
    answer = client.post(
        asked.headers["Location"],
        data={"email": "holder@frontrow.test", "password": PASSWORD, "next": "/orders?page=2"},
    )
    assert answer.headers["Location"] == "/orders?page=2"


def test_who_sent_a_form_signed_out_goes_on_to_the_page_it_stood_on(visit: Visitor) -> None:
    client, page = visit(None), "/schedules/7?view=list"
    for referrer, onward in ((f"http://localhost{page}", f"?next={page}"), ("https://other.test/", ""), (None, "")):
        headers = {"Referer": referrer} if referrer else {}
        answer = client.post("/orders/some-order/cancellation", headers=headers)
        assert (answer.status_code, unquote(answer.headers["Location"])) == (303, f"/sign-in{onward}")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "/\t/evil.test",
        "javascript:alert(1)",
        "orders",
        "",
        None,
        "/%0d%0a\r\n",
        "\\/evil.test",
    ],
)
def test_next_never_leaves_the_site(target: str | None) -> None:
    assert safe_next(target) is None


def test_each_sign_in_has_a_key_of_its_own_and_signing_out_ends_every_copy(visit: Visitor) -> None:
    fan("holder")
    client, keys = visit(None), []
    for _ in range(2):
        sign_in(client)
        with client.session_transaction() as session:
            keys.append(session["_user_id"])
        if len(keys) == 1:
            client.post("/sign-out")
    assert keys[0] != keys[1]
    thief = visit(None)
    with thief.session_transaction() as session:
        session["_user_id"] = keys[1]
    assert is_signed_in(thief)
    client.post("/sign-out")
    assert not is_signed_in(thief)
    assert not is_signed_in(client)


def test_who_signs_up_on_a_korean_page_is_written_to_in_korean(visit: Visitor) -> None:
    form = {"name": "Newcomer", "email": "new@example.com", "password": "long enough"}
    korean, english = {"Accept-Language": "ko"}, {"Accept-Language": "en"}
    assert visit(None).post("/sign-up", data=form, headers=korean).status_code == 303
    reads = select(User.reads).where(User.email == "new@example.com")
    assert db.session.scalar(reads) == "ko"
    assert visit(None).post("/sign-in", data=form, headers=english).status_code == 303
    assert db.session.scalar(reads) == "en"


def test_who_has_chosen_no_language_reads_that_of_the_browser_at_hand(visit: Visitor) -> None:
    fan("holder")
    form = {"email": "holder@frontrow.test", "password": PASSWORD}
    for language in ("ko", "en"):
        browser = visit(None)
        assert browser.post("/sign-in", data=form, headers={"Accept-Language": language}).status_code == 303
        assert f'<html lang="{language}"' in browser.get("/", headers={"Accept-Language": language}).text


def test_too_many_tries_are_told_when_to_try_again(visit: Visitor) -> None:
    limiter.enabled = True
    limiter.reset()
    try:
        client = visit(None)
        answers = [client.post("/sign-in", data={"email": "x@frontrow.test", "password": "guess"}) for _ in range(11)]
    finally:
        limiter.enabled = False
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_signing_up_is_no_way_round_the_limit_of_tries(visit: Visitor) -> None:
    limiter.enabled = True
    limiter.reset()
    form = {"name": "Guesser", "email": "holder@example.com", "password": "first come"}
    try:
        client = visit(None)
        statuses = [
            visit(None).post("/sign-up", data={**form, "password": f"guess {n:04}"}).status_code
            if n
            else client.post("/sign-up", data=form).status_code
            for n in range(12)
        ]
    finally:
        limiter.enabled = False
    assert statuses == [303] + [422] * 9 + [429] * 2


@pytest.mark.parametrize("name", ["\u202ednuor denrut", "in\u200bvisible", "two\nlines", "\u200b"])
def test_a_name_that_cannot_be_printed_on_a_ticket_is_refused(visit: Visitor, name: str) -> None:
    form = {"name": name, "email": "new@example.com", "password": "long enough"}
    answer = visit(None).post("/sign-up", data=form)
    assert (answer.status_code, "read on a ticket" in answer.text) == (422, True)


def test_a_form_without_its_token_changes_nothing(visit: Visitor, house: Flask) -> None:
    user = fan("holder")
    client = visit(user)
    house.config["WTF_CSRF_ENABLED"] = True
    try:
        for path in ("/sign-out", "/wallet/top-ups", "/language"):
            answer = client.post(path, headers={"Referer": "http://localhost/wallet"})
            assert answer.status_code == 400
            assert 'href="http://localhost/wallet">Go back' in answer.text
    finally:
        house.config["WTF_CSRF_ENABLED"] = False
    assert is_signed_in(client)


def test_the_language_is_remembered(visit: Visitor) -> None:
    user = fan("holder")
    client = visit(user)
    assert 'lang="en"' in client.get("/").text
    client.post("/language", data={"language": "ko", "next": "/"})
    assert 'lang="ko"' in client.get("/").text
    assert 'lang="ko"' in visit(user).get("/").text
    client.post("/language", data={"language": "xx"})
    assert 'lang="ko"' in client.get("/").text
