"""Limits: passwords are guarded for pages and programs together, joining hardly at all."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.api.conftest import Programs
from tests.builders import PASSWORD, concert, fan
from webapp.extensions import limiter

HOLDER = {"email": "holder@frontrow.test", "password": PASSWORD}


@pytest.fixture
def limits(house: Flask) -> Iterator[None]:
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.enabled = False


def test_guessing_a_password_is_slowed_down_and_told_when_to_come_back(program: Programs, limits: None) -> None:
    fan("holder")
    wrong = {**HOLDER, "password": "a guess"}
    nobody = program(None)
    statuses = [nobody.post("/api/auth/token", json=wrong).status_code for _ in range(10)]
    assert statuses == [401] * 10
    refused = nobody.post("/api/auth/token", json=HOLDER)
    assert (refused.status_code, refused.json["code"]) == (429, "too-many-requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert (refused.headers["X-RateLimit-Limit"], refused.headers["X-RateLimit-Remaining"]) == ("10", "0")


def test_tries_on_pages_and_in_the_line_count_for_the_same_account(program: Programs, limits: None) -> None:
    fan("holder")
    concert()
    nobody = program(None)
    wrong = {**HOLDER, "email": "HOLDER@frontrow.test ", "password": "a guess"}
    for _ in range(5):
        assert nobody.post("/api/queue/enter", json=wrong).status_code == 404
        assert nobody.post("/sign-in", data=wrong).status_code == 422
    assert nobody.post("/api/auth/token", json=HOLDER).status_code == 429
    assert nobody.post("/api/queue/enter", json=HOLDER).status_code == 429


def test_joining_again_and_again_with_a_token_is_let_be_up_to_abuse(program: Programs, limits: None) -> None:
    fan("holder")
    fan("waiter")
    concert(capacity=0)
    holder, waiter = program("holder"), program("waiter")
    answers = [holder.post("/api/queue/enter", json={}) for _ in range(60)]
    assert [answer.status_code for answer in answers] == [201] + [200] * 59
    # To say how much is left would be a journey to Redis more for everybody who is not refused.
    assert not any("X-RateLimit-Remaining" in answer.headers for answer in answers)
    assert holder.post("/api/queue/enter", json={}).status_code == 429
    assert waiter.post("/api/queue/enter", json={}).status_code == 201


def test_a_token_is_no_way_around_the_guard_of_passwords(program: Programs, limits: None) -> None:
    fan("holder")
    fan("guesser")
    concert()
    guesser = program("guesser")
    wrong = {**HOLDER, "password": "a guess"}
    statuses = [guesser.post("/api/queue/enter", json=wrong).status_code for _ in range(11)]
    assert statuses == [404] * 10 + [429]
