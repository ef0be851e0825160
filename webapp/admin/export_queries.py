"""What each export reads: its columns by name, and a statement whose first column is the key to go on after."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, bindparam, cast, func, literal, or_, select
from sqlalchemy import Text as AsText

from webapp.accounts.models import User
from webapp.admin.models import OperatorAction
from webapp.booking.models import PAID, REFUNDED, Order, Reservation
from webapp.checkout.models import Payment, Ticket
from webapp.concerts.models import Schedule, Seat
from webapp.waiting_room.sample_models import LineSample

AFTER: Any = bindparam("after")
CONCERT = bindparam("concert_id", type_=Integer)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
CODE_SHOWN = 4  # a file travels, and a whole code opens the door


@dataclass(frozen=True)
class Export:
    """One export: the names of its columns, its statement with the key before them, the key before the first row."""

    header: tuple[str, ...]
    statement: Any
    first: Any = 0


def _export(key: Any, columns: dict[str, Any], found: Any, first: Any = 0) -> Export:
    """`found` is the statement without its columns: what is joined to what, and which of it is wanted."""
    statement = found.with_only_columns(key, *columns.values(), maintain_column_froms=True)
    return Export(tuple(columns), statement.where(key > AFTER).order_by(key), first)


def _orders() -> Export:
    # What paid it, and what became of that is in the payments.
    paid = select(Payment).where(Payment.status.in_((PAID, REFUNDED))).subquery()
    seat_name = func.concat(Seat.section, " ", Seat.row, "-", Seat.place)
    seats = (
        select(
            func.count(Reservation.id).label("count"),
            func.coalesce(func.sum(Reservation.price), 0).label("price"),
            func.string_agg(seat_name, literal("; ")).label("names"),
        )
        .join(Seat, Seat.id == Reservation.seat_id)
        .where(
            Reservation.order_id == Order.id,
            # A hold that was taken again in the end stands there twice: what was paid counts.
            or_(Reservation.payment_id.is_not(None), Order.status.not_in((PAID, REFUNDED))),
        )
        .lateral()
    )
    columns = {
        "order": Order.public_id,
        "performance_at": Schedule.starts_at,
        "email": User.email,
        "name": User.name,
        "status": Order.status,
        "held_at": Order.created_at,
        "paid_at": paid.c.paid_at,
        "seats": seats.c.count,
        "seat_names": seats.c.names,
        "price_won": seats.c.price,
        "provider": paid.c.provider,
        "paid_by_provider_won": paid.c.amount,
        "paid_in_points_won": paid.c.points_amount,
    }
    found = (
        select(Order)
        .join(Schedule, Schedule.id == Order.schedule_id)
        .join(User, User.id == Order.user_id)
        .join(seats, literal(True))
        .outerjoin(paid, paid.c.order_id == Order.id)
    )
    return _export(Order.id, columns, found.where(Order.concert_id == CONCERT))


def _payments(of_concert: bool) -> Export:
    """Those for a concert's orders, or all of them, top-ups too."""
    columns = {
        "payment": Payment.public_id,
        "order": Order.public_id,
        "email": User.email,
        "provider": Payment.provider,
        "provider_key": Payment.provider_key,
        "status": Payment.status,
        "reason": Payment.reason,
        "handling": Payment.handling,
        "asked_won": Payment.amount,
        "points_won": Payment.points_amount,
        "captured": Payment.captured_amount,
        "currency": Payment.currency,
        "started_at": Payment.created_at,
        "paid_at": Payment.paid_at,
        "returned_at": Payment.returned_at,
    }
    found = select(Payment).join(User, User.id == Payment.user_id).outerjoin(Order, Order.id == Payment.order_id)
    return _export(Payment.id, columns, found.where(Order.concert_id == CONCERT) if of_concert else found)


def _tickets() -> Export:
    columns = {
        "code_ends": func.concat("…", func.right(Ticket.code, CODE_SHOWN)),
        "order": Order.public_id,
        "performance_at": Schedule.starts_at,
        "email": User.email,
        "name": User.name,
        "section": Seat.section,
        "row": Seat.row,
        "seat": Seat.place,
        "grade": Seat.grade,
        "price_won": Reservation.price,
        "issued_at": Ticket.issued_at,
        "voided_at": Ticket.voided_at,
        "came_at": Ticket.checked_in_at,
        "gate": Ticket.checked_in_gate,
    }
    found = (
        select(Ticket)
        .join(Reservation, Reservation.id == Ticket.reservation_id)
        .join(Order, Order.id == Reservation.order_id)
        .join(Schedule, Schedule.id == Order.schedule_id)
        .join(Seat, Seat.id == Reservation.seat_id)
        .join(User, User.id == Order.user_id)
    )
    return _export(Ticket.id, columns, found.where(Order.concert_id == CONCERT))


def _line() -> Export:
    columns = {
        "at": LineSample.sampled_at,
        "waiting": LineSample.waiting,
        "being_served": LineSample.serving,
        "called": LineSample.called,
        "in_seconds": LineSample.seconds,
    }
    found = select(LineSample).where(LineSample.concert_id == CONCERT)
    return _export(LineSample.sampled_at.label("key"), columns, found, LONG_AGO)


def _log() -> Export:
    columns = {
        "at": OperatorAction.created_at,
        "operator": User.email,
        "action": OperatorAction.action,
        "on": OperatorAction.subject,
        "before": cast(OperatorAction.before, AsText),
        "after": cast(OperatorAction.after, AsText),
    }
    return _export(OperatorAction.id, columns, select(OperatorAction).join(User, User.id == OperatorAction.operator_id))


# Of one concert, and of the whole house.
OF_CONCERT = {"orders": _orders(), "payments": _payments(of_concert=True), "tickets": _tickets(), "line": _line()}
OF_HOUSE = {"payments": _payments(of_concert=False), "log": _log()}
