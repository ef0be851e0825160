"""SIGKILL at every step of a payment, to each process: the order ends paid with its ticket, or nothing was charged.

A kill meets a rush: for each step of a payment one fan whose payment stands there when the process dies.
"""

from collections.abc import Mapping

import pytest

from tests.kills.buyer import PRICE, Buyer, fate
from tests.kills.conftest import NewBuyer
from tests.kills.points import APPROVING, PAYING, Point
from tests.kills.premises import VICTIMS, Premises
from tests.kills.rush import kill_in_a_rush

SOLD, NOT_CHARGED = ("paid", 1, PRICE), ("expired", 0, 0)


@pytest.mark.parametrize("points", [PAYING, APPROVING], ids=["the gateway's book open", "the gateway's book in use"])
@pytest.mark.parametrize("victim", VICTIMS)
def test_fans_who_come_back_have_the_ticket_and_have_paid_once(
    premises: Premises, buyer: NewBuyer, points: Mapping[str, Point], victim: str
) -> None:
    fans = kill_in_a_rush(premises, victim, points, buyer, Buyer.pay)
    for fan in fans.values():
        fan.buy()
    premises.tidy(seconds=61)
    assert {point: fate(fan) for point, fan in fans.items()} == dict.fromkeys(points, SOLD)


# When a worker or Redis dies, every fan is through with the pages and none can walk away any more.
@pytest.mark.parametrize("victim", ["web", "postgres", "gateway"])
def test_fans_who_walk_away_have_the_ticket_or_have_paid_nothing(
    premises: Premises, buyer: NewBuyer, victim: str
) -> None:
    fans = kill_in_a_rush(premises, victim, PAYING, buyer, Buyer.pay)
    premises.tidy(seconds=61)
    premises.tidy(minutes=31)
    ended = {point: fate(fan) for point, fan in fans.items()}
    assert {point: end for point, end in ended.items() if end not in (SOLD, NOT_CHARGED)} == {}
    assert NOT_CHARGED in ended.values()
    assert SOLD in ended.values()
