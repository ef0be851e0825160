"""Everybody wants the best seats at once: each gets different ones, nobody tries in vain, no seat is left alone."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import NOW, do, fans, hold, house
from tests.races.racing import errors, meeting, race, winners
from webapp.booking import best, claims
from webapp.concerts.models import Schedule, Seat
from webapp.db import db
from webapp.errors import NoneTogether

PAIRS = 12


def taken(evening: Schedule) -> list[int]:
    found = select(Seat.number).where(Seat.schedule_id == evening.id, Seat.held_until.is_not(None))
    return list(db.session.scalars(found.order_by(Seat.number)))


def choosings(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """What is chosen from here on, also what could not be had."""
    made, choose = list[list[int]](), best._choose

    def noted(*arguments: Any) -> Any:
        seats = choose(*arguments)
        made.append(list(seats or ()))
        return seats

    monkeypatch.setattr(best, "_choose", noted)
    return made


@pytest.mark.usefixtures("house")
def test_a_rush_for_the_best_pairs_gives_each_fan_one_at_the_first_try(monkeypatch: pytest.MonkeyPatch) -> None:
    crowd, evening, made = fans(PAIRS), house(rows=3, seats=2 * PAIRS // 3), choosings(monkeypatch)
    outcomes = race(*[partial(do, best.place_best, user, evening, 2, None, NOW) for user in crowd])
    assert len(winners(outcomes)) == PAIRS
    assert sorted(number for pair in made for number in pair) == taken(evening) == list(range(1, 2 * PAIRS + 1))


@pytest.mark.usefixtures("stage")
def test_control_chosen_outside_the_lock_the_best_pair_is_everybodys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "lock_choosing", lambda schedule_id: None)
    made = choosings(monkeypatch)
    together, first = meeting(2, best._choose), list[int]()

    def at_the_same_time(*arguments: Any) -> Any:
        first.append(1)
        return together(*arguments) if len(first) <= 2 else best_choose(*arguments)

    best_choose = best._choose
    monkeypatch.setattr(best, "_choose", at_the_same_time)
    crowd, evening = fans(2), house(rows=3, seats=8)
    outcomes = race(*[partial(do, best.place_best, user, evening, 2, None, NOW) for user in crowd])
    assert len(winners(outcomes)) == 2  # the seats' own guard still holds
    assert made[0] == made[1]
    assert len(made) == 3  # one of them tried in vain


@pytest.mark.usefixtures("house")
def test_a_seat_lost_at_the_last_moment_sets_the_others_of_the_choice_free(monkeypatch: pytest.MonkeyPatch) -> None:
    (rival, fan), evening, made = fans(2), house(rows=2, seats=4), choosings(monkeypatch)
    choose = best._choose

    def too_late(*arguments: Any) -> Any:
        seats = choose(*arguments)
        if len(made) == 1:
            race(partial(hold, rival, evening, made[0][-1]))
        return seats

    monkeypatch.setattr(best, "_choose", too_late)
    do(best.place_best, fan, evening, 2, None, NOW)
    assert taken(evening) == sorted([made[0][-1], *made[1]])
    assert made[0][0] not in made[1]  # else nothing was left that could have stayed taken


@pytest.mark.usefixtures("house")
def test_whoever_takes_the_last_seats_by_hand_meanwhile_costs_nobody_their_turn() -> None:
    crowd, evening = fans(6), house(rows=2, seats=4)
    by_hand = [partial(hold, user, evening, number) for user, number in zip(crowd[:2], (1, 5), strict=True)]
    pairs = [partial(do, best.place_best, user, evening, 2, None, NOW) for user in crowd[2:]]
    outcomes = race(*by_hand, *pairs)
    assert len(taken(evening)) == 2 * len(winners(outcomes[2:])) + len(winners(outcomes[:2]))
    # Room for two pairs at least is left, whoever is first; the rest is told plainly.
    assert len(winners(outcomes[2:])) >= 2
    assert len(errors(outcomes[2:], NoneTogether)) == 4 - len(winners(outcomes[2:]))
