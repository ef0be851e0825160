"""A lapsed hold that its own fan ends, by taking others or by paying late: its seat is free, and maps hear of it."""

from typing import Any

import pytest

from tests.builders import at, begin_card, do, fan, fans, hold, house, report, seat
from webapp.booking import holds
from webapp.checkout import settling
from webapp.live import messages

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What open maps hear: numbers of seats, and their state."""
    heard: list[Any] = []
    monkeypatch.setattr(messages, "seats_changed", lambda _, __, numbers, state: heard.append((numbers, state)))
    return heard


def test_a_lapsed_seat_is_free_on_open_maps_though_its_fan_holds_others_now(told: list[Any]) -> None:
    evening, chooser = house(), fan("chooser")
    hold(chooser, evening, 1, 2)
    told.clear()
    hold(chooser, evening, 2, 3, now=at(minutes=5))  # before the janitor came by
    assert told == [([1], messages.FREE), ([2, 3], messages.HELD)]
    freed = seat(evening, 1)
    assert (freed.held_until, freed.version) == (None, 2)
    assert do(holds.tidy_expired, at(minutes=6)) == 0


def test_a_lapsed_seat_that_was_taken_over_stays_with_who_took_it() -> None:
    evening, (chooser, latecomer) = house(), fans(2)
    hold(chooser, evening, 1)
    hold(latecomer, evening, 1, now=at(minutes=5))
    hold(chooser, evening, 2, now=at(minutes=5))
    assert (seat(evening, 1).held_until, seat(evening, 1).version) == (at(minutes=10), 2)


def test_a_late_payment_sets_the_fans_other_lapsed_seats_free(told: list[Any]) -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 2)
    payment = begin_card(order, PRICE)
    assert do(holds.tidy_expired, at(minutes=8)) == 1
    hold(holder, evening, 1, now=at(minutes=8))
    told.clear()
    assert do(settling.settle, payment.id, report(payment), at(minutes=14)) == "paid"
    assert told == [([1], messages.FREE), ([2], messages.SOLD)]
    assert seat(evening, 1).held_until is None
