"""News of what is left: counted once for all, told once when it changed, the same to everybody."""

import json
from typing import Any

import pytest
from flask import Flask
from redis import Redis

from tests.builders import NOW, at, concert, do, fan, fans, hall, hold, schedule
from tests.sockets.test_delivery import Recorder, changed
from webapp import memory
from webapp.booking import holds
from webapp.concerts import pricing, stock
from webapp.concerts.models import Schedule
from webapp.db import transaction
from webapp.jobs import redis
from webapp.live import messages, stock_watch
from webapp.live.delivery import Delivery
from webapp.waiting_room import stock_news


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was published about stock."""
    published: list[dict[str, Any]] = []
    monkeypatch.setattr(messages, "stock_changed", published.append)
    return published


@pytest.fixture
def evening(house: Flask) -> Schedule:
    stock_watch._moved.clear()
    return schedule(concert(), hall(rows=1, seats=4))


def turn_is_over(concert_id: int) -> None:
    redis().delete(f"frontrow:stock-counted:{concert_id}")
    memory.forget()


def test_what_changed_is_told_once_and_what_did_not_is_not(evening: Schedule, told: list[dict[str, Any]]) -> None:
    show = evening.concert_id
    for words in (["R", "plenty"], ["R", "gone"], ["R", "plenty"]):
        if words[1] == "gone":
            order = hold(fan("holder"), evening, 1, 2, 3, 4)
        elif told:
            do(holds.release, order.user_id, order.id, NOW)
        for seconds in (1, 2):  # the second time nothing is new
            assert stock_news.tell(show, at(seconds=seconds))
            turn_is_over(show)
        assert told[-1] == {
            "concert": show,
            "at": at(seconds=1).isoformat(),
            "grades": [words],
            "prices": [[100_000, 100_000]],
        }
    assert len(told) == 3


def test_an_edited_price_is_told_to_who_waits_at_once(evening: Schedule, told: list[dict[str, Any]]) -> None:
    assert stock_news.tell(evening.concert_id, NOW)
    with transaction():
        pricing.change(pricing.lock(evening.id), {"R": 77_000})
    redis().delete(f"frontrow:stock-counted:{evening.concert_id}")
    stock_watch.seats_moved(evening.concert_id, is_edit=True)
    stock_watch.tell_all()
    assert [one["prices"] for one in told] == [[[100_000, 100_000]], [[77_000, 77_000]]]


def test_the_word_of_an_edit_reaches_the_counting(stage: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[int, bool]] = []
    monkeypatch.setattr(stock_watch, "seats_moved", lambda concert, is_edit: heard.append((concert, is_edit)))
    delivery = Delivery(Recorder())  # type: ignore[arg-type]
    for number in (0, 7):
        message = {"event": "seats_changed", "concert": 1, "schedule": 2, "changes": [[number, 0]]}
        delivery.take(json.dumps(message).encode(), 100)
    assert heard == [(1, True), (1, False)]


def test_of_many_processes_that_heard_of_a_change_one_counts(evening: Schedule, told: list[dict[str, Any]]) -> None:
    assert stock_news.tell(evening.concert_id, NOW)
    redis().persist(f"frontrow:stock-counted:{evening.concert_id}")
    assert not any(stock_news.tell(evening.concert_id, NOW) for _process in range(7))
    assert len(told) == 1


def test_whoever_comes_too_soon_looks_again(evening: Schedule, told: list[dict[str, Any]]) -> None:
    assert stock_news.tell(evening.concert_id, NOW)
    redis().persist(f"frontrow:stock-counted:{evening.concert_id}")  # a turn that lasts, however slow the machine
    hold(fans(1)[0], evening, 1, 2, 3, 4)
    stock_watch.seats_moved(evening.concert_id)
    stock_watch.tell_all()
    assert len(told) == 1
    turn_is_over(evening.concert_id)
    stock_watch.tell_all()
    assert told[-1]["grades"][0][0] == "R"
    assert stock_watch._moved == set()


def test_without_redis_nobody_is_told_and_nothing_fails(
    house: Flask, evening: Schedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(house.extensions, "redis", Redis(port=1, socket_connect_timeout=0.1))
    assert stock_news.tell(evening.concert_id, NOW)


def test_seats_that_move_are_noted_and_news_goes_to_whoever_waits(evening: Schedule) -> None:
    recorder = Recorder()
    delivery = Delivery(recorder)  # type: ignore[arg-type]
    delivery.take(changed([1, 1]), 100)
    assert stock_watch._moved == {1}
    news = {"concert": 1, "at": NOW.isoformat(), "grades": [["R", "gone"]]}
    delivery.take(json.dumps({"event": "stock_changed", "concert": 1, "body": news}).encode(), 101)
    assert recorder.sent == [("stock_changed", news, "line:1")]


def test_in_a_rush_it_is_counted_again_once_it_was_told_and_not_for_each_seat(
    evening: Schedule, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    show, counted, count = evening.concert_id, [], stock.count
    monkeypatch.setattr(stock, "count", lambda *asked: counted.append(asked) or count(*asked))
    monkeypatch.setattr(stock._counted, "seconds", 3_600.0)
    buyers = fans(3)
    for number, buyer in enumerate(buyers, start=1):
        hold(buyer, evening, number)
        stock_watch.seats_moved(show)
        stock.by_grade(show, NOW)
    assert len(counted) == 1
    stock_watch.tell_all()
    assert stock.by_grade(show, NOW)[0].seats_left == 1
