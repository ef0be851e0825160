"""Admissions per minute: fans get the rate the operator set, however unevenly the clock looks."""

import random
from collections.abc import Iterable
from datetime import timedelta

import pytest

from tests.builders import NOW
from webapp.waiting_room import rate
from webapp.waiting_room.models import Counter

MINUTES = 5


def called(per_minute: int, looks: Iterable[float]) -> int:
    """How many are called at these seconds, where as many wait as there are slots."""
    counter, total = Counter(), 0
    rate.begin(counter, per_minute, NOW)
    for second in looks:
        due = rate.due(counter, NOW + timedelta(seconds=second))
        assert due is not None
        rate.spend(counter, due)
        total += due
    return total


@pytest.mark.parametrize("per_minute", [30, 60, 90, 100, 119, 150, 200, 6_000])
def test_fans_get_the_rate_whatever_moment_of_the_second_the_clock_looks_at(per_minute: int) -> None:
    chance = random.Random(per_minute)
    looks = [second + chance.uniform(-0.03, 0.03) for second in range(1, MINUTES * 60 + 1)]
    assert called(per_minute, looks) == pytest.approx(per_minute * MINUTES, rel=0.02)


@pytest.mark.parametrize("per_minute", [7, 90, 200])
def test_a_clock_that_misses_two_looks_in_three_makes_up_for_them(per_minute: int) -> None:
    assert called(per_minute, range(3, MINUTES * 60 + 1, 3)) == pytest.approx(per_minute * MINUTES, rel=0.03)


def test_looking_more_often_gives_no_more() -> None:
    assert called(90, [tenth / 10 for tenth in range(1, MINUTES * 600 + 1)]) in {449, 450}


def test_a_quiet_spell_earns_three_seconds_worth_and_one() -> None:
    assert called(60, [300]) == 4
    assert called(600, [300]) == 31


def test_a_time_read_before_somebody_elses_earns_nothing_twice() -> None:
    assert called(60, [10, 9, 10, 9, 10]) == called(60, [10])


def test_a_clock_that_was_put_right_earns_on_from_there() -> None:
    assert called(60, [3_600, 0, 1, 2]) == 4 + 2


def test_without_a_rate_nothing_is_counted() -> None:
    assert rate.due(Counter(), NOW) is None
