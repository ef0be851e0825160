"""Orders and payments as pages show them: one status for the fan, by the clock, and a history in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Row, bindparam, literal_column, select
from sqlalchemy.engine import result_tuple

from webapp.booking import views as booking_views
from webapp.booking.models import OPEN, RELEASED, Looked, Order
from webapp.booking.models import PAID as ORDER_PAID
from webapp.booking.models import REFUNDED as ORDER_REFUNDED
from webapp.checkout import reasons, refunding, returns
from webapp.checkout.models import CANCELLED, CANCELLING, FAILED, IN_REVIEW, PENDING, Attempted, Payment
from webapp.checkout.models import PAID as PAYMENT_PAID
from webapp.checkout.models import REFUNDED as PAYMENT_REFUNDED
from webapp.checkout.refund_models import RETURNED, Refund
from webapp.checkout.voices import FAN, Voice
from webapp.concerts import recent
from webapp.concerts.models import Concert, Schedule
from webapp.db import db, fetch
from webapp.errors import NotFound
from webapp.languages import either

PAYING = "paying"
GOING_BACK = {CANCELLING, IN_REVIEW}

# What every look at an order asks, built once.
MINE = (Order.public_id == bindparam("public_id"), Order.user_id == bindparam("user_id"))
ORDER = select(Order).where(*MINE)
LOOK = select(*Order.__table__.columns).where(*MINE)
LOOKED = result_tuple([column.key for column in Order.__table__.columns])
ITEMS = literal_column(
    """(
    SELECT json_agg(json_build_object(
        'section', seats.section, 'section_ko', seats.section_ko, 'row', seats.row, 'place', seats.place,
        'grade', seats.grade, 'price', reservations.price, 'ticket_code', tickets.code) ORDER BY seats.number)
    FROM reservations JOIN seats ON seats.id = reservations.seat_id
    LEFT JOIN tickets ON tickets.reservation_id = reservations.id
    WHERE reservations.order_id = orders.id
    )""",
    JSON,
).label("items")
# A row for each payment, and one where there is none; each with all that the order is for.
_INSIDE = select(*Payment.__table__.columns, ITEMS).outerjoin_from(Order, Payment, Payment.order_id == Order.id)
INSIDE = _INSIDE.where(Order.id == bindparam("order_id")).order_by(Payment.id)
WHOLE = (
    _INSIDE.add_columns(*(column.label(f"its_{column.key}") for column in Order.__table__.columns))
    .where(*MINE)
    .order_by(Payment.id)
)


@dataclass(frozen=True)
class Attempt:
    """The payment of an order that tells where it stands; `failure` says why it came to nothing.

    `back_to_card` is what the provider took and gives back, in won; None in another currency than won.
    """

    public_id: str
    status: str
    failure: str | None
    redirect_url: str | None
    amount: int
    points_amount: int
    back_to_card: int | None
    created_at: datetime


@dataclass(frozen=True)
class OrderItem:
    section_name: str
    row: str
    place: str
    grade: str
    price: int
    ticket_code: str | None


@dataclass(frozen=True)
class OrderSeen:
    """An order with the status a fan sees: open, paying, paid, expired, released, refunding or refunded."""

    public_id: str
    status: str
    created_at: datetime
    expires_at: datetime
    is_held: bool
    is_extended: bool


@dataclass(frozen=True)
class Line:
    """One order on the fan's list."""

    id: int
    order: OrderSeen
    concert: Concert
    schedule: Schedule
    seats: str
    total: int
    status: str


def of_fan(public_id: str, user_id: int) -> Order:
    """The fan's order. Raises NotFound, for somebody else's too."""
    order = db.session.scalar(ORDER, {"public_id": public_id, "user_id": user_id})
    if order is None:
        raise NotFound()
    return order


def look(public_id: str, user_id: int) -> Row[Any]:
    """The fan's order as a plain row, for pages that change nothing. Raises NotFound, for somebody else's too."""
    found = fetch(LOOK, public_id=public_id, user_id=user_id)
    if not found:
        raise NotFound()
    return found[0]


def page_of(public_id: str, user_id: int, now: datetime) -> dict[str, Any]:
    """Everything the page of the fan's order shows, but for the forms, in one statement. Raises NotFound as `look`."""
    inside = fetch(WHOLE, public_id=public_id, user_id=user_id)
    if not inside:
        raise NotFound()
    return _page(LOOKED(inside[0][-len(Order.__table__.columns) :]), inside, now)


def page(order: Looked, now: datetime, voice: Voice = FAN) -> dict[str, Any]:
    """The same for an order that was read before, its history told to whoever reads in this voice."""
    return _page(order, fetch(INSIDE, order_id=order.id), now, voice)


def _page(order: Looked, inside: Sequence[Row[Any]], now: datetime, voice: Voice = FAN) -> dict[str, Any]:
    payments = [row for row in inside if row.id is not None]
    items = [_item(**item) for item in inside[0].items or []]
    schedule = recent.schedule(order.schedule_id)
    refund = refunding.of_order(order.id) if _is_refunded(order, payments) else None
    seen = _seen(order, payments, refund, now)
    return {
        "order": seen,
        "concert": schedule.concert,
        "schedule": schedule,
        "items": items,
        "total": sum(item.price for item in items),
        "attempt": _attempt(_telling(payments, seen.status)) if payments else None,
        "is_money_returning": any(one.status in GOING_BACK for one in payments),
        "refund": refund,
        "timeline": [
            *reasons.timeline(order, payments, voice),
            *returns.timeline(refund, schedule.concert.time_zone, voice),
        ],
    }


def _item(section: str, section_ko: str, **rest: Any) -> OrderItem:
    return OrderItem(section_name=either(section, section_ko), **rest)


def orders(user_id: int, before: int | None, most: int, now: datetime) -> list[Line]:
    """The fan's orders, newest first, or those older than the order `before`."""
    statement = (
        select(Order, Concert, Schedule)
        .join(Concert, Concert.id == Order.concert_id)
        .join(Schedule, Schedule.id == Order.schedule_id)
        .where(Order.user_id == user_id)
        .order_by(Order.id.desc())
        .limit(most)
    )
    if before is not None:
        statement = statement.where(Order.id < before)
    rows = db.session.execute(statement).all()
    ids = [row.Order.id for row in rows]
    items, payments, refunds = booking_views.items_by_order(ids), _payments_by_order(ids), _refunds_by_order(ids)
    return [
        _line(
            *row,
            items.get(row.Order.id, []),
            _seen(row.Order, payments.get(row.Order.id, []), refunds.get(row.Order.id), now),
        )
        for row in rows
    ]


def status(order: Looked, payments: Sequence[Attempted], now: datetime, refund: Refund | None = None) -> str:
    """Where the order stands for its fan: what was paid first, then what is under way, then the clock."""
    if refund or _is_refunded(order, payments):
        return "refunded" if refund and refund.status == RETURNED else "refunding"
    latest, all_of_them = payments[-1].status if payments else None, {one.status for one in payments}
    # The order and its payments are read one after the other, and a callback may be settled in between.
    if order.status == ORDER_PAID or latest == PAYMENT_PAID:
        return "paid"
    if latest == PENDING:
        return PAYING
    if order.status == OPEN and order.expires_at > now:
        return "open"  # and can be paid, whatever money of it is on its way back
    # An attempt that another one replaced may still have been paid, on a page left open.
    if all_of_them & GOING_BACK:
        return "refunding"
    if CANCELLED in all_of_them:
        return "refunded"
    return RELEASED if order.status == RELEASED else "expired"


def _is_refunded(order: Looked, payments: Sequence[Attempted]) -> bool:
    return order.status == ORDER_REFUNDED or any(one.status == PAYMENT_REFUNDED for one in payments)


def _seen(order: Looked, payments: Sequence[Attempted], refund: Refund | None, now: datetime) -> OrderSeen:
    is_held = order.status == OPEN and order.expires_at > now
    where = status(order, payments, now, refund)
    extended = order.extended_at is not None
    return OrderSeen(order.public_id, where, order.created_at, order.expires_at, is_held, extended)


def _telling(payments: Sequence[Attempted], status: str) -> Attempted:
    """The payment that says why an order stands where it does: the latest, or the one whose money goes back."""
    wanted = {"refunding": GOING_BACK, "refunded": {CANCELLED}}.get(status, set())
    return next((one for one in reversed(payments) if one.status in wanted), payments[-1])


def _payments_by_order(order_ids: list[int]) -> dict[int, list[Payment]]:
    found: dict[int, list[Payment]] = {}
    for payment in db.session.scalars(select(Payment).where(Payment.order_id.in_(order_ids)).order_by(Payment.id)):
        found.setdefault(payment.order_id or 0, []).append(payment)
    return found


def _refunds_by_order(order_ids: list[int]) -> dict[int, Refund]:
    refunds = db.session.scalars(select(Refund).where(Refund.order_id.in_(order_ids)))
    return {refund.order_id: refund for refund in refunds}


def _attempt(payment: Attempted) -> Attempt:
    failed = payment.status in {FAILED, CANCELLING, CANCELLED, IN_REVIEW}
    return Attempt(
        payment.public_id,
        payment.status,
        reasons.sentence(payment.reason) if failed else None,
        payment.redirect_url,
        payment.amount,
        payment.points_amount,
        None if payment.reason == "wrong_currency" else payment.captured_amount,
        payment.created_at,
    )


def _line(order: Order, concert: Concert, schedule: Schedule, items: list[booking_views.Item], seen: OrderSeen) -> Line:
    seats = ", ".join(item.in_words for item in items)
    return Line(order.id, seen, concert, schedule, seats, sum(item.price for item in items), seen.status)
