"""Holding seats: all or nothing, five minutes, at most four, by the clock."""

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, concert, do, fan, fans, hold, house, schedule, seat, seat_ids
from webapp.booking import best, holds, seat_map, views
from webapp.booking.models import Order, Reservation
from webapp.db import db
from webapp.errors import NoneTogether, NoSeatsChosen, NotFound, SeatLimit, SeatsTaken

pytestmark = pytest.mark.usefixtures("house")


def live_reservations() -> list[Reservation]:
    return list(db.session.scalars(select(Reservation).where(~Reservation.is_cancelled).order_by(Reservation.id)))


def test_a_hold_lasts_five_minutes_and_raises_the_seats_version() -> None:
    evening, holder = house(), fan("holder")
    order = hold(holder, evening, 1, 2)
    assert order.expires_at == at(minutes=5)
    assert [one.seat_version for one in live_reservations()] == [1, 1]
    assert seat(evening, 1).version == 1
    assert seat(evening, 3).version == 0


def test_a_held_seat_is_named_to_whoever_loses_it_and_they_get_none() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    hold(holder, evening, 2)
    with pytest.raises(SeatsTaken) as lost:
        hold(latecomer, evening, 1, 2, 3)
    assert str(lost.value) == "Seat Floor A-2 was just taken."
    assert lost.value.facts["seats"] == [2]
    assert len(live_reservations()) == 1
    assert seat(evening, 1).held_until is None


def test_an_expired_hold_is_taken_over_without_any_worker() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    hold(holder, evening, 1)
    with pytest.raises(SeatsTaken):
        hold(latecomer, evening, 1, now=at(minutes=4, seconds=59))
    order = hold(latecomer, evening, 1, now=at(minutes=5))
    assert [one.order_id for one in live_reservations()] == [order.id]
    assert seat(evening, 1).version == 2


def test_four_seats_per_fan_and_concert_over_all_orders_and_dates() -> None:
    show = concert()
    friday, saturday = schedule(show, days=1), schedule(show, days=2)
    holder = fan("holder")
    hold(holder, friday, 1, 2, 3)
    with pytest.raises(SeatLimit) as refused:
        hold(holder, saturday, 1, 2)
    assert refused.value.facts["left"] == 1
    hold(holder, saturday, 1)
    with pytest.raises(SeatLimit):
        hold(holder, saturday, 2)
    assert holds.left_to_take(holder, show.id, NOW) == 0


def test_more_than_four_at_once_are_refused() -> None:
    evening, holder = house(), fan("holder")
    with pytest.raises(SeatLimit):
        hold(holder, evening, 1, 2, 3, 4, 5)
    assert live_reservations() == []


def test_expired_holds_use_up_no_limit() -> None:
    evening, holder = house(), fan("holder")
    hold(holder, evening, 1, 2, 3, 4)
    hold(holder, evening, 5, 6, 7, 8, now=at(minutes=5))
    assert len(live_reservations()) == 4


def test_the_database_itself_refuses_a_fifth_seat_and_a_second_owner() -> None:
    evening, (holder, other) = house(), fans(2)
    order = hold(holder, evening, 1)
    row = live_reservations()[0]
    copied = {c.name: getattr(row, c.name) for c in Reservation.__table__.columns if c.name != "id"}
    for change, constraint in (
        ({"seat_id": seat_ids(evening, 2)[0]}, "uq_reservations_seat_limit"),
        ({"slot": 2, "user_id": other}, "uq_reservations_one_live_per_seat"),
        ({"seat_id": seat_ids(evening, 2)[0], "slot": 5}, "ck_reservations_slot_within_limit"),
    ):
        with pytest.raises(Exception, match=constraint):
            do(db.session.execute, Reservation.__table__.insert().values({**copied, **change}))
    assert order.id == row.order_id


def test_releasing_frees_the_seats_at_once() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    order = hold(holder, evening, 1, 2)
    do(holds.release, holder, order.id, NOW)
    assert db.session.get_one(Order, order.id).status == "released"
    hold(latecomer, evening, 1, 2)


def test_nobody_releases_somebody_elses_hold_or_one_that_is_over() -> None:
    evening, (holder, stranger) = house(), fans(2)
    order = hold(holder, evening, 1)
    with pytest.raises(NotFound):
        do(holds.release, stranger, order.id, NOW)
    do(holds.release, holder, order.id, NOW)
    with pytest.raises(NotFound):
        do(holds.release, holder, order.id, NOW)


def test_a_seat_of_another_schedule_does_not_exist_here() -> None:
    show = concert()
    friday, saturday = schedule(show, days=1), schedule(show, days=2)
    with pytest.raises(NotFound):
        do(holds.place, fan("holder"), friday, seat_ids(saturday, 1), NOW)
    with pytest.raises(NoSeatsChosen):
        do(holds.place, fan("other"), friday, [], NOW)


def test_tidying_frees_lapsed_holds_in_batches_and_twice_does_nothing() -> None:
    evening, crowd = house(), fans(3)
    orders = [hold(user, evening, number) for number, user in enumerate(crowd, start=1)]
    assert do(holds.tidy_expired, at(minutes=4)) == 0
    assert do(holds.tidy_expired, at(minutes=5), 2) == 2
    assert do(holds.tidy_expired, at(minutes=5), 2) == 1
    assert do(holds.tidy_expired, at(minutes=5), 2) == 0
    assert live_reservations() == []
    states = db.session.scalars(select(Order.status).where(Order.id.in_([one.id for one in orders])))
    assert set(states) == {"expired"}
    assert seat(evening, 1).held_until is None


def test_an_order_whose_seat_was_taken_over_is_expired_by_the_janitor() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    first = hold(holder, evening, 1)
    hold(latecomer, evening, 1, now=at(minutes=6))
    do(holds.tidy_expired, at(minutes=6))
    assert db.session.get_one(Order, first.id, populate_existing=True).status == "expired"


def test_the_map_says_what_is_free_held_sold_and_mine() -> None:
    evening, (holder, viewer) = house(rows=1, seats=4), fans(2)
    hold(holder, evening, 2)
    hold(viewer, evening, 3)
    seen = seat_map.states(evening.id, viewer, NOW)
    assert (seen.seen.states, seen.mine) == ("0110", [3])
    later = seat_map.states(evening.id, viewer, at(minutes=5))
    assert (later.seen.states, later.mine) == ("0000", [])
    rows = seat_map.rows(evening.id, "Floor", viewer, NOW)
    assert [one.state for one in rows[0].seats] == ["free", "held", "mine", "free"]


def test_best_available_takes_neighbours_near_the_stage_and_says_when_there_are_none() -> None:
    evening, (holder, couple, crowd) = house(rows=1, seats=5), fans(3)
    hold(holder, evening, 3)
    order = do(best.place_best, couple, evening, 2, None, NOW)
    taken = [item.number for item in views.items(order.id)]
    assert taken in ([1, 2], [4, 5])
    with pytest.raises(NoneTogether):
        do(best.place_best, crowd, evening, 3, None, NOW)
    with pytest.raises(NoneTogether):
        do(best.place_best, crowd, evening, 2, "VIP", NOW)
