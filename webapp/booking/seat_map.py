"""The one read of a schedule's seats: compact for the map, row by row for the list."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, Integer, any_, bindparam, case, select

from webapp.booking.models import Reservation, is_live
from webapp.concerts.models import Seat, is_free
from webapp.db import db, fetch
from webapp.errors import BadSeats
from webapp.live.messages import FREE, HELD, SOLD

NAMES = {FREE: "free", HELD: "held", SOLD: "sold"}


@dataclass(frozen=True)
class ListedSeat:
    """One seat of the list view. `state` is free, held, sold or mine."""

    number: int
    place: str
    grade: str
    price: int
    state: str


@dataclass(frozen=True)
class ListedRow:
    name: str
    seats: list[ListedSeat]


NUMBERED = select(Seat.id).where(
    Seat.schedule_id == bindparam("schedule"), Seat.number == any_(bindparam("numbers", type_=ARRAY(Integer)))
)


def states(schedule_id: int, user_id: int, now: datetime) -> dict[str, Any]:
    """The whole house: a digit per seat number (0 free, 1 held, 2 sold), and the numbers this fan has."""
    in_order = select(_state(now).label("state")).where(Seat.schedule_id == schedule_id).order_by(Seat.number)
    digits = "".join(str(state) for state in db.session.scalars(in_order))
    mine = _mine(schedule_id, user_id, now)
    return {
        "states": digits,
        "mine": [number for number, is_paid in mine if not is_paid],
        "bought": [number for number, is_paid in mine if is_paid],
        "now": now.isoformat(),
    }


def rows(schedule_id: int, section: str, user_id: int, now: datetime) -> list[ListedRow]:
    """The rows of one section, front to back, with each seat's state for this fan."""
    mine = {number for number, _ in _mine(schedule_id, user_id, now)}
    statement = (
        select(Seat, _state(now)).where(Seat.schedule_id == schedule_id, Seat.section == section).order_by(Seat.number)
    )
    found = db.session.execute(statement).all()
    return [
        ListedRow(name, [_listed(seat, state, mine) for seat, state in seats])
        for name, seats in groupby(found, key=lambda pair: pair[0].row)
    ]


def seat_ids(schedule_id: int, numbers: list[int]) -> list[int]:
    """The ids of the seats with these numbers. Raises BadSeats when one does not exist: all or nothing."""
    found = [seat.id for seat in fetch(NUMBERED, schedule=schedule_id, numbers=numbers)]
    if len(found) < len(set(numbers)):
        raise BadSeats()
    return found


def _state(now: datetime) -> Any:
    return case((Seat.is_sold, SOLD), (is_free(now), FREE), else_=HELD)


def _mine(schedule_id: int, user_id: int, now: datetime) -> list[tuple[int, bool]]:
    statement = (
        select(Seat.number, Reservation.payment_id.is_not(None))
        .join(Reservation, Reservation.seat_id == Seat.id)
        .where(Seat.schedule_id == schedule_id, Reservation.user_id == user_id, is_live(now))
        .order_by(Seat.number)
    )
    return [(number, is_paid) for number, is_paid in db.session.execute(statement)]


def _listed(seat: Seat, state: int, mine: set[int]) -> ListedSeat:
    name = "mine" if seat.number in mine else NAMES[state]
    return ListedSeat(seat.number, seat.place, seat.grade, seat.price, name)
