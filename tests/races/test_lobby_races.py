"""The opening moment: one draw, nobody overtakes the lobby, nobody slips in unseen."""

from functools import partial
from threading import Barrier, Event

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, do, fans, gather, soon
from tests.races.racing import PATIENCE_SECONDS, errors, meeting, race, waiting_for_locks, winners
from tests.running import wait_until
from webapp.audit import broken_promises
from webapp.db import db, transaction
from webapp.errors import LobbyClosed
from webapp.waiting_room import calling, drawing, joining, lobby, steering
from webapp.waiting_room.models import Counter, QueueSession


@pytest.mark.usefixtures("house")
def test_two_workers_drawing_at_once_draw_once() -> None:
    show = soon(capacity=3)
    gather(show.id, fans(12))
    outcomes = race(*[partial(do, drawing.draw_at, show.id, at(minutes=5)) for _ in range(2)])
    assert sorted(outcomes) == [0, 12]
    assert numbers(show.id) == list(range(1, 13))


@pytest.mark.usefixtures("stage")
def test_control_without_the_counters_lock_two_workers_draw_every_number_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    show = soon()
    gather(show.id, fans(4))
    monkeypatch.setattr(calling, "lock", meeting(2, _look))
    outcomes = race(*[partial(do, drawing.draw_at, show.id, at(minutes=5)) for _ in range(2)])
    assert len(errors(outcomes, IntegrityError)) == 1


@pytest.mark.usefixtures("house")
def test_latecomers_who_join_while_the_worker_draws_are_behind_the_lobby() -> None:
    show, crowd = soon(capacity=0), fans(24)
    early, late = crowd[:12], crowd[12:]
    gather(show.id, early)
    joins = [partial(do, joining.join, user, show.id, at(minutes=5)) for user in late]
    outcomes = race(*joins, partial(do, drawing.draw_at, show.id, at(minutes=5)))
    assert sorted(place.wait_number for place in outcomes[:-1]) == list(range(13, 25))
    assert numbers(show.id) == list(range(1, 25))


@pytest.mark.usefixtures("stage")
def test_control_without_the_draw_before_joining_a_latecomer_overtakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "draw", lambda counter, now: setattr(counter, "awaits_draw", False) or 0)
    show, crowd = soon(capacity=0), fans(3)
    gather(show.id, crowd[:2])
    assert do(joining.join, crowd[2], show.id, at(minutes=5)).wait_number == 1
    assert "lobbies-wait-for-their-draw" in {broken.name for broken in broken_promises(at(minutes=5))}


@pytest.mark.usefixtures("house")
def test_entering_at_the_last_moment_is_a_number_or_a_no_never_neither() -> None:
    show, crowd = soon(), fans(20)
    gather(show.id, crowd[:4])
    enters = [partial(do, lobby.enter, user, show.id, at(minutes=4, seconds=59)) for user in crowd[4:]]
    outcomes = race(*enters, partial(do, drawing.draw_at, show.id, at(minutes=5)))
    entered, refused = winners(outcomes[:-1]), errors(outcomes, LobbyClosed)
    assert len(entered) + len(refused) == 16
    assert numbers(show.id) == list(range(1, 4 + len(entered) + 1))
    assert outcomes[-1] == 4 + len(entered)


@pytest.mark.usefixtures("stage")
def test_control_without_the_shared_lock_a_fan_is_in_the_lobby_and_has_no_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    show, (early, late) = soon(), fans(2)
    gather(show.id, [early])
    monkeypatch.setattr(lobby, "_keep_open", lambda concert_id: None)
    entered, drawn = Barrier(2), Barrier(2)

    def slip_in() -> None:
        with transaction():
            lobby.enter(late, show.id, at(minutes=4))
            entered.wait(PATIENCE_SECONDS)
            drawn.wait(PATIENCE_SECONDS)

    def draw() -> None:
        entered.wait(PATIENCE_SECONDS)
        do(drawing.draw_at, show.id, at(minutes=5))
        drawn.wait(PATIENCE_SECONDS)

    race(slip_in, draw)
    assert "lobbies-have-their-numbers" in {broken.name for broken in broken_promises(at(minutes=5))}


@pytest.mark.usefixtures("house")
def test_fans_who_keep_coming_do_not_hold_off_an_opening_by_hand() -> None:
    show, (early, late) = soon(), fans(2)
    do(lobby.open_lobby, show.id, NOW)
    entered, slipped_in, opened = Event(), Event(), Event()

    def enter_first() -> None:
        with transaction():
            lobby.enter(early, show.id, NOW)
            entered.set()
            wait_until(lambda: slipped_in.is_set() or waiting_for_locks() == 2, PATIENCE_SECONDS, "the other came")

    def open_sale() -> None:
        entered.wait(PATIENCE_SECONDS)
        do(steering.open_sale, show.id, NOW)
        opened.set()

    def enter_behind_it() -> None:
        entered.wait(PATIENCE_SECONDS)
        wait_until(waiting_for_locks, PATIENCE_SECONDS, "the opening waits for whoever is entering")
        with transaction():
            lobby.enter(late, show.id, NOW)
            slipped_in.set()
            opened.wait(1)  # never, while this one is in: the next would come before it ends, and so on

    outcomes = race(enter_first, open_sale, enter_behind_it)
    assert len(errors(outcomes, LobbyClosed)) == 1
    assert numbers(show.id) == [1]


@pytest.mark.usefixtures("stage")
def test_control_without_the_counters_lock_a_lobby_is_given_two_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    show = soon()
    monkeypatch.setattr(calling, "lock", _look)
    monkeypatch.setattr(lobby, "draw_of", meeting(2, lobby.draw_of))
    outcomes = race(*[partial(do, lobby.open_lobby, show.id, NOW) for _ in range(2)])
    assert "pk_draws" in str(errors(outcomes, IntegrityError)[0])


@pytest.mark.usefixtures("house")
def test_the_same_fan_entering_in_many_tabs_is_in_once() -> None:
    show, (waiter,) = soon(), fans(1)
    outcomes = race(*[partial(do, lobby.enter, waiter, show.id, NOW) for _ in range(12)])
    assert len({entry.public_id for entry in winners(outcomes)}) == 1
    assert len(winners(outcomes)) == 12
    assert lobby.count(show.id) == 1


@pytest.mark.usefixtures("house")
def test_a_lobby_opened_by_many_at_once_has_one_seed() -> None:
    show = soon()
    outcomes = race(*[partial(do, lobby.open_lobby, show.id, NOW) for _ in range(8)])
    assert errors(outcomes, BaseException) == []
    assert lobby.draw_of(show.id) is not None


def numbers(concert_id: int) -> list[int]:
    drawn = select(QueueSession.wait_number).where(QueueSession.concert_id == concert_id)
    return sorted(db.session.scalars(drawn))


def _look(concert_id: int) -> Counter:
    return db.session.get_one(Counter, concert_id)
