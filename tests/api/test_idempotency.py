"""The same key and body, the same answer, however often and however close together."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.api.conftest import Programs
from tests.api.test_buying import DATE, admitted, bill, reserve
from tests.builders import NOW, PASSWORD, at, concert, do, fan, house
from tests.races.racing import errors, meeting, race, winners
from tests.timepiece import Timepiece
from webapp.api import idempotency
from webapp.api.errors import InFlight
from webapp.api.idempotency import Claim, Told
from webapp.api.models import StoredAnswer
from webapp.booking.models import Order
from webapp.db import db
from webapp.waiting_room.models import Counter
from workers import upkeep

KEY = {"Idempotency-Key": "one-and-the-same"}


def test_the_same_key_and_body_hold_once(program: Programs) -> None:
    holder = admitted(program, house())
    first = reserve(holder, 1, **KEY)
    again = holder.post("/api/reservation/seat", json={"seatNumber": 1, "date": DATE}, headers=KEY)
    assert (again.status_code, again.json) == (201, first)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1


def test_the_same_key_with_another_body_is_refused(program: Programs) -> None:
    holder = admitted(program, house())
    reserve(holder, 1, **KEY)
    other = holder.post("/api/reservation/seat", json={"date": DATE, "seatNumber": 2}, headers=KEY)
    assert (other.status_code, other.json["code"]) == (422, "idempotency-mismatch")


def test_a_key_is_its_fans_own_and_its_operations_own(program: Programs) -> None:
    show = house()
    holder, other = admitted(program, show, point=100_000), admitted(program, show, "other")
    held = reserve(holder, 1, **KEY)
    assert reserve(other, 2, **KEY)["orderId"] != held["orderId"]
    paid = holder.post("/api/reservation/payment", json=bill(holder, held["reservationId"]), headers=KEY)
    assert paid.status_code == 201


def test_what_came_to_nothing_may_be_tried_again_with_its_key(program: Programs) -> None:
    show = house()
    holder, latecomer = admitted(program, show), admitted(program, show, "latecomer")
    held = reserve(holder, 1)
    body = {"date": DATE, "seatNumber": 1}
    assert latecomer.post("/api/reservation/seat", json=body, headers=KEY).status_code == 409
    holder.delete(f"/api/reservation/{held['reservationId']}")
    assert latecomer.post("/api/reservation/seat", json=body, headers=KEY).status_code == 201


def test_a_payment_whose_answer_was_lost_is_told_again_though_its_token_has_ended(program: Programs) -> None:
    show = house()
    fan("holder", 100_000)
    holder = program("holder")
    holder.token = holder.post("/api/queue/enter", json={}).json["token"]
    asked = bill(holder, reserve(holder)["reservationId"])
    paid = holder.post("/api/reservation/payment", json=asked, headers=KEY)
    again = holder.post("/api/reservation/payment", json=asked, headers=KEY)
    assert (paid.status_code, again.status_code, again.json) == (201, 201, paid.json)
    assert holder.post("/api/reservation/payment", json=asked).json["code"] == "session-ended"
    assert show.id


def test_entering_again_with_a_key_gives_the_place_and_new_tokens(program: Programs) -> None:
    house(capacity=0)
    fan("waiter")
    asked = {"email": "waiter@frontrow.test", "password": PASSWORD}
    first, again = (program(None).post("/api/queue/enter", json=asked, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["sessionId"] == again.json["sessionId"]
    assert first.json["refreshToken"] != again.json["refreshToken"]
    stored = json.loads(db.session.scalars(select(StoredAnswer.body)).one())
    assert (stored["token"], stored["refreshToken"]) == ("", "")


def test_a_key_that_stood_for_one_line_draws_no_number_in_another(program: Programs) -> None:
    one, other = concert("one", capacity=0).id, concert("other", capacity=0).id
    fan("waiter")
    waiter = program("waiter")
    assert waiter.post("/api/queue/enter", json={"concertId": one}, headers=KEY).status_code == 201
    refused = waiter.post("/api/queue/enter", json={"concertId": other}, headers=KEY)
    assert (refused.status_code, refused.json["code"]) == (422, "idempotency-mismatch")
    assert waiter.get(f"/api/queue/position?concertId={other}").json["code"] == "not-in-line"


def test_who_has_left_draws_no_number_by_asking_again_with_the_key(program: Programs) -> None:
    line = concert(capacity=0).id
    fan("waiter")
    waiter, bound = program("waiter"), program(None)
    bound.token = waiter.post("/api/queue/enter", json={}, headers=KEY).json["token"]
    assert bound.delete("/api/queue/session").status_code == 204
    again = waiter.post("/api/queue/enter", json={}, headers=KEY)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert db.session.get_one(Counter, line, populate_existing=True).created_count == 1
    # The token's place has ended, and an answer that is kept without its tokens is none to be told.
    ended = bound.post("/api/queue/enter", json={}, headers=KEY)
    assert (ended.status_code, ended.json["code"]) == (401, "session-ended")


def test_signing_up_twice_with_a_key_is_signing_up_once(program: Programs) -> None:
    asked = {"email": "newcomer@example.com", "password": "long enough", "name": "Newcomer"}
    first, again = (program(None).post("/api/users", json=asked, headers=KEY) for _ in range(2))
    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    other = program(None).post("/api/users", json={**asked, "password": "another one"}, headers=KEY)
    assert other.status_code == 422


def test_an_answer_is_kept_for_a_day(program: Programs, timepiece: Timepiece) -> None:
    house(capacity=0)
    fan("waiter")
    asked = {"email": "waiter@frontrow.test", "password": PASSWORD}
    program(None).post("/api/queue/enter", json=asked, headers=KEY)
    timepiece.pass_(hours=23)
    assert program(None).post("/api/queue/enter", json=asked, headers=KEY).status_code == 201
    timepiece.pass_(hours=24)
    assert program(None).post("/api/queue/enter", json=asked, headers=KEY).status_code == 200
    timepiece.pass_(hours=48)
    assert upkeep.forget_answers() == "1 answers, 0 tokens forgotten"


@pytest.mark.parametrize("key", ["", "with space", "x" * 65, "schlüssel"])
def test_what_is_no_key_is_named(program: Programs, key: str) -> None:
    fan("waiter")
    answer = program("waiter").post(
        "/api/queue/enter", json={}, headers={"Idempotency-Key": key.encode().decode("latin1")}
    )
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "header.Idempotency-Key"


CLAIM = Claim("fan:1", "hold", "key", "print")


def effects(count: int) -> tuple[list[str], object]:
    """An effect that leaves its mark, and is still at work while the others arrive."""
    done: list[str] = []

    def effect() -> Told:
        done.append("done")
        return Told(201, "{}")

    return done, effect


def test_of_many_at_once_one_does_it_and_the_others_are_told_to_wait_or_the_answer(house: Flask) -> None:
    done, effect = effects(8)
    outcomes = race(*[lambda: do(idempotency.once, CLAIM, NOW, effect)] * 8)
    assert done == ["done"]
    assert winners(outcomes)
    assert len(winners(outcomes)) + len(errors(outcomes, InFlight)) == 8
    assert do(idempotency.once, CLAIM, at(seconds=1), effect).is_repeated


def test_without_the_lock_it_would_be_done_more_than_once(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    done, effect = effects(4)
    monkeypatch.setattr(idempotency, "lock", lambda claim: None)
    monkeypatch.setattr(idempotency, "stored", meeting(4, idempotency.stored))
    race(*[lambda: do(idempotency.once, CLAIM, NOW, effect)] * 4)
    assert len(done) == 4
