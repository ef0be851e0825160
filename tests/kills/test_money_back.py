"""SIGKILL while money goes back: for seats that were resold, and for orders that their fans cancel."""

import pytest

from tests.builders import fan, hold
from tests.kills.buyer import Buyer, fate
from tests.kills.conftest import NewBuyer
from tests.kills.points import GIVING_BACK, REFUNDING
from tests.kills.premises import VICTIMS, Premises
from tests.kills.rush import kill_in_a_rush
from webapp import clock


@pytest.mark.parametrize("victim", VICTIMS)
def test_money_for_a_resold_seat_goes_back_once(premises: Premises, buyer: NewBuyer, victim: str) -> None:
    late = {point: buyer() for point in GIVING_BACK}
    pages = {one.number: one.press_pay() for one in late.values()}
    premises.pass_time(minutes=8)
    for one in late.values():
        hold(fan(f"latecomer-{one.number}"), one.night, one.number, now=clock.now())
    ready = iter(late.values())
    kill_in_a_rush(premises, victim, GIVING_BACK, lambda: next(ready), lambda one: one.approve(pages[one.number]))
    premises.tidy(seconds=61)
    premises.tidy(minutes=11)
    assert {point: fate(one) for point, one in late.items()} == dict.fromkeys(GIVING_BACK, ("expired", 0, 0))


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_cancelled_order_is_paid_back_once(premises: Premises, buyer: NewBuyer, victim: str) -> None:
    fans = [buyer() for _ in REFUNDING]
    for one in fans:
        one.buy()
    premises.tidy(seconds=61)
    ready = iter(fans)
    kill_in_a_rush(premises, victim, REFUNDING, lambda: next(ready), Buyer.cancel)
    for one in fans:
        one.cancel_for_sure()
    premises.tidy(seconds=61)
    premises.tidy(minutes=11)
    assert [fate(one) for one in fans] == [("refunded", 0, 0)] * len(REFUNDING)
