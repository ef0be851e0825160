"""A new seat plan against holds, payments and other operators: whoever is first is seen by whoever is second."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.builders import NOW, begin_card, concert, do, fan, fans, hall, hold, house, report, schedule, seat_ids
from tests.races.racing import errors, meeting, race, winners
from webapp.admin.editing import schedule_edits, states
from webapp.audit import broken_promises
from webapp.booking import holds, rehousing
from webapp.booking.models import Reservation
from webapp.checkout import settling
from webapp.concerts import pricing
from webapp.concerts.models import Schedule, Seat, SeatPlan
from webapp.db import db
from webapp.errors import NotFound, StaleEdit

NARROW = 5  # seats a row of the new plan; the old one has six


def plan() -> int:
    made = SeatPlan(name="Narrow", document=hall(2, NARROW))
    do(lambda: db.session.add(made))
    return made.id


def replace(schedule_id: int, plan_id: int) -> Any:
    return rehousing.replace(pricing.lock(schedule_id), db.session.get_one(SeatPlan, plan_id), {"R": 90_000}, NOW)


@pytest.mark.usefixtures("house")
def test_a_hold_and_a_new_plan_at_once_and_the_seat_is_held_or_gone() -> None:
    for round_ in range(6):
        evening = _another_house(round_)
        plan_id, last = plan(), seat_ids(evening, 12)
        buyer = fan(f"holder-{round_}")
        held, replaced = race(
            partial(do, holds.place, buyer, evening, last, NOW), partial(do, replace, evening.id, plan_id)
        )
        kept = db.session.scalars(select(Seat).where(Seat.schedule_id == evening.id)).all()
        if isinstance(held, NotFound):
            assert len(kept) == 2 * NARROW
        else:
            assert isinstance(replaced, rehousing.SeatsInTheWay), (held, replaced)
            assert len(kept) == 12


@pytest.mark.usefixtures("house")
def test_twenty_holds_and_a_new_plan_never_deadlock() -> None:
    evening, crowd, plan_id = house(rows=2, seats=6), fans(20), plan()
    wishes = [seat_ids(evening, 1 + n % 12, 1 + (n + 5) % 12) for n in range(20)]
    holding = [partial(do, holds.place, user, evening, wish, NOW) for user, wish in zip(crowd, wishes, strict=True)]
    outcomes = race(*holding, partial(do, replace, evening.id, plan_id), partial(do, replace, evening.id, plan_id))
    assert not [one for one in outcomes if "deadlock" in str(one)]
    live = select(Reservation.seat_id).where(~Reservation.is_cancelled)
    there = select(Seat.id).where(Seat.schedule_id == evening.id)
    assert set(db.session.scalars(live)) <= set(db.session.scalars(there))


@pytest.mark.usefixtures("house")
def test_a_payment_and_a_new_plan_at_once_and_the_seat_is_sold() -> None:
    evening, plan_id = house(), plan()
    payment = begin_card(hold(fan("buyer"), evening, 12), 100_000)
    said = report(payment)
    paid, replaced = race(
        partial(do, settling.settle, payment.id, said, NOW), partial(do, replace, evening.id, plan_id)
    )
    assert paid == "paid"
    assert isinstance(replaced, rehousing.SeatsInTheWay)


@pytest.mark.usefixtures("house")
def test_a_price_and_a_hold_at_once_and_the_order_has_one_of_the_two() -> None:
    evening, buyer = house(), fan("holder")
    seats = seat_ids(evening, 1, 2)

    def dearer() -> None:
        pricing.change(pricing.lock(evening.id), {"R": 150_000})

    race(partial(do, holds.place, buyer, evening, seats, NOW), partial(do, dearer))
    prices = set(db.session.scalars(select(Reservation.price)))
    assert prices in ({100_000}, {150_000})


@pytest.mark.usefixtures("house")
def test_two_operators_save_at_once_and_one_is_told() -> None:
    evening = house()
    before = schedule_edits.of(evening)
    seen, times = states.fingerprint(before), (evening.starts_at, evening.doors_at)
    wishes = [partial(do, schedule_edits.change, evening.id, times, {"R": price}, seen) for price in (90_000, 80_000)]
    outcomes = race(*wishes)
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, StaleEdit)) == 1


@pytest.mark.usefixtures("stage")
def test_control_without_its_locks_a_new_plan_drops_a_held_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    evening, plan_id, buyer = house(), plan(), fan("holder")
    last = seat_ids(evening, 12)
    gate = meeting(2, lambda: None)

    def look(schedule_id: int) -> Sequence[Seat]:
        seats = rehousing._seats(schedule_id)
        gate()  # both have looked
        gate()  # the other has held
        return seats

    def hold_between() -> None:
        gate()
        do(holds.place, buyer, evening, last, NOW)
        gate()

    monkeypatch.setattr(rehousing, "_locked", look)
    race(hold_between, partial(do, replace, evening.id, plan_id))
    assert "seats-gone-are-nobodys" in {broken.name for broken in broken_promises(NOW)}


def _another_house(round_: int) -> Schedule:
    return schedule(concert(slug=f"show-{round_}"), hall(2, 6))
