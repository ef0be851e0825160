"""The one read of a schedule's seats: compact for the map, row by row for the list."""

import json
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, any_, bindparam, case, select

from webapp.booking import snapshot
from webapp.booking.models import Reservation, is_live
from webapp.concerts.models import Seat, is_free
from webapp.db import db, fetch, unindexed
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


@dataclass(frozen=True)
class States:
    """The whole house for one fan: what everybody sees, and the numbers of the seats this fan holds and has bought."""

    seen: snapshot.Snapshot
    mine: list[int]
    bought: list[int]

    def body(self, *, zipped: bool = False) -> bytes:
        """As JSON: the change it is as of, the seats' number and states (see snapshot.py), and the fan's own."""
        own = json.dumps({"mine": self.mine, "bought": self.bought}, separators=(",", ":"))
        return self.seen.followed_by(own.removeprefix("{").encode(), zipped=zipped)

    @property
    def etag(self) -> str:
        return "-".join([self.seen.digest, *map(str, self.mine), "b", *map(str, self.bought)])


NOW = bindparam("now", type_=DateTime(timezone=True))
NUMBERED = select(Seat.id).where(
    Seat.schedule_id == bindparam("schedule"), Seat.number == any_(bindparam("numbers", type_=ARRAY(Integer)))
)
MINE = (
    select(Seat.number, Reservation.payment_id.is_not(None).label("is_paid"))
    .join(Reservation, Reservation.seat_id == Seat.id)
    .where(
        unindexed(Seat.schedule_id) == bindparam("schedule"), Reservation.user_id == bindparam("user_id"), is_live(NOW)
    )
    .order_by(Seat.number)
)


def states(schedule_id: int, user_id: int, now: datetime) -> States:
    """Every seat of the house, and which are this fan's."""
    mine = _mine(schedule_id, user_id, now)
    return States(
        snapshot.take(schedule_id, now),
        [number for number, is_paid in mine if not is_paid],
        [number for number, is_paid in mine if is_paid],
    )


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
    found = fetch(MINE, schedule=schedule_id, user_id=user_id, now=now)
    return [(row.number, row.is_paid) for row in found]


def _listed(seat: Seat, state: int, mine: set[int]) -> ListedSeat:
    name = "mine" if seat.number in mine else NAMES[state]
    return ListedSeat(seat.number, seat.place, seat.grade, seat.price, name)
