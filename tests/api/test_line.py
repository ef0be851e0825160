"""The line for programs: one place per fan, tokens bound to it, refused when it has ended."""

import pytest
from flask import Flask

from tests.api.conftest import Programs
from tests.builders import NOW, PASSWORD, concert, do, fan, fans
from tests.builders import house as a_house
from tests.timepiece import Timepiece
from webapp.accounts import signing_in
from webapp.api import tokens
from webapp.api.models import RefreshToken
from webapp.db import db
from webapp.waiting_room import entering

WAITER = {"email": "waiter@frontrow.test", "password": PASSWORD}


def test_entering_gives_a_number_and_entering_again_the_same_place(program: Programs) -> None:
    concert(capacity=0)
    fan("waiter")
    fan("latecomer")
    first = program(None).post("/api/queue/enter", json=WAITER)
    again = program("waiter").post("/api/queue/enter", json={})
    other = program("latecomer").post("/api/queue/enter", json={})
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 201]
    assert first.json["sessionId"] == again.json["sessionId"] != other.json["sessionId"]
    assert [answer.json["waitNumber"] for answer in (first, again, other)] == [1, 1, 2]
    assert [answer.json["remainingCount"] for answer in (first, again, other)] == [0, 0, 1]
    assert first.json["expiresIn"] == 600


def test_unknown_user_and_wrong_password_are_the_same_404(program: Programs) -> None:
    concert()
    fan("waiter")
    wrong = [{**WAITER, "password": "another password"}, {**WAITER, "email": "nobody@frontrow.test"}]
    answers = [program(None).post("/api/queue/enter", json=one) for one in wrong]
    assert [(answer.status_code, answer.json["code"]) for answer in answers] == [(404, "user-not-found")] * 2
    assert answers[0].json == answers[1].json


def test_without_password_and_token_nobody_enters(program: Programs) -> None:
    concert()
    assert program(None).post("/api/queue/enter", json={}).status_code == 401
    assert program(None).post("/api/queue/enter", json={"email": "waiter@frontrow.test"}).status_code == 422


def test_who_signs_out_everywhere_while_a_program_of_theirs_joins_gives_it_no_tokens(
    program: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    concert(capacity=0)
    user_id = fan("waiter")
    waiter, enter = program("waiter"), entering.enter

    def enter_and_end(concert_id: int, who: entering.Who) -> entering.Entered:
        entered = enter(concert_id, who)
        do(signing_in.end_all, user_id)
        return entered

    monkeypatch.setattr(entering, "enter", enter_and_end)
    answer = waiter.post("/api/queue/enter", json={})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthorized")
    assert db.session.query(RefreshToken).count() == 0


def test_of_tokens_kept_together_only_those_of_ended_sign_ins_are_refused(house: Flask) -> None:
    keys = house.extensions["settings"].token_keys
    stays, leaves = (tokens.Claims(one, do(signing_in.start, one, NOW), None) for one in fans(2))
    do(signing_in.end, leaves.sign_in_key)
    made = [(claims, tokens.make(claims, keys, NOW)) for claims in (leaves, stays)]
    assert do(tokens.keep, made, NOW) == [False, True]
    assert do(tokens.renew, made[0][1].refresh, keys, NOW) is None
    assert do(tokens.renew, made[1][1].refresh, keys, NOW) is not None


def test_the_concert_is_named_where_several_are_on_sale(program: Programs) -> None:
    assert program(None).get("/api/reservation/dates/available").json["code"] == "no-such-concert"
    ids = [concert("one").id, concert("two").id]
    fan("waiter")
    waiter = program("waiter")
    answer = waiter.post("/api/queue/enter", json={})
    assert (answer.status_code, answer.json["code"], answer.json["concertIds"]) == (409, "which-concert", ids)
    assert waiter.post("/api/queue/enter", json={"concertId": ids[1]}).status_code == 201
    assert waiter.post("/api/queue/enter", json={"concertId": 77}).json["code"] == "no-such-concert"


def test_where_one_stands(program: Programs) -> None:
    concert(capacity=1)
    for role in ("holder", "waiter"):
        fan(role)
        program(role).post("/api/queue/enter", json={})
    called = program("holder").get("/api/queue/position").json
    waiting = program("waiter").get("/api/queue/position").json
    assert (called["state"], called["remainingCount"], called["expiresAt"]) == ("called", 0, "2026-12-01T12:03:00Z")
    assert (waiting["state"], waiting["waitNumber"], waiting["servingNumber"]) == ("waiting", 2, 1)
    assert waiting["pollAfterMs"] == 1000


def test_a_token_of_the_line_is_refused_once_its_place_has_ended(program: Programs, timepiece: Timepiece) -> None:
    user_id = fan("waiter")
    concert()
    waiter = program(None)
    waiter.token = waiter.post("/api/queue/enter", json=WAITER).json["token"]
    assert waiter.get("/api/queue/position").status_code == 200
    timepiece.pass_(minutes=3)  # called, and never came
    answer = waiter.get("/api/queue/position")
    assert (answer.status_code, answer.json["code"]) == (401, "session-ended")
    assert waiter.get(f"/api/user/{user_id}/point").status_code == 401
    assert waiter.post("/api/queue/enter", json={}).status_code == 401
    assert program("waiter").get("/api/queue/position").json["state"] == "ended"


def test_leaving_ends_the_place_and_its_tokens_at_once(program: Programs) -> None:
    fan("waiter")
    concert(capacity=0)
    waiter = program(None)
    entered = waiter.post("/api/queue/enter", json=WAITER).json
    waiter.token = entered["token"]
    assert waiter.delete("/api/queue/session").status_code == 204
    assert waiter.delete("/api/queue/session").json["code"] == "session-ended"
    # Its refresh token gives tokens for the same place, which are as dead.
    pair = program(None).post("/api/auth/refresh", json={"refreshToken": entered["refreshToken"]}).json
    waiter.token = pair["accessToken"]
    assert waiter.get("/api/queue/position").json["code"] == "session-ended"


def test_who_never_joined_has_no_place(program: Programs) -> None:
    fan("waiter")
    concert()
    waiter = program("waiter")
    assert waiter.get("/api/queue/position").json["code"] == "not-in-line"
    assert waiter.delete("/api/queue/session").status_code == 404


def test_the_tick_is_for_everybody_and_may_be_kept_for_a_second(program: Programs) -> None:
    schedule = a_house(capacity=0)
    address = f"/api/queue/{schedule.concert_id}/status"
    answer = program(None).get(address)
    assert (answer.status_code, answer.json["waiting"]) == (200, 0)
    assert answer.headers["Cache-Control"] == "public, max-age=1, stale-while-revalidate=1"
    assert program(None).get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert program(None).get("/api/queue/77/status").json["code"] == "no-such-concert"


def test_the_line_that_is_named_is_the_line_that_is_left(program: Programs) -> None:
    one, other, third = (concert(slug, capacity=0).id for slug in ("one", "other", "third"))
    fan("waiter")
    waiter = program("waiter")
    bound = program(None)
    bound.token = waiter.post("/api/queue/enter", json={"concertId": one}).json["token"]
    waiter.post("/api/queue/enter", json={"concertId": other})
    assert bound.delete(f"/api/queue/session?concertId={third}").json["code"] == "not-in-line"
    assert bound.delete(f"/api/queue/session?concertId={other}").status_code == 204
    assert bound.get("/api/queue/position").json["state"] == "waiting"
    assert bound.get(f"/api/queue/position?concertId={other}").json["state"] == "ended"


def test_who_stands_in_several_lines_says_which_one(program: Programs) -> None:
    lines = [concert(slug, capacity=0).id for slug in ("one", "other")]
    fan("waiter")
    waiter = program("waiter")
    for line in lines:
        waiter.post("/api/queue/enter", json={"concertId": line})
    for answer in (waiter.get("/api/queue/position"), waiter.delete("/api/queue/session")):
        assert (answer.status_code, answer.json["code"], answer.json["concertIds"]) == (409, "which-concert", lines)
    assert waiter.delete(f"/api/queue/session?concertId={lines[0]}").status_code == 204
    assert waiter.get("/api/queue/position").json["state"] == "waiting"
