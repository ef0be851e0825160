"""The estimated wait: an honest range from what was measured, or not known yet."""

from datetime import datetime, timedelta

import pytest

from bench.statements import heard
from tests.builders import NOW, at, concert, do, fans
from webapp import memory
from webapp.db import db
from webapp.waiting_room import admission, estimate, joining, steering
from webapp.waiting_room.estimate import Pace, Wait
from webapp.waiting_room.models import Counter

pytestmark = pytest.mark.usefixtures("house")


def estimated(concert_id: int, ahead: int, now: datetime) -> Wait | None:
    """What a page that is asked for at this moment says."""
    memory.forget()
    return estimate.wait(db.session.get_one(Counter, concert_id, populate_existing=True), ahead, now)


def busy_line(capacity: int = 10) -> tuple[int, list[int]]:
    """Forty fans, ten at a time; twenty of them are done after a minute each, evenly over two minutes."""
    show, crowd = concert(capacity=capacity), fans(40)
    do(joining.join_all, crowd, show.id, NOW)
    for number, user in enumerate(crowd[:20]):
        do(admission.finish, user, show.id, NOW + timedelta(seconds=6 * (number + 1)))
    return show.id, crowd


def test_nobody_can_tell_before_enough_have_gone() -> None:
    show = concert(capacity=4)
    do(joining.join_all, fans(10), show.id, NOW)
    assert estimated(show.id, 6, at(minutes=1)) is None


def test_the_range_holds_what_the_rate_says() -> None:
    show, _ = busy_line()
    # Ten at a time and a minute each: ten a minute, so 100 ahead are ten minutes away.
    wait = estimated(show, 100, at(minutes=2))
    assert wait is not None
    assert wait.low_minutes <= 10 <= wait.high_minutes
    assert wait.high_minutes <= 4 * wait.low_minutes


def test_those_called_at_once_at_the_opening_promise_nothing() -> None:
    show, crowd = concert(capacity=30), fans(40)
    do(joining.join_all, crowd, show.id, NOW)
    for user in crowd[:10]:
        do(admission.finish, user, show.id, at(minutes=1))
    # 40 were called in the first minute, but only ten slots have come free in it: 300 ahead are half an hour.
    wait = estimated(show.id, 300, at(minutes=1))
    assert wait is not None
    assert 15 < wait.low_minutes <= 30 <= wait.high_minutes


def test_a_few_quick_ones_at_the_opening_tell_nothing() -> None:
    show, crowd = concert(capacity=30), fans(40)
    do(joining.join_all, crowd, show.id, NOW)
    for user in crowd[:8]:
        do(admission.finish, user, show.id, at(seconds=20))
    assert estimated(show.id, 100, at(seconds=20)) is None


def test_after_a_pause_the_estimate_is_what_it_was() -> None:
    show, crowd = busy_line()
    before = estimated(show, 100, at(minutes=2))
    do(steering.pause, show, at(minutes=2))
    for user in crowd[20:30]:
        do(admission.finish, user, show, at(minutes=3))
    do(steering.resume, show, at(minutes=9))
    after = estimated(show, 100, at(minutes=9))
    assert before is not None
    assert after is not None
    assert after.low_minutes <= 10 <= after.high_minutes


def test_a_capacity_that_was_just_doubled_counts_at_once() -> None:
    show, _ = busy_line()
    before = estimated(show, 200, at(minutes=2))
    do(steering.set_capacity, show, 20, at(minutes=2))
    after = estimated(show, 200, at(minutes=2))
    assert before is not None
    assert after is not None
    assert after.high_minutes <= before.high_minutes / 1.5


def test_an_operators_rate_is_the_fastest_it_can_go() -> None:
    counter = Counter(capacity=1_000, serving_number=0, terminated_count=0, admissions_per_minute=60)
    nothing = Pace(0, 0.0)
    assert estimate.expected(counter, nothing, 599) == Wait(10, 11)
    assert estimate.expected(counter, nothing, 1_500) is None, "beyond the free slots nothing is known yet"
    quick = Pace(400, 100.0)
    assert estimate.expected(counter, quick, 5_999) == Wait(100, 101)


def test_free_slots_are_soon_yours() -> None:
    counter = Counter(capacity=10, serving_number=4, terminated_count=0, admissions_per_minute=None)
    assert estimate.expected(counter, Pace(0, 0.0), 5) == Wait(1, 2)
    assert estimate.expected(counter, Pace(0, 0.0), 6) is None


def test_a_line_that_stopped_long_ago_tells_nothing() -> None:
    show, _ = busy_line()
    assert estimated(show, 50, at(minutes=75)) is None


def test_thousands_who_ask_at_once_are_one_measurement() -> None:
    show, _ = busy_line()
    asked: list[str] = []
    memory.forget()
    counter = db.session.get_one(Counter, show)
    with heard(lambda words, _values: asked.append(words)):
        for ahead in range(1_000):
            estimate.wait(counter, ahead, at(minutes=2))
    assert sum("called_at" in statement for statement in asked) == 1
