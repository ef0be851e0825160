"""The hold of one statement among its like and among careful ones: one owner a seat, four seats a fan, no deadlock."""

from functools import partial

import pytest
from sqlalchemy import select, text

from tests.builders import NOW, concert, do, fan, fans, hall, house, schedule, seat_ids
from tests.races.racing import errors, race, winners, without
from webapp.audit import broken_promises
from webapp.booking import holds, plainly, seat_map
from webapp.booking.models import Order
from webapp.concerts.models import Schedule
from webapp.db import at_once, db
from webapp.errors import SeatLimit, SeatsTaken


def apart(evening: Schedule) -> Schedule:
    """As pages have it: of no database session, so that many may read it at once."""
    db.session.refresh(evening)
    db.session.expunge(evening)
    return evening


def rush(user_id: int, evening: Schedule, *numbers: int) -> int:
    """Hold as a page does: in one statement, and carefully where that is not plain; the order's id."""
    with at_once():
        held = plainly.place(user_id, evening, numbers, NOW)
    if held:
        return db.session.scalars(select(Order.id).where(Order.public_id == held)).one()
    return do(holds.place, user_id, evening, seat_map.seat_ids(evening.id, list(numbers)), NOW).id


@pytest.mark.usefixtures("house")
def test_a_hundred_fans_rush_to_one_seat_and_one_has_it() -> None:
    evening, crowd = apart(house()), fans(100)
    outcomes = race(*[partial(rush, user, evening, 1) for user in crowd])
    assert len(winners(outcomes)) == 1
    assert len(errors(outcomes, SeatsTaken)) == 99


@pytest.mark.usefixtures("house")
def test_overlapping_rushes_never_deadlock_and_never_share_a_seat() -> None:
    show, crowd = concert(), fans(4)
    for day in range(10):
        evening = apart(schedule(show, hall(1, 3), days=day))
        careful = partial(do, holds.place, crowd[3], evening, seat_ids(evening, 3, 1), NOW)
        rushes = [
            partial(rush, user, evening, *wish) for user, wish in zip(crowd, ((1, 2), (2, 3), (2, 1)), strict=False)
        ]
        outcomes = race(*rushes, careful)
        (won,) = winners(outcomes)
        assert len(errors(outcomes, SeatsTaken)) == 3
        order_id = won if isinstance(won, int) else won.id
        do(holds.release, db.session.get_one(Order, order_id).user_id, order_id, NOW)


@pytest.mark.usefixtures("house")
def test_a_fan_who_rushes_in_two_tabs_gets_no_more_than_four_seats() -> None:
    evening, holder = apart(house()), fan("holder")
    outcomes = race(partial(rush, holder, evening, 1, 2, 3), partial(rush, holder, evening, 4, 5, 6))
    assert len(winners(outcomes)) == 1
    assert [error.facts["left"] for error in errors(outcomes, SeatLimit)] == [1]


@pytest.mark.usefixtures("stage")
def test_control_a_rush_that_does_not_look_and_no_index_give_one_seat_two_owners(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blind = plainly.PLACE.element.text.replace("AND NOT is_sold AND held_until IS NULL", "")
    assert blind != plainly.PLACE.element.text
    monkeypatch.setattr(plainly, "PLACE", text(blind))
    index = "uq_reservations_one_live_per_seat"
    with without(
        f"DROP INDEX {index}", f"CREATE UNIQUE INDEX {index} ON reservations (seat_id) WHERE NOT is_cancelled"
    ):
        evening, crowd = apart(house()), fans(2)
        outcomes = race(*[partial(rush, user, evening, 1) for user in crowd])
        assert len(winners(outcomes)) == 2
        assert "one-owner-per-seat" in {broken.name for broken in broken_promises(NOW)}
