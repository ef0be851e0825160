"""Money and what it bought: payments, stored callbacks, the points ledger, tickets."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model

WON = "KRW"
POINTS = "points"

PENDING, PAID, FAILED = "pending", "paid", "failed"
CANCELLING, CANCELLED, IN_REVIEW = "cancelling", "cancelled", "in_review"
REFUNDED = "refunded"
BY_REFUSAL, BY_OPERATOR = "refused", "operator"

GRANT, TOP_UP, USE, REFUND = "GRANT", "TOP_UP", "USE", "REFUND"


class Payment(Model):
    """One attempt to pay one order, or one point top-up, through one provider.

    `amount` is what the provider is to capture and `points_amount` what points pay, both in won.
    `captured_amount` is what the provider said it took, 0 until it says so. `returned_at` is when it said that all
    of it has gone back. `ask_at` is when the provider is asked next, about the payment or for the money.
    `reason` is why it came to nothing. `handling` is how its money fares on the way back, where that is not smooth:
    `refused` by the provider, or sent once more by an `operator`.
    """

    __tablename__ = "payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    order_id: Mapped[int | None] = mapped_column(index=True)
    provider: Mapped[str] = mapped_column(String(20))
    provider_key: Mapped[str | None] = mapped_column(String(120))
    idempotency_key: Mapped[str] = mapped_column(String(80))
    amount: Mapped[int] = mapped_column(BigInteger)
    points_amount: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    captured_amount: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    currency: Mapped[str] = mapped_column(String(3), default=WON, server_default=WON)
    status: Mapped[str] = mapped_column(String(20), default=PENDING, server_default=PENDING)
    reason: Mapped[str | None] = mapped_column(String(40))
    handling: Mapped[str | None] = mapped_column(String(20))
    redirect_url: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    asks: Mapped[int] = mapped_column(default=0, server_default="0")
    ask_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["order_id", "user_id"], ["orders.id", "orders.user_id"]),
        UniqueConstraint("id", "order_id"),
        UniqueConstraint("id", "user_id"),
        UniqueConstraint("user_id", "idempotency_key"),
        Index(
            "uq_payments_provider_key",
            "provider",
            "provider_key",
            unique=True,
            postgresql_where=text("provider_key IS NOT NULL"),
        ),
        Index(
            "uq_payments_one_paid_per_order",
            "order_id",
            unique=True,
            postgresql_where=text("status = 'paid'"),
        ),
        Index(
            "ix_payments_ask_at",
            "status",
            "ask_at",
            postgresql_where=text("status IN ('pending', 'cancelling', 'failed', 'in_review') AND ask_at IS NOT NULL"),
        ),
        CheckConstraint("amount >= 0 AND points_amount >= 0 AND amount + points_amount > 0", "amount_positive"),
        CheckConstraint("captured_amount >= 0", "captured_never_negative"),
        CheckConstraint("order_id IS NOT NULL OR points_amount = 0", "top_up_is_not_paid_with_points"),
        CheckConstraint(
            "status IN ('pending', 'paid', 'failed', 'cancelling', 'cancelled', 'in_review', 'refunded')",
            "status_known",
        ),
        CheckConstraint("status <> 'paid' OR paid_at IS NOT NULL", "paid_has_a_time"),
        CheckConstraint("status NOT IN ('paid', 'refunded') OR captured_amount = amount", "paid_as_asked"),
        CheckConstraint("currency = 'KRW'", "in_won"),
        CheckConstraint("(provider = 'points') = (amount = 0)", "points_alone_have_no_company"),
        CheckConstraint("handling IN ('refused', 'operator')", "handling_known"),
        CheckConstraint("status <> 'cancelled' OR returned_at IS NOT NULL", "cancelled_has_a_time"),
    )


# A payment as an object of the session's, or as a plain row of its columns.
Attempted = Payment | Row[Any]


class PaymentItem(Model):
    """One seat that a payment attempt is for, at the price and the seat version it was held at.

    `order_id` is both the payment's and the reservation's.
    """

    __tablename__ = "payment_items"
    payment_id: Mapped[int] = mapped_column(primary_key=True)
    reservation_id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int]
    price: Mapped[int]

    __table_args__ = (
        ForeignKeyConstraint(["payment_id", "order_id"], ["payments.id", "payments.order_id"]),
        ForeignKeyConstraint(["reservation_id", "order_id"], ["reservations.id", "reservations.order_id"]),
    )


class PaymentEvent(Model):
    """One callback of a provider as it arrived: stored before it is answered, settled by a job."""

    __tablename__ = "payment_events"
    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    event_id: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(120))
    provider_key: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_payment_events_unsettled", "received_at", postgresql_where=text("settled_at IS NULL")),
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", "settled_has_an_outcome"),
    )


class StrayPayment(Model):
    """Money a provider took for us that belongs to no payment of ours. It goes back, asked for until confirmed.

    Without `ask_at` and `returned_at` nobody asks by himself: an operator has to look at it.
    """

    __tablename__ = "stray_payments"
    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(20))
    provider_key: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(120))
    amount: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(40))
    found_at: Mapped[datetime]
    asks: Mapped[int] = mapped_column(default=0, server_default="0")
    ask_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("provider", "provider_key"),
        Index("ix_stray_payments_ask_at", "ask_at", postgresql_where=text("ask_at IS NOT NULL")),
        CheckConstraint("returned_at IS NULL OR ask_at IS NULL", "what_is_back_is_not_asked_for"),
    )


class PointHistory(Model):
    """The append-only ledger of points. A trigger moves `users.point` with each row and fills `balance_after`."""

    __tablename__ = "point_histories"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    amount: Mapped[int] = mapped_column(BigInteger)
    type: Mapped[str] = mapped_column(String(20))
    balance_after: Mapped[int] = mapped_column(BigInteger, server_default="0")
    payment_id: Mapped[int | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["payment_id", "user_id"], ["payments.id", "payments.user_id"]),
        Index("ix_point_histories_user_id_id", "user_id", "id"),
        Index(
            "uq_point_histories_once_per_payment",
            "payment_id",
            "type",
            unique=True,
            postgresql_where=text("payment_id IS NOT NULL"),
        ),
        CheckConstraint("amount <> 0", "amount_not_zero"),
        CheckConstraint("(type = 'USE') = (amount < 0)", "only_use_takes_points"),
        CheckConstraint("type IN ('GRANT', 'TOP_UP', 'USE', 'REFUND')", "type_known"),
        CheckConstraint("(type = 'GRANT') = (payment_id IS NULL)", "only_grants_have_no_payment"),
    )


class Ticket(Model):
    """What a paid seat becomes: an unguessable code, shown as a QR, checked in once."""

    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32), unique=True)
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), unique=True)
    issued_at: Mapped[datetime]
    voided_at: Mapped[datetime | None]
    checked_in_at: Mapped[datetime | None]
    checked_in_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_in_gate: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        Index("ix_tickets_came", "checked_in_at", "id", postgresql_where=text("checked_in_at IS NOT NULL")),
        CheckConstraint(
            "checked_in_at IS NOT NULL OR (checked_in_by IS NULL AND checked_in_gate IS NULL)", "let_in_at_a_gate"
        ),
    )
