"""The history of a line: a sample every ten seconds while something happens, whatever the clock does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import NOW, admit, at, concert, do, fan, fans
from webapp.db import db
from webapp.waiting_room import admission, joining, sampling
from webapp.waiting_room.sample_models import LineSample

pytestmark = pytest.mark.usefixtures("house")


def samples(concert_id: int) -> list[tuple[int, int, int, int]]:
    """Waiting, being served, called, in seconds: oldest first."""
    found = db.session.scalars(
        select(LineSample).where(LineSample.concert_id == concert_id).order_by(LineSample.sampled_at)
    )
    return [(one.waiting, one.serving, one.called, one.seconds) for one in found]


def test_a_sample_says_who_waits_who_is_served_and_who_was_called() -> None:
    show = concert(capacity=2)
    do(joining.join_all, fans(5), show.id, at(seconds=3))
    assert do(sampling.take, at(seconds=11)) == 1
    assert samples(show.id) == [(3, 2, 2, 10)]


def test_two_clocks_and_a_job_that_runs_twice_leave_one_sample() -> None:
    show = concert(capacity=2)
    do(joining.join_all, fans(5), show.id, NOW)
    assert [do(sampling.take, at(seconds=seconds)) for seconds in (10, 14, 19.9)] == [1, 0, 0]
    assert len(samples(show.id)) == 1


def test_a_turn_nobody_took_is_made_up_for_by_the_next() -> None:
    show, early = concert(capacity=1), fan("early")
    do(joining.join, early, show.id, NOW)
    do(sampling.take, at(seconds=10))
    served = early
    for number in range(3):
        do(admission.leave, served, show.id, at(seconds=12 + number))
        served = fan(f"later-{number}")
        do(joining.join, served, show.id, at(seconds=12 + number))
    do(sampling.take, at(seconds=61))
    assert samples(show.id)[-1] == (0, 1, 3, 50)
    stretch = sampling.history(show.id, NOW, at(minutes=2), timedelta(minutes=2))[0]
    assert (stretch.waiting, stretch.serving, stretch.per_minute) == (0, 1, 4)


def test_a_line_at_rest_writes_one_last_sample_and_the_next_fan_wakes_it() -> None:
    show, guest = concert(), fan("guest")
    assert do(sampling.take, NOW) == 0
    admit(guest, show.id)
    do(sampling.take, at(seconds=10))
    do(admission.leave, guest, show.id, at(seconds=11))
    assert [do(sampling.take, at(seconds=seconds)) for seconds in (20, 30, 3600)] == [1, 0, 0]
    assert samples(show.id) == [(0, 1, 1, 10), (0, 0, 0, 10)]
    do(joining.join, fan("late"), show.id, at(seconds=7205))
    do(sampling.take, at(seconds=7210))
    assert samples(show.id)[-1] == (0, 1, 1, 10)


def test_whoever_was_called_after_a_rest_is_counted_though_the_turn_was_late() -> None:
    show, five = concert(capacity=10), fans(5)
    do(joining.join, five[0], show.id, NOW)
    do(admission.leave, five[0], show.id, NOW)
    assert [do(sampling.take, at(seconds=seconds)) for seconds in (10, 20)] == [1, 1]  # and now it rests
    do(joining.join_all, five, show.id, at(seconds=27))
    assert [do(sampling.take, at(seconds=seconds)) for seconds in (62, 70)] == [1, 1]
    assert samples(show.id) == [(0, 0, 1, 10), (0, 0, 0, 10), (0, 5, 5, 40), (0, 5, 0, 10)]


def test_what_is_a_month_old_is_forgotten() -> None:
    show = concert(capacity=0)
    do(joining.join_all, fans(2), show.id, NOW)
    for seconds in (10, 20):
        do(sampling.take, at(seconds=seconds))
    assert do(sampling.forget, at(seconds=20), 10) == 1
    assert len(samples(show.id)) == 1
