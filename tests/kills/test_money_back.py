"""SIGKILL while money goes back: for seats that were resold, and for orders that their fans cancel."""

import pytest

from tests.builders import fan, hold
from tests.kills.buyer import NOT_CHARGED, PAID_BACK, Buyer
from tests.kills.conftest import NewBuyer
from tests.kills.person import fate
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
    kill_in_a_rush(premises, victim, GIVING_BACK, late.__getitem__, lambda one: one.approve(pages[one.number]))
    premises.tidy(seconds=61)
    premises.tidy(minutes=11)
    assert {point: fate(one) for point, one in late.items()} == dict.fromkeys(GIVING_BACK, NOT_CHARGED)


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_cancelled_order_is_paid_back_once(premises: Premises, buyer: NewBuyer, victim: str) -> None:
    fans = {point: buyer() for point in REFUNDING}
    for one in fans.values():
        one.buy()
    premises.tidy(seconds=61)
    kill_in_a_rush(premises, victim, REFUNDING, fans.__getitem__, Buyer.cancel)
    for one in fans.values():
        one.cancel_for_sure()
    premises.tidy(seconds=61)
    premises.tidy(minutes=11)
    assert {point: fate(one) for point, one in fans.items()} == dict.fromkeys(REFUNDING, PAID_BACK)
