"""Who of those waiting is there: an open page, or a question a moment ago; seen by many processes, kept by none."""

import pytest
from flask import Flask

from tests.builders import NOW, at, concert, do, fan, fans
from tests.sockets.page import cookie
from webapp import clock
from webapp.admin import house as operators
from webapp.jobs import redis
from webapp.waiting_room import joining, presence, steering
from webapp.waiting_room.presence import ASKED_SECONDS, FRESH_SECONDS, REPORT_SECONDS, Presence

pytestmark = pytest.mark.usefixtures("house")


def test_a_fan_with_two_pages_in_two_processes_is_one_fan() -> None:
    for sid, process in (("a", Presence()), ("b", Presence())):
        process.watches(sid, 1, 7)
        process.report(NOW)
    assert presence.count(1, 0, NOW) == 1
    assert presence.count(2, 0, NOW) == 0


def test_whoever_has_been_called_counts_no_more() -> None:
    process = Presence()
    for number in (1, 8, 9, 64):
        process.watches(str(number), 1, number)
    process.report(NOW)
    assert [presence.count(1, serving, NOW) for serving in (0, 1, 8, 63, 64, 900)] == [4, 3, 2, 1, 0, 0]


def test_a_closed_page_is_gone_with_the_next_report() -> None:
    process = Presence()
    process.watches("a", 1, 1)
    process.report(NOW)
    process.closes("a")
    process.report(at(seconds=REPORT_SECONDS))
    assert presence.count(1, 0, at(seconds=REPORT_SECONDS)) == 0


def test_a_fan_who_only_asks_is_there_for_a_while() -> None:
    process = Presence()
    process.asks(1, 5, NOW)
    assert presence.count(1, 0, NOW) == 1
    process.report(at(seconds=ASKED_SECONDS - 1))
    assert presence.count(1, 0, at(seconds=ASKED_SECONDS - 1)) == 1
    process.report(at(seconds=ASKED_SECONDS + 1))
    assert presence.count(1, 0, at(seconds=ASKED_SECONDS + 1)) == 0


def test_questions_in_quick_succession_are_one_report() -> None:
    process = Presence()
    process.asks(1, 5, NOW)
    process.asks(1, 6, at(seconds=1))
    assert presence.count(1, 0, NOW) == 1
    process.asks(1, 7, at(seconds=REPORT_SECONDS))
    assert presence.count(1, 0, NOW) == 3


def test_a_process_that_died_is_forgotten_and_takes_its_fans_along() -> None:
    process = Presence()
    process.watches("a", 1, 1)
    process.report(NOW)
    assert presence.count(1, 0, at(seconds=FRESH_SECONDS - 1)) == 1
    assert presence.count(1, 0, at(seconds=FRESH_SECONDS + 1)) == 0


def test_an_emptied_redis_knows_everybody_again_with_the_next_report() -> None:
    process = Presence()
    process.watches("a", 1, 1)
    process.report(NOW)
    redis().flushall()
    assert presence.count(1, 0, NOW) == 0
    process.report(NOW)
    assert presence.count(1, 0, NOW) == 1


def test_the_operator_sees_present_and_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "here", Presence())
    show = concert(capacity=0)
    do(joining.join_all, fans(3), show.id, NOW)
    presence.here.asks(show.id, 2, NOW)
    line = operators.line(show.id, NOW)
    assert (line["waiting"], line["present"], line["absent"]) == (3, 1, 2)
    do(steering.set_capacity, show.id, 2, NOW)
    line = operators.line(show.id, NOW)
    assert (line["waiting"], line["present"], line["absent"]) == (1, 0, 1)


def test_looking_at_ones_place_shows_that_one_is_there(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence, "here", Presence())
    show, waiter = concert(capacity=0), fan("waiter")
    do(joining.join, waiter, show.id, clock.now())
    header, _key = cookie(house, waiter)
    status = house.test_client(use_cookies=False).get("/concerts/show/line/status")
    assert status.status_code == 200
    assert presence.count(show.id, 0, clock.now()) == 0
    place = house.test_client(use_cookies=False).get("/concerts/show/line/position", headers={"Cookie": header})
    assert place.status_code == 200
    assert presence.count(show.id, 0, clock.now()) == 1
