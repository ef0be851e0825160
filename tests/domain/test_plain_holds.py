"""A hold in one statement: it does what the careful way does, or nothing at all."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.builders import NOW, at, concert, do, fan, hall, hold, house, schedule
from webapp.booking import plainly
from webapp.booking.models import Order, Reservation
from webapp.concerts import recent
from webapp.concerts.models import Schedule, Seat
from webapp.db import at_once, db
from webapp.errors import NotFound, ShowBegun

pytestmark = pytest.mark.usefixtures("house")


def plainly_hold(user_id: int, evening: Schedule, *numbers: int, now: datetime = NOW) -> str | None:
    performance = recent.schedule(evening.id)  # as the page has it: read before, and belonging to no session
    with at_once():
        return plainly.place(user_id, performance, numbers, now)


def facts(user_id: int) -> list[tuple[Any, ...]]:
    """What a fan's live claims say, apart from ids."""
    db.session.expire_all()
    claims = db.session.execute(
        select(
            Seat.number, Seat.version, Seat.held_until, Reservation.seat_version, Reservation.price, Reservation.slot
        )
        .add_columns(Reservation.expires_at, Order.status, Order.expires_at, Order.schedule_id)
        .join(Reservation, Reservation.seat_id == Seat.id)
        .join(Order, Order.id == Reservation.order_id)
        .where(Reservation.user_id == user_id, ~Reservation.is_cancelled)
        .order_by(Seat.number)
    )
    return [tuple(claim) for claim in claims]


def orders() -> int:
    return db.session.scalars(select(func.count()).select_from(Order)).one()


def test_a_plain_hold_is_the_careful_hold() -> None:
    one, other, careful, plain = house(), schedule(concert("other"), hall()), fan("careful"), fan("plain")
    hold(careful, one, 3, 1)
    assert plainly_hold(plain, other, 3, 1)
    assert len(facts(plain)) == 2
    assert [fact[:-1] for fact in facts(plain)] == [fact[:-1] for fact in facts(careful)]


def test_a_second_plain_hold_takes_the_next_slots() -> None:
    evening, holder = house(), fan("holder")
    plainly_hold(holder, evening, 1, 2)
    assert plainly_hold(holder, evening, 3, 4)
    assert [fact[5] for fact in facts(holder)] == [1, 2, 3, 4]


def test_beyond_four_seats_it_takes_none() -> None:
    evening, holder = house(), fan("holder")
    plainly_hold(holder, evening, 1, 2, 3)
    assert plainly_hold(holder, evening, 4, 5) is None
    assert len(facts(holder)) == 3
    assert orders() == 1


def test_with_one_seat_gone_it_takes_none() -> None:
    evening, holder, latecomer = house(), fan("holder"), fan("latecomer")
    hold(holder, evening, 2)
    assert plainly_hold(latecomer, evening, 1, 2) is None
    assert facts(latecomer) == []
    assert orders() == 1


def test_a_lapsed_hold_is_left_to_the_careful_way() -> None:
    evening, holder, latecomer = house(), fan("holder"), fan("latecomer")
    hold(holder, evening, 1)
    assert plainly_hold(latecomer, evening, 1, now=at(minutes=6)) is None
    assert facts(latecomer) == []


@pytest.mark.parametrize("numbers", [(), (1, 99_999), (1, 2, 3, 4, 5)])
def test_no_seat_an_unknown_seat_or_too_many_take_none(numbers: tuple[int, ...]) -> None:
    evening, holder = house(), fan("holder")
    assert plainly_hold(holder, evening, *numbers) is None
    assert facts(holder) == []


def test_seats_of_another_schedule_are_out_of_reach() -> None:
    evening, matinee, holder = house(), schedule(concert("matinee"), hall()), fan("holder")
    assert plainly_hold(holder, evening, 1)
    assert [fact[-1] for fact in facts(holder)] == [evening.id]
    assert db.session.scalars(select(Seat.version).where(Seat.schedule_id == matinee.id, Seat.number == 1)).one() == 0


def test_neither_way_sells_a_performance_that_has_begun_or_is_archived() -> None:
    evening, holder = house(), fan("holder")
    just_before = evening.starts_at - timedelta(seconds=1)
    assert plainly_hold(holder, evening, 1, now=evening.starts_at) is None
    with pytest.raises(ShowBegun):
        hold(holder, evening, 2, now=evening.starts_at)
    do(db.session.execute, update(Schedule).values(archived_at=NOW))
    assert plainly_hold(holder, evening, 1, now=just_before) is None
    with pytest.raises(NotFound):
        hold(holder, db.session.get_one(Schedule, evening.id, populate_existing=True), 2, now=just_before)
    do(db.session.execute, update(Schedule).values(archived_at=None))
    assert plainly_hold(holder, evening, 1, now=just_before)
    at(days=91)  # the audit looks back from there
