"""Many fans, few seats: one wins, the others are told plainly, and nobody deadlocks."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, text, true
from sqlalchemy.exc import IntegrityError, OperationalError

from tests.builders import NOW, at, concert, do, fan, fans, hall, hold, house, schedule, seat_ids
from tests.races.racing import PATIENCE_SECONDS, errors, meeting, race, waiting_for_locks, winners, without
from tests.running import wait_until
from webapp.audit import broken_promises
from webapp.booking import claims, holds, plainly
from webapp.booking.models import Reservation
from webapp.concerts.models import Schedule, Seat
from webapp.db import at_once, db, transaction
from webapp.errors import SeatLimit, SeatsTaken


@pytest.mark.usefixtures("house")
def test_a_hundred_fans_on_one_seat_and_one_has_it() -> None:
    evening, crowd = house(), fans(100)
    seat = seat_ids(evening, 1)
    outcomes = race(*[partial(do, holds.place, user, evening, seat, NOW) for user in crowd])
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, SeatsTaken)) == 99


@pytest.mark.usefixtures("house")
def test_overlapping_wishes_never_deadlock_and_never_share_a_seat() -> None:
    show, crowd = concert(), fans(3)
    for day in range(10):
        evening = schedule(show, hall(1, 3), days=day)
        one, two, three = seat_ids(evening, 1, 2, 3)
        wishes = ([one, two], [two, three], [two, one])
        claims_made = zip(crowd, wishes, strict=True)
        outcomes = race(*[partial(do, holds.place, user, evening, wish, NOW) for user, wish in claims_made])
        (order,) = winners(outcomes)
        assert len(errors(outcomes, SeatsTaken)) == 2
        do(holds.release, order.user_id, order.id, NOW)


@pytest.mark.usefixtures("house")
def test_two_fans_who_wait_in_the_midst_of_the_same_seats_do_not_deadlock() -> None:
    outcomes = _two_in_the_midst(house(rows=1, seats=3))
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, SeatsTaken)) == 1


@pytest.mark.usefixtures("stage")
def test_control_without_one_order_of_the_seats_they_deadlock(monkeypatch: pytest.MonkeyPatch) -> None:
    orders, taking = iter((Seat.id.asc(), Seat.id.desc())), claims._taking
    monkeypatch.setattr(claims, "_taking", lambda is_free, _order: taking(is_free, next(orders)))
    outcomes = _two_in_the_midst(house(rows=1, seats=3))
    assert "deadlock" in str(errors(outcomes, OperationalError)[0])


def _two_in_the_midst(evening: Schedule) -> list[Any]:
    """Two fans want three seats. The middle one is somebody's until both have what they lock before it and wait."""
    wanted, are_waiting = seat_ids(evening, 1, 2, 3), Event()

    def stand_in_between() -> None:
        with transaction():
            db.session.execute(select(Seat.id).where(Seat.id == wanted[1]).with_for_update())
            are_waiting.set()
            wait_until(lambda: waiting_for_locks() == 2, PATIENCE_SECONDS, "both wait")

    def want(user: int) -> object:
        are_waiting.wait(PATIENCE_SECONDS)
        return do(holds.place, user, evening, wanted, NOW)

    return race(stand_in_between, *[partial(want, user) for user in fans(2)])[1:]


@pytest.mark.usefixtures("stage")
def test_control_without_the_condition_the_losers_are_not_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "is_free", lambda now: true())
    evening, crowd = house(), fans(5)
    seat = seat_ids(evening, 1)
    outcomes = race(*[partial(do, holds.place, user, evening, seat, NOW) for user in crowd])
    assert len(winners(outcomes)) == 1  # the database's own guard still holds
    assert len(errors(outcomes, IntegrityError)) == 4


@pytest.mark.usefixtures("stage")
def test_control_without_either_guard_one_seat_has_two_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "is_free", lambda now: true())
    index = "uq_reservations_one_live_per_seat"
    with without(
        f"DROP INDEX {index}", f"CREATE UNIQUE INDEX {index} ON reservations (seat_id) WHERE NOT is_cancelled"
    ):
        evening, crowd = house(), fans(2)
        seat = seat_ids(evening, 1)
        outcomes = race(*[partial(do, holds.place, user, evening, seat, NOW) for user in crowd])
        assert len(winners(outcomes)) == 2
        assert "one-owner-per-seat" in {broken.name for broken in broken_promises(NOW)}


@pytest.mark.usefixtures("house")
def test_a_fan_in_two_tabs_gets_no_more_than_four_seats() -> None:
    evening, holder = house(), fan("holder")
    left, right = seat_ids(evening, 1, 2, 3), seat_ids(evening, 4, 5, 6)
    outcomes = race(*[partial(do, holds.place, holder, evening, tab, NOW) for tab in (left, right)])
    assert len(winners(outcomes)) == 1
    assert [error.facts["left"] for error in errors(outcomes, SeatLimit)] == [1]


@pytest.mark.usefixtures("stage")
def test_control_without_the_fans_lock_the_limit_is_no_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "lock_fan", lambda user_id: None)
    monkeypatch.setattr(claims, "free_slots", meeting(2, claims.free_slots))
    evening, holder = house(), fan("holder")
    left, right = seat_ids(evening, 1, 2, 3), seat_ids(evening, 4, 5, 6)
    outcomes = race(*[partial(do, holds.place, holder, evening, tab, NOW) for tab in (left, right)])
    assert "uq_reservations_seat_limit" in str(errors(outcomes, IntegrityError)[0])


@pytest.mark.usefixtures("house")
def test_two_workers_free_each_lapsed_hold_once() -> None:
    evening, crowd = house(), fans(12)
    for number, user in enumerate(crowd, start=1):
        hold(user, evening, number)
    outcomes = race(*[partial(do, holds.tidy_expired, at(minutes=6), 8) for _ in range(2)])
    rest = do(holds.tidy_expired, at(minutes=6))
    assert sum(outcomes) + rest == 12
    assert {seat.version for seat in db.session.scalars(select(Seat))} == {2}


@pytest.mark.usefixtures("house")
def test_taking_ones_own_lapsed_seat_again_against_a_takeover_never_deadlocks() -> None:
    evening, (holder, latecomer) = house(rows=1, seats=6), fans(2)
    for number in range(1, 5):
        begin = at(minutes=20 * number)
        first = hold(holder, evening, number, now=begin)
        seat, later = seat_ids(evening, number), begin + timedelta(minutes=6)
        outcomes = race(*[partial(do, holds.place, user, evening, seat, later) for user in (holder, latecomer)])
        (order,) = winners(outcomes)
        assert len(errors(outcomes, SeatsTaken)) == 1
        assert order.id != first.id
        do(holds.release, order.user_id, order.id, later)


@pytest.mark.usefixtures("house")
def test_letting_go_of_a_seat_that_was_just_taken_over_frees_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    evening, (holder, latecomer) = house(), fans(2)
    order, seat = hold(holder, evening, 1), seat_ids(evening, 1)
    _take_over_before_the_lock(monkeypatch, partial(do, holds.place, latecomer, evening, seat, at(minutes=5)))
    do(holds.release, holder, order.id, at(minutes=5))
    assert db.session.scalars(select(Seat.held_until).where(Seat.id == seat[0])).one() == at(minutes=10)


@pytest.mark.usefixtures("stage")
def test_control_without_looking_again_the_other_fans_seat_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    evening, (holder, latecomer) = house(), fans(2)
    order, seat = hold(holder, evening, 1), seat_ids(evening, 1)
    _take_over_before_the_lock(monkeypatch, partial(do, holds.place, latecomer, evening, seat, at(minutes=5)))
    monkeypatch.setattr(holds, "_held", lambda order_id: list(seat))
    do(holds.release, holder, order.id, at(minutes=5))
    assert "seat-says-who-has-it" in {broken.name for broken in broken_promises(at(minutes=5))}


def _take_over_before_the_lock(monkeypatch: pytest.MonkeyPatch, take_over: Callable[[], object]) -> None:
    """Let another fan take the seat between reading what is held and locking it."""
    lock, waiting = claims.lock, [take_over]

    def late(ids: list[int]) -> object:
        if waiting:
            race(waiting.pop())
        return lock(ids)

    monkeypatch.setattr(claims, "lock", late)


@pytest.mark.usefixtures("house")
def test_one_fans_two_ways_to_hold_never_want_the_same_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    evening, holder = house(), fan("holder")
    assert len(winners(_best_and_plain(monkeypatch, evening, holder))) == 2
    slots = select(Reservation.slot).where(~Reservation.is_cancelled).order_by(Reservation.slot)
    assert list(db.session.scalars(slots)) == [1, 2]


@pytest.mark.usefixtures("stage")
def test_control_a_plain_hold_that_takes_no_fans_lock_spoils_the_careful_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lock = "SELECT id FROM users WHERE id = :user_id FOR NO KEY UPDATE"
    unlocked = text(plainly.SENTENCE.replace(lock, lock.removesuffix(" FOR NO KEY UPDATE")))
    monkeypatch.setattr(plainly, "PLACE", plainly.typed(unlocked))
    (lost,) = errors(_best_and_plain(monkeypatch, house(), fan("holder")), IntegrityError)
    assert "uq_reservations_seat_limit" in str(lost)


def _best_and_plain(monkeypatch: pytest.MonkeyPatch, evening: Schedule, holder: int) -> list[Any]:
    """A careful hold that has read its free slots, and a plain one that then does its work or waits for a lock."""
    free_slots, has_read, is_held = claims.free_slots, Event(), Event()

    def gap(*arguments: Any, **named: Any) -> list[int]:
        found = free_slots(*arguments, **named)
        if not has_read.is_set():
            has_read.set()
            wait_until(lambda: is_held.is_set() or waiting_for_locks(), PATIENCE_SECONDS, "the plain hold is under way")
        return found

    def plain() -> object:
        has_read.wait(PATIENCE_SECONDS)
        try:
            with at_once():
                if held := plainly.place(holder, evening, [2], NOW):
                    return held
        finally:
            is_held.set()
        return do(holds.place, holder, evening, seat_ids(evening, 2), NOW)

    monkeypatch.setattr(claims, "free_slots", gap)
    return race(partial(do, holds.place, holder, evening, seat_ids(evening, 1), NOW), plain)
