"""Signing up and tokens: short, rotated, bound to a sign-in, gone when it is gone."""

import jwt
import pytest
from flask import Flask

from tests.api.conftest import Programs
from tests.builders import PASSWORD, do, fan
from tests.races.racing import race
from tests.timepiece import Timepiece
from webapp import clock
from webapp.accounts import signing_in
from webapp.api import tokens
from webapp.api.models import RefreshToken
from webapp.db import db
from workers import upkeep

NEWCOMER = {"email": "newcomer@example.com", "password": "long enough", "name": "Newcomer"}
HOLDER = {"email": "holder@frontrow.test", "password": PASSWORD}


def test_a_newcomer_signs_up_once(program: Programs) -> None:
    nobody = program(None)
    answer = nobody.post("/api/users", json=NEWCOMER)
    assert (answer.status_code, answer.json["userId"] > 0) == (201, True)
    again = nobody.post("/api/users", json={**NEWCOMER, "email": "NEWCOMER@example.com"})
    assert (again.status_code, again.mimetype, again.json["code"]) == (409, "application/problem+json", "email-taken")


@pytest.mark.parametrize(("field", "value"), [("email", "no address"), ("name", "\u202e"), ("password", "short")])
def test_what_the_page_refuses_is_refused_here_too(program: Programs, field: str, value: str) -> None:
    answer = program(None).post("/api/users", json={**NEWCOMER, field: value})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == [f"body.{field}"]


def test_unknown_address_and_wrong_password_answer_alike(program: Programs) -> None:
    fan("holder")
    wrong = [{**HOLDER, "password": "another password"}, {**HOLDER, "email": "nobody@frontrow.test"}]
    answers = [program(None).post("/api/auth/token", json=one) for one in wrong]
    assert [(answer.status_code, answer.json) for answer in answers] == [(401, answers[0].json)] * 2
    assert answers[0].headers["WWW-Authenticate"] == "Bearer"


def test_an_access_token_lives_for_ten_minutes(program: Programs, timepiece: Timepiece) -> None:
    user_id = fan("holder")
    holder = program("holder")
    assert holder.get(f"/api/user/{user_id}/point").status_code == 200
    timepiece.pass_(minutes=10)
    late = holder.get(f"/api/user/{user_id}/point")
    assert (late.status_code, late.json["code"]) == (401, "unauthorized")


def test_a_token_of_an_older_key_is_still_good_and_one_of_a_strangers_key_is_not(program: Programs) -> None:
    user_id = fan("holder")
    client = program("holder")
    assert client.token
    assert jwt.get_unverified_header(client.token)["kid"] == "new"
    claims = jwt.decode(client.token, options={"verify_signature": False})
    keys = {
        "old": "the key that signed tokens before it",
        "new": "a guess of thirty-two characters or more",
        "gone": "a guess of thirty-two characters or more",
    }
    for name, status in {"old": 200, "new": 401, "gone": 401}.items():
        client.token = jwt.encode(claims, keys[name], algorithm="HS256", headers={"kid": name})
        assert client.get(f"/api/user/{user_id}/point").status_code == status, name
    client.token = jwt.encode(claims, "", algorithm="none", headers={"kid": "new"})
    assert client.get(f"/api/user/{user_id}/point").status_code == 401


def test_a_refresh_token_works_once_and_its_reuse_ends_the_family(program: Programs) -> None:
    user_id = fan("holder")
    client = program(None)
    first = client.post("/api/auth/token", json=HOLDER).json
    second = client.post("/api/auth/refresh", json={"refreshToken": first["refreshToken"]}).json
    client.token = second["accessToken"]
    assert client.get(f"/api/user/{user_id}/point").status_code == 200
    reused = client.post("/api/auth/refresh", json={"refreshToken": first["refreshToken"]})
    assert (reused.status_code, reused.json["code"]) == (401, "bad-refresh-token")
    assert client.get(f"/api/user/{user_id}/point").status_code == 401
    assert client.post("/api/auth/refresh", json={"refreshToken": second["refreshToken"]}).status_code == 401


def test_a_guessed_refresh_token_ends_nothing(program: Programs) -> None:
    user_id = fan("holder")
    client = program("holder")
    assert client.post("/api/auth/refresh", json={"refreshToken": "a guess"}).status_code == 401
    assert client.get(f"/api/user/{user_id}/point").status_code == 200


def test_a_refresh_token_lives_for_two_weeks(program: Programs, timepiece: Timepiece) -> None:
    fan("holder")
    pair = program(None).post("/api/auth/token", json=HOLDER).json
    timepiece.pass_(days=14)
    assert program(None).post("/api/auth/refresh", json={"refreshToken": pair["refreshToken"]}).status_code == 401
    assert upkeep.forget_answers() == "0 answers, 1 tokens forgotten"


def test_of_two_refreshes_at_once_one_wins_and_the_family_ends(house: Flask) -> None:
    user_id, now, keys = fan("holder"), clock.now(), house.extensions["settings"].token_keys
    sign_in = do(signing_in.start, user_id, now)
    pair = do(tokens.issue, tokens.Claims(user_id, sign_in, None), keys, now)
    outcomes = race(*[lambda: do(tokens.renew, pair.refresh, keys, now)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "Pair"]
    assert signing_in.load(sign_in) is None
    assert db.session.query(RefreshToken).count() == 0


def test_without_the_check_both_refreshes_would_win(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    user_id, now, keys = fan("holder"), clock.now(), house.extensions["settings"].token_keys
    sign_in = do(signing_in.start, user_id, now)
    pair = do(tokens.issue, tokens.Claims(user_id, sign_in, None), keys, now)
    monkeypatch.setattr(tokens, "_use", lambda hashed, now: True)
    outcomes = race(*[lambda: do(tokens.renew, pair.refresh, keys, now)] * 2)
    assert [type(one).__name__ for one in outcomes] == ["Pair", "Pair"]


def test_signing_out_ends_one_program_and_everywhere_ends_all(program: Programs) -> None:
    user_id = fan("holder")
    phone, laptop, tablet = program("holder"), program("holder"), program("holder")
    assert phone.delete("/api/auth/token").status_code == 204
    assert phone.get(f"/api/user/{user_id}/point").status_code == 401
    assert laptop.get(f"/api/user/{user_id}/point").status_code == 200
    assert laptop.delete("/api/auth/sign-ins").status_code == 204
    assert tablet.get(f"/api/user/{user_id}/point").status_code == 401


def test_tokens_are_stored_as_hashes(program: Programs) -> None:
    fan("holder")
    pair = program(None).post("/api/auth/token", json=HOLDER).json
    stored = db.session.query(RefreshToken).one()
    assert stored.hash != pair["refreshToken"]
    assert len(stored.hash) == 64
