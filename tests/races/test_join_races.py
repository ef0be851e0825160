"""Batches of joins from several processes at once: gapless, unique, one place a fan, whoever dies when."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psutil
import pytest
import requests
from flask import Flask
from sqlalchemy import insert, select

from bench import crowd as browsers
from tests.builders import NOW, concert, fans
from tests.races.racing import meeting, race, winners, without
from tests.running import answers, free_port, process, wait_until
from webapp import clock
from webapp.accounts.models import SignIn
from webapp.audit import broken_promises
from webapp.batches import Batches
from webapp.db import db, transaction
from webapp.waiting_room import calling
from webapp.waiting_room.entering import write
from webapp.waiting_room.models import Counter, QueueSession

FANS = 40


def sign_in(users: list[int]) -> list[str]:
    """Each fan signed in on one browser; the keys of their cookies."""
    keys = [f"{browsers.KEY_PREFIX}{user}" for user in users]
    with transaction():
        rows = [{"key": key, "user_id": user, "created_at": NOW} for key, user in zip(keys, users, strict=True)]
        db.session.execute(insert(SignIn), rows)
    return keys


def numbers(concert_id: int) -> list[int]:
    db.session.rollback()
    found = select(QueueSession.wait_number).where(QueueSession.concert_id == concert_id).order_by("wait_number")
    return list(db.session.scalars(found))


@pytest.mark.usefixtures("house")
def test_batches_of_three_processes_with_every_fan_in_two_tabs() -> None:
    show = concert(capacity=10)
    keys = sign_in(fans(FANS))
    processes = [Batches(write) for _ in range(3)]
    wishes = [(processes[number % 3], key) for number, key in enumerate([*keys, *reversed(keys)])]
    outcomes = race(*[partial(process.ask, show.id, key) for process, key in wishes])
    assert len(winners(outcomes)) == 2 * FANS
    places = {(key, entered.place.wait_number) for (_, key), entered in zip(wishes, outcomes, strict=True)}
    assert sorted(number for _, number in places) == list(range(1, FANS + 1))
    assert numbers(show.id) == list(range(1, FANS + 1))


@pytest.mark.usefixtures("stage")
def test_control_without_the_counters_lock_two_batches_draw_the_same_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "lock", meeting(2, lambda concert_id: db.session.get_one(Counter, concert_id)))
    index = "uq_sessions_concert_id_wait_number"
    with without(f"DROP INDEX {index}", f"CREATE UNIQUE INDEX {index} ON sessions (concert_id, wait_number)"):
        show = concert(capacity=0)
        keys = sign_in(fans(2))
        outcomes = race(*[partial(Batches(write).ask, show.id, key) for key in keys])
        assert len(winners(outcomes)) == 2
        assert numbers(show.id) == [1, 1]
        assert broken_promises(NOW) != []


def test_a_web_process_killed_while_fans_join_loses_no_place_and_leaves_no_gap(
    house: Flask, environment: dict[str, str]
) -> None:
    show, users = concert(capacity=5), fans(200)
    sign_in(users)
    browser = {user: browsers.signed_in(house, user) for user in users}
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    told = {"HOST": "127.0.0.1", "PORT": str(port), "WEB_CONCURRENCY": "2", "DATABASE_POOL": "10"}

    def join(user: int) -> bool:
        headers = {"Cookie": browser[user].cookie, "User-Agent": browsers.BROWSER}
        body = {"csrf_token": browser[user].csrf_token}
        try:
            answer = requests.post(
                f"{address}/concerts/show/line", headers=headers, data=body, allow_redirects=False, timeout=60
            )
        except requests.RequestException:
            return False
        return answer.status_code == 303 and answer.headers["Location"] == "/concerts/show/line"

    with process("web", {**environment, **told}) as web, ThreadPoolExecutor(20) as threads:
        wait_until(lambda: answers(f"{address}/readyz"), 60, "the web process answers")
        joining_now = [threads.submit(join, user) for user in users]
        wait_until(lambda: numbers(show.id), 30, "somebody has joined")
        os.kill(psutil.Process(web.pid).children()[0].pid, signal.SIGKILL)
        had_answer = [user for user, one in zip(users, joining_now, strict=True) if one.result(60)]
        kept = dict(_numbers_by_fan(show.id))
        assert set(had_answer) <= set(kept)
        wait_until(lambda: all(threads.map(join, users)), 60, "everybody who tries again is in")
    assert numbers(show.id) == list(range(1, len(users) + 1))
    assert kept.items() <= dict(_numbers_by_fan(show.id)).items()
    assert broken_promises(clock.now()) == []


def _numbers_by_fan(concert_id: int) -> list[tuple[int, int]]:
    db.session.rollback()
    found = select(QueueSession.user_id, QueueSession.wait_number).where(QueueSession.concert_id == concert_id)
    return [(row.user_id, row.wait_number) for row in db.session.execute(found)]
