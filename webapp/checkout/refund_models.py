"""Refunds of paid orders: what was kept, what goes back and to where, and how far that has come."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model

BY_FAN, BY_OPERATOR, BY_SHOW = "fan", "operator", "show_cancelled"

ASKED, RETURNED, REFUSED = "asked", "returned", "refused"


class Refund(Model):
    """The one refund of a paid order: `fee` kept, `card_amount` and `points_amount` given back, in won.

    Points are back at once. The card's part is `asked` for until the provider says that it is `returned`;
    `refused` waits for an operator.
    """

    __tablename__ = "refunds"
    id: Mapped[int] = mapped_column(primary_key=True)
    payment_id: Mapped[int] = mapped_column(unique=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    cause: Mapped[str] = mapped_column(String(20))
    fee: Mapped[int]
    card_amount: Mapped[int]
    points_amount: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    returned_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    asks: Mapped[int] = mapped_column(default=0, server_default="0")
    ask_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["payment_id", "order_id"], ["payments.id", "payments.order_id"]),
        CheckConstraint("fee >= 0 AND card_amount >= 0 AND points_amount >= 0", "amounts_never_negative"),
        CheckConstraint("cause IN ('fan', 'operator', 'show_cancelled')", "cause_known"),
        CheckConstraint("cause <> 'show_cancelled' OR fee = 0", "a_cancelled_show_costs_nothing"),
        CheckConstraint("status IN ('asked', 'returned', 'refused')", "status_known"),
        CheckConstraint("(status = 'returned') = (returned_at IS NOT NULL)", "returned_has_a_time"),
        CheckConstraint("status <> 'refused' OR refused_at IS NOT NULL", "refused_has_a_time"),
        CheckConstraint("(status = 'asked') = (ask_at IS NOT NULL)", "asked_until_returned"),
        Index("ix_refunds_ask_at", "ask_at", postgresql_where=text("status = 'asked'")),
    )
