"""What scenes are made of: the demo's concerts one at a time, crowds, and orders as far as they got."""

from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any

from sqlalchemy import select, update

from tests.builders import admit, do, fan, report, seat_ids
from webapp import clock
from webapp.accounts.models import User
from webapp.booking import holds
from webapp.booking.models import Order, Reservation
from webapp.checkout import payments, settling
from webapp.checkout.models import Payment
from webapp.checkout.payments import Wish
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.concerts.plans import Plan
from webapp.db import db, transaction
from webapp.dev import seeds, shows
from webapp.dev.drawing import fan as fan_of_rows
from webapp.dev.drawing import framed
from webapp.waiting_room import joining, steering
from webapp.waiting_room.models import Counter

WHOLE_HALL, CLUB, RECITAL, ARENA, STADIUM = shows.SHOWS


@cache
def front_of_the_hall() -> Plan:
    """The concert hall with its grades and sections, and a few rows of each: most scenes do not show the house."""
    centre = (0.0, -290.0)
    return framed(
        "Concert hall",
        (268, 72),
        [
            fan_of_rows("Floor A | 플로어 A", [("VIP", 1), ("R", 1)], centre, 330, -14, 0),
            fan_of_rows("Floor B | 플로어 B", [("VIP", 1), ("R", 1)], centre, 330, 0, 14),
            fan_of_rows("Balcony A | 발코니 A", [("S", 1), ("A", 1)], centre, 380, -12, 12),
        ],
    )


HALL = WHOLE_HALL._replace(hall=front_of_the_hall)
_numbers = count(1)
MADE = timedelta(minutes=6)  # before its end: as long as an order that is being paid is held


def show(play: shows.Show = CLUB, capacity: int = 50, opens_minutes: float = -1440, **changes: Any) -> Concert:
    """One of the demo's concerts. Its address is new each time: pages of a moment ago must not be taken for its own."""
    slug = f"{play.slug}-{next(_numbers)}"
    changed = {"capacity": capacity, "opens": timedelta(minutes=opens_minutes), **changes}
    do(seeds.put_on, play._replace(slug=slug, **changed), clock.now())
    return db.session.scalars(select(Concert).where(Concert.slug == slug)).one()


def first_night(concert: Concert) -> Schedule:
    found = select(Schedule).where(Schedule.concert_id == concert.id).order_by(Schedule.starts_at)
    return db.session.scalars(found).all()[0]


def crowd(people: int) -> list[int]:
    """So many fans at once; they never sign in, so they share a password that nobody knows."""
    first = next(_numbers)
    made = [User(email=f"crowd-{first}-{one}@frontrow.test", name=f"Fan {one}", password="-") for one in range(people)]
    with transaction():
        db.session.add_all(made)
        db.session.flush()
        return [user.id for user in made]


def line(concert: Concert, ahead: int, behind: int = 0, role: str = "waiter") -> int:
    """As many as there is room for are being served, `ahead` others wait, and then the waiter."""
    room = db.session.get_one(Counter, concert.id).capacity
    do(joining.join_all, crowd(room + ahead), concert.id, clock.now())
    waiter = fan(role)
    do(joining.join, waiter, concert.id, clock.now())
    if behind:
        do(joining.join_all, crowd(behind), concert.id, clock.now())
    return waiter


def admitted(concert: Concert, role: str = "holder", point: int = 0) -> int:
    """Signed up if they are new here, and called to the seats."""
    known = db.session.scalar(select(User.id).where(User.email == f"{role}@frontrow.test"))
    user = known or fan(role, point)
    admit(user, concert.id, clock.now())
    return user


def held(concert: Concert, *numbers: int, role: str = "holder", point: int = 0) -> Order:
    """An order of these seats of the first night, not paid."""
    night = first_night(concert)
    return do(holds.place, admitted(concert, role, point), night, seat_ids(night, *numbers), clock.now())


def attempt(order: Order, total: int, in_points: int = 0) -> Payment:
    """A payment on its way: the fan is at the payment company."""
    payment = do(
        payments.start, order.user_id, order.id, Wish(total, in_points, "sandbox", order.public_id), clock.now()
    )
    if payment.amount:
        do(payments.started, payment.id, f"pay_{order.id}", "/")
    return payment


def total(order: Order) -> int:
    prices = select(Reservation.price).where(Reservation.order_id == order.id)
    return sum(db.session.scalars(prices))


def bought(concert: Concert, *numbers: int, role: str = "holder", point: int = 0) -> Order:
    order = held(concert, *numbers, role=role, point=point)
    payment = attempt(order, total(order))
    assert do(settling.settle, payment.id, report(payment), clock.now()) == "paid"
    return order


def sell(concert: Concert, orders: int = 8) -> None:
    """Some of the first night is held and some is sold: a sale that is under way."""
    night = first_night(concert)
    numbers = list(db.session.scalars(select(Seat.number).where(Seat.schedule_id == night.id).order_by(Seat.number)))
    do(steering.set_capacity, concert.id, 10_000, clock.now())
    for turn in range(orders):
        start = turn * (len(numbers) // orders)
        some, role = numbers[start : start + 2 + turn % 3], f"buyer-{next(_numbers)}"
        bought(concert, *some, role=role) if turn % 4 else held(concert, *some, role=role)


def expire(order: Order, seconds_left: float) -> None:
    """The hold has so many seconds left."""
    from webapp.booking.models import Reservation

    until = clock.now() + timedelta(seconds=seconds_left)
    with transaction():
        for table, mine in ((Order, Order.id == order.id), (Reservation, Reservation.order_id == order.id)):
            db.session.execute(update(table).where(mine).values(created_at=until - MADE, expires_at=until))
        reserved = select(Reservation.seat_id).where(Reservation.order_id == order.id)
        db.session.execute(update(Seat).where(Seat.id.in_(reserved)).values(held_until=until))
