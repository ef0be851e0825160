"""Many fans, one line: no number twice, no gap, nobody called beyond the capacity."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, concert, do, fan, fans
from tests.races.racing import errors, meeting, race, winners
from webapp.db import db
from webapp.waiting_room import admission, calling, joining
from webapp.waiting_room.models import EXPIRED, Counter, QueueSession, is_over


@pytest.mark.usefixtures("house")
def test_the_same_fan_in_many_tabs_gets_one_place() -> None:
    show, waiter = concert(capacity=0), fan("waiter")
    outcomes = race(*[partial(do, joining.join, waiter, show.id, NOW) for _ in range(20)])
    assert {place.wait_number for place in winners(outcomes)} == {1}
    assert len(winners(outcomes)) == 20


@pytest.mark.usefixtures("house")
def test_a_crowd_joining_at_once_draws_every_number_once() -> None:
    show, crowd = concert(capacity=5), fans(40)
    outcomes = race(*[partial(do, joining.join, user, show.id, NOW) for user in crowd])
    assert sorted(place.wait_number for place in winners(outcomes)) == list(range(1, 41))
    assert _being_served(show.id) == 5


@pytest.mark.usefixtures("stage")
def test_control_without_the_counters_lock_two_fans_draw_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "lock", meeting(2, _look))
    show, crowd = concert(capacity=0), fans(2)
    outcomes = race(*[partial(do, joining.join, user, show.id, NOW) for user in crowd])
    assert "uq_sessions_concert_id_wait_number" in str(errors(outcomes, IntegrityError)[0])


@pytest.mark.usefixtures("stage")
def test_control_without_the_counters_lock_two_tabs_of_one_fan_collide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "lock", meeting(2, _look))
    show, waiter = concert(capacity=0), fan("waiter")
    outcomes = race(*[partial(do, joining.join, waiter, show.id, NOW) for _ in range(2)])
    assert len(errors(outcomes, IntegrityError)) == 1


@pytest.mark.usefixtures("house")
def test_two_workers_expiring_at_once_end_each_session_once() -> None:
    show, crowd = concert(capacity=10), fans(30)
    do(joining.join_all, crowd, show.id, NOW)
    outcomes = race(*[partial(do, admission.expire, show.id, at(minutes=11)) for _ in range(2)])
    assert sorted(outcomes) == [0, 10]
    counter = db.session.get_one(Counter, show.id, populate_existing=True)
    assert (counter.terminated_count, counter.serving_number) == (10, 20)
    assert _being_served(show.id) == 10


@pytest.mark.usefixtures("stage")
def test_control_without_looking_at_what_has_ended_sessions_end_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "ENDING_OVERDUE", _ending_without_looking())
    show, crowd = concert(capacity=10), fans(10)
    do(joining.join_all, crowd, show.id, NOW)
    outcomes = race(*[partial(do, admission.expire, show.id, at(minutes=11)) for _ in range(2)])
    assert "nobody_served_twice" in str(errors(outcomes, IntegrityError)[0])


@pytest.mark.usefixtures("house")
def test_everybody_leaving_and_joining_at_once_over_admits_nobody() -> None:
    show, crowd = concert(capacity=3), fans(20)
    do(joining.join_all, crowd[:10], show.id, NOW)
    leaving = [partial(do, admission.leave, user, show.id, NOW) for user in crowd[:10]]
    arriving = [partial(do, joining.join, user, show.id, NOW) for user in crowd[10:]]
    outcomes = race(*leaving, *arriving)
    assert errors(outcomes, BaseException) == []
    assert _being_served(show.id) == 3


def _being_served(concert_id: int) -> int:
    served = select(func.count()).where(
        QueueSession.concert_id == concert_id,
        QueueSession.called_at.is_not(None),
        ~QueueSession.is_terminated,
    )
    return db.session.scalar(served) or 0


def _look(concert_id: int) -> Counter:
    return db.session.get_one(Counter, concert_id)


def _ending_without_looking() -> Any:
    """The statement that ends what is over, and once more what has ended."""
    over = is_over(calling.NOW) | QueueSession.is_terminated
    ending = update(QueueSession).where(QueueSession.concert_id == calling.LINE, over)
    ended = {"is_terminated": True, "terminated_at": calling.NOW, "end_reason": EXPIRED}
    return ending.values(**ended).returning(QueueSession.wait_number)
