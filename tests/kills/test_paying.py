"""SIGKILL at every step of a payment, to each process: the order ends paid with its ticket, or nothing was charged.

A kill meets a rush: for each step of a payment one fan whose payment stands there when the process dies.
"""

from collections.abc import Callable, Mapping

import pytest

from tests.kills.buyer import NOT_CHARGED, PRICE, Buyer, Saver
from tests.kills.conftest import NewBuyer
from tests.kills.person import Person, fate
from tests.kills.points import APPROVING, PAYING, WITH_POINTS, Point
from tests.kills.premises import VICTIMS, Premises
from tests.kills.rush import kill_in_a_rush

New = Callable[[str], Buyer | Saver]


@pytest.fixture
def new(buyer: NewBuyer, saver: Callable[[], Saver]) -> New:
    """Whoever is to come to a point: most pay their seat by card, some in part with points, one with points alone."""

    def new(point: str) -> Buyer | Saver:
        if point == "the callback is committed and nobody woken":
            return saver()
        return buyer(PRICE) if point == WITH_POINTS else buyer()

    return new


@pytest.mark.parametrize("points", [PAYING, APPROVING], ids=["the gateway's book open", "the gateway's book in use"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_fans_who_come_back_have_the_ticket_and_have_paid_once(
    premises: Premises, new: New, points: Mapping[str, Point], victim: str
) -> None:
    fans = kill_in_a_rush(premises, victim, points, new, Person.pay)
    for fan in fans.values():
        fan.buy()
    premises.tidy(seconds=61)
    assert {point: fate(fan) for point, fan in fans.items()} == {point: fan.sold for point, fan in fans.items()}


# When a worker or Redis dies, every fan is through with the pages and none can walk away any more.
@pytest.mark.parametrize("victim", ["web", "postgres", "gateway"])
def test_fans_who_walk_away_have_the_ticket_or_have_paid_nothing(premises: Premises, new: New, victim: str) -> None:
    fans = kill_in_a_rush(premises, victim, PAYING, new, Person.pay)
    premises.tidy(seconds=61)
    premises.tidy(minutes=31)
    ended = {point: fate(fan) for point, fan in fans.items()}
    sold = {point: fan.sold for point, fan in fans.items()}
    assert {point: end for point, end in ended.items() if end not in (sold[point], NOT_CHARGED)} == {}
    assert NOT_CHARGED in ended.values()
    assert any(end == sold[point] for point, end in ended.items())
