"""Topping up through the API, with the real sandbox beside it: at once, on a page, or not at all."""

import pytest
from flask import Flask
from sqlalchemy import select

from tests.api.conftest import Programs
from tests.builders import fan
from tests.workers.conftest import gateway, provider
from webapp.checkout.models import Payment, PointHistory
from webapp.checkout.providers.sandbox import Sandbox
from webapp.db import db

__all__ = ["gateway", "provider"]


class OnlyByPage:
    """The sandbox as a company that collects nothing without having seen the fan."""

    def __init__(self, company: Sandbox) -> None:
        self.start = company.start


KEY = {"Idempotency-Key": "one-and-the-same"}


def test_points_are_there_with_the_answer_and_once_for_a_key(program: Programs, provider: Sandbox) -> None:
    user_id = fan("holder")
    holder, body = program("holder"), {"userId": user_id, "amount": 50_000}
    answers = [holder.patch(f"/api/user/{user_id}/point", json=body, headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json == {"userId": user_id, "point": 50_000, "balance": 50_000}
    assert list(db.session.scalars(select(PointHistory.amount))) == [50_000]
    other = holder.patch(f"/api/user/{user_id}/point", json={**body, "amount": 60_000}, headers=KEY)
    assert (other.status_code, other.json["code"]) == (422, "idempotency-mismatch")


def test_somebody_elses_points_cannot_be_topped_up(program: Programs, provider: Sandbox) -> None:
    user_id, stranger = fan("holder"), fan("stranger")
    holder = program("holder")
    for address, named in ((stranger, stranger), (user_id, stranger), (stranger, user_id)):
        answer = holder.patch(f"/api/user/{address}/point", json={"userId": named, "amount": 50_000})
        assert (answer.status_code, answer.json["code"]) == (404, "no-such-user")


def test_where_the_provider_wants_to_see_the_fan_its_page_is_named(
    program: Programs, house: Flask, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.extensions["providers"], "sandbox", OnlyByPage(provider))
    user_id = fan("holder")
    answer = program("holder").patch(f"/api/user/{user_id}/point", json={"userId": user_id, "amount": 50_000})
    assert answer.status_code == 202
    assert "/pay/pay_" in answer.json["paymentUrl"]
    assert program("holder").get(f"/api/user/{user_id}/point").json["balance"] == 0


def test_a_provider_that_is_away_takes_nothing(
    program: Programs, house: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, nowhere = house.extensions["settings"], "http://127.0.0.1:9"
    away = Sandbox(nowhere, nowhere, nowhere, settings.sandbox_api_key, settings.sandbox_webhook_secret)
    monkeypatch.setitem(house.extensions["providers"], "sandbox", away)
    user_id = fan("holder")
    answer = program("holder").patch(f"/api/user/{user_id}/point", json={"userId": user_id, "amount": 50_000})
    assert (answer.status_code, answer.json["code"]) == (503, "provider-unavailable")
    assert [one.status for one in db.session.scalars(select(Payment))] == ["failed"]


def test_in_a_house_without_the_sandbox_the_fan_is_sent_to_the_company_there_is(
    program: Programs, house: Flask, provider: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.extensions, "providers", {"other": OnlyByPage(provider)})
    user_id = fan("holder")
    answer = program("holder").patch(f"/api/user/{user_id}/point", json={"userId": user_id, "amount": 50_000})
    assert answer.status_code == 202
    assert [one.provider for one in db.session.scalars(select(Payment))] == ["other"]
