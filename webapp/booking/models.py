"""Who has which seat: reservations, and the orders they make up."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    UniqueConstraint,
    and_,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from webapp.db import Model

HOLD = timedelta(minutes=5)
EXTENSION = timedelta(minutes=2)  # once, while the fan types a card number
MOST_SEATS = 4

SEVEN_MINUTES = "expires_at <= created_at + interval '7 minutes'"

OPEN, PAID = "open", "paid"
EXPIRED, RELEASED, REFUNDED = "expired", "released", "refunded"


class Order(Model):
    """The seats that one fan pays together. It opens with its first hold; nobody can guess its public id."""

    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"))
    schedule_id: Mapped[int] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(20), default=OPEN, server_default=OPEN)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    extended_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["schedule_id", "concert_id"], ["schedules.id", "schedules.concert_id"]),
        UniqueConstraint("id", "user_id", "concert_id"),
        UniqueConstraint("id", "user_id"),
        Index("ix_orders_concert_id_created_at", "concert_id", "created_at"),
        CheckConstraint("status IN ('open', 'paid', 'expired', 'released', 'refunded')", "status_known"),
        CheckConstraint(SEVEN_MINUTES, "held_for_seven_minutes_at_most"),
        CheckConstraint("extended_at IS NULL OR expires_at > created_at + interval '5 minutes'", "extended_once"),
    )


# An order as an object of the session's, or as a plain row of its columns.
Looked = Order | Row[Any]


class Reservation(Model):
    """A fan's claim on one seat. Unpaid it is a hold and has `expires_at`; paid it has `payment_id`.

    `slot` (1 to 4) is unique among a fan's live reservations for a concert: that is the seat limit.
    `seat_version` is the seat's version when it was held; a payment settles only against it.
    """

    __tablename__ = "reservations"
    id: Mapped[int] = mapped_column(primary_key=True)
    seat_id: Mapped[int] = mapped_column(ForeignKey("seats.id"))
    seat_version: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"))
    order_id: Mapped[int] = mapped_column(index=True)
    slot: Mapped[int]
    price: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    payment_id: Mapped[int | None] = mapped_column(index=True)
    is_cancelled: Mapped[bool] = mapped_column(default=False, server_default="false")
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (
        ForeignKeyConstraint(
            ["order_id", "user_id", "concert_id"], ["orders.id", "orders.user_id", "orders.concert_id"]
        ),
        ForeignKeyConstraint(["payment_id", "order_id"], ["payments.id", "payments.order_id"]),
        UniqueConstraint("id", "order_id"),
        Index(
            "uq_reservations_one_live_per_seat",
            "seat_id",
            unique=True,
            postgresql_where=text("NOT is_cancelled"),
        ),
        Index(
            "uq_reservations_seat_limit",
            "user_id",
            "concert_id",
            "slot",
            unique=True,
            postgresql_where=text("NOT is_cancelled"),
        ),
        Index(
            "ix_reservations_holds",
            "expires_at",
            postgresql_where=text("NOT is_cancelled AND payment_id IS NULL"),
        ),
        CheckConstraint(f"slot BETWEEN 1 AND {MOST_SEATS}", "slot_within_limit"),
        CheckConstraint("is_cancelled = (cancelled_at IS NOT NULL)", "a_cancellation_has_a_time"),
        CheckConstraint("is_cancelled = (cancel_reason IS NOT NULL)", "a_cancellation_has_a_reason"),
        CheckConstraint("price > 0", "price_positive"),
        CheckConstraint(SEVEN_MINUTES, "held_for_seven_minutes_at_most"),
    )


def is_live(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The predicate of a claim that counts: paid, or held and not yet run out."""
    return and_(
        ~Reservation.is_cancelled,
        or_(Reservation.payment_id.is_not(None), Reservation.expires_at > now),
    )


def is_lapsed(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """A hold whose time has run out, whether or not anybody has tidied it yet."""
    return and_(~Reservation.is_cancelled, Reservation.payment_id.is_(None), Reservation.expires_at <= now)
