"""Orders that hold seats, as pages show them."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from webapp.booking.models import OPEN, Order, Reservation
from webapp.concerts.models import Seat
from webapp.db import db, unindexed


@dataclass(frozen=True)
class Item:
    """One seat of an order, its section as the reader calls it."""

    section_name: str
    row: str
    place: str
    grade: str
    price: int
    reservation_id: int
    number: int

    @property
    def in_words(self) -> str:
        said = {"section": self.section_name, "row": self.row, "place": self.place}
        return str(_("%(section)s, row %(row)s, seat %(place)s", **said))


@dataclass(frozen=True)
class OpenOrder:
    """Seats held and not yet paid."""

    public_id: str
    schedule_id: int
    items: list[Item]
    total: int
    expires_at: datetime


def open_orders(user_id: int, concert_id: int, now: datetime) -> list[OpenOrder]:
    """The fan's orders of this concert that hold seats at this moment, oldest first."""
    statement = (
        select(Order)
        .where(
            Order.user_id == user_id,
            unindexed(Order.concert_id) == concert_id,
            Order.status == OPEN,
            Order.expires_at > now,
        )
        .order_by(Order.id)
    )
    return [_open_order(order) for order in db.session.scalars(statement)]


def items(order_id: int, *, live_only: bool = False) -> list[Item]:
    """The seats of an order in the order of their numbers; of an order that is over, those it once had."""
    return items_by_order([order_id], live_only=live_only).get(order_id, [])


def items_by_order(order_ids: list[int], *, live_only: bool = False) -> dict[int, list[Item]]:
    """The same for many orders at once, by order id."""
    statement = (
        select(Seat, Reservation.id, Reservation.price, Reservation.order_id)
        .join(Reservation, Reservation.seat_id == Seat.id)
        .where(Reservation.order_id.in_(order_ids))
        .order_by(Seat.number)
    )
    if live_only:
        statement = statement.where(~Reservation.is_cancelled)
    found: dict[int, list[Item]] = {}
    for seat, reservation_id, price, order_id in db.session.execute(statement):
        item = Item(seat.section_name, seat.row, seat.place, seat.grade, price, reservation_id, seat.number)
        found.setdefault(order_id, []).append(item)
    return found


def _open_order(order: Order) -> OpenOrder:
    held = items(order.id, live_only=True)
    return OpenOrder(order.public_id, order.schedule_id, held, sum(item.price for item in held), order.expires_at)
