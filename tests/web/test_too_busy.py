"""Something does not answer in time: the fan hears so, with when to try again, and nobody waits twice."""

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import QueuePool, text

from tests.apps import second_app
from tests.builders import NOW, PASSWORD, concert, do, fan, fans
from tests.running import wait_until
from tests.web.conftest import Visitor
from webapp import batches
from webapp.accounts import passwords, signing_in
from webapp.batches import Place
from webapp.config import Settings
from webapp.db import autocommitting, db, transaction
from webapp.errors import TooBusy
from webapp.extensions import limiter
from webapp.patience import COMMAND, JOB, WEB, Patience, take_time
from webapp.waiting_room import calling, entering

IMPATIENT = Patience(statement_seconds=10, lock_seconds=1)


def test_who_cannot_be_asked_who_they_are_is_told_so_at_once(visit: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def busy(key: str) -> None:
        asked.append(key)
        raise TooBusy()

    client = visit(fan("holder"))
    monkeypatch.setattr(signing_in, "load", busy)
    for headers in ({}, {"Accept": "application/json"}):
        asked.clear()
        answer = client.get("/orders", headers=headers)
        assert (answer.status_code, answer.headers["Retry-After"], len(asked)) == (503, "2", 1)


def test_a_line_that_is_held_for_too_long_is_a_503_and_joins_nobody(house: Flask, settings: Settings) -> None:
    line, waiter = concert().id, fan("waiter")
    key = do(signing_in.start, waiter, NOW)
    with second_app(settings, IMPATIENT) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = key
        with transaction():
            calling.lock(line)
            answer = Context().run(client.post, "/concerts/show/line")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "Your place, your seats and your money are safe" in answer.text
        assert Context().run(client.post, "/concerts/show/line").status_code == 303


@pytest.mark.parametrize("door", ["/concerts/show/line", "/concerts/show/lobby", "/api/queue/enter"])
def test_behind_a_full_queue_a_fan_is_told_when_to_come_again(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    line, fan_id = concert(capacity=0).id, fan("waiter")
    monkeypatch.setattr(batches, "MOST_WAITING", 1)
    monkeypatch.setitem(entering._batches._waiting, line, deque([Place("somebody")]))
    asked = {"json": {"email": "waiter@frontrow.test", "password": PASSWORD}} if "api" in door else {}
    for headers in ({}, {"Accept": "application/json"}):
        answer = visit(fan_id).post(door, headers=headers, **asked)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json is not None
    assert answer.json["code"] == "line-too-busy"


def test_who_stands_in_a_batch_holds_no_connection_that_others_need(house: Flask) -> None:
    line, crowd = concert(capacity=0).id, fans(4)
    reads, threads = autocommitting(db.engine).pool, ThreadPoolExecutor(len(crowd))

    def enter(role: str) -> int:
        asked = {"email": f"{role}@frontrow.test", "password": PASSWORD}
        return Context().run(house.test_client().post, "/api/queue/enter", json=asked).status_code

    with threads:
        with transaction():
            calling.lock(line)
            answers = [threads.submit(enter, f"fan-{number}") for number in range(1, len(crowd) + 1)]
            standing = entering._batches._waiting
            wait_until(lambda: len(standing.get(line, ())) == len(crowd), 30, "all of them stand in one batch")
            assert isinstance(reads, QueuePool)
            assert reads.checkedout() == 0
        assert [one.result(30) for one in answers] == [201] * len(crowd)


@pytest.mark.parametrize(("patience", "said"), [(WEB, ("30s", "15s")), (JOB, ("55s", "30s")), (COMMAND, ("0", "0"))])
def test_each_kind_of_process_waits_as_long_as_it_may(settings: Settings, patience: Patience, said: object) -> None:
    limits = text("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
    with second_app(settings, patience) as app, app.app_context():
        for engine in (db.engine, autocommitting(db.engine)):
            with engine.connect() as connection:
                assert tuple(connection.execute(limits).one()) == said
                told = connection.connection.driver_connection.info.get_parameters()
                assert (told["tcp_user_timeout"], told["keepalives_idle"]) == ("10000", "5")
            engine.dispose()


def test_what_takes_time_may_take_it_in_its_own_transaction_only(house: Flask) -> None:
    limit = text("SELECT current_setting('statement_timeout')")
    with transaction():
        take_time(300)
        assert db.session.scalar(limit) == "5min"
    with transaction():
        assert db.session.scalar(limit) == "0"


@pytest.mark.parametrize("role", ["holder", "nobody"])
def test_when_too_many_sign_in_at_once_the_next_is_told_to_come_again(
    visit: Visitor, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    fan("holder")
    monkeypatch.setattr(passwords, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.05)
    form = {"email": f"{role}@frontrow.test", "password": PASSWORD}
    with passwords._turns:
        answer = visit(None).post("/sign-in", data=form)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert visit(None).post("/sign-in", data=form).status_code == (303 if role == "holder" else 422)


def test_the_counting_of_tries_waits_for_redis_no_longer_than_a_page_does(settings: Settings) -> None:
    with second_app(replace(settings, rate_limits=True)):
        waits = limiter.storage.storage.connection_pool.connection_kwargs
        assert (waits["socket_timeout"], waits["socket_connect_timeout"]) == (2.0, 0.5)
