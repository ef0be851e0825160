"""The outbox: mails to fans, written down in the transaction that does what they tell."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model

ORDER_CONFIRMED, REFUND_COMING = "order_confirmed", "refund_coming"
HOLD_REFUNDED, SHOW_CANCELLED = "hold_refunded", "show_cancelled"

WAITING, SENDING, SENT = "waiting", "sending", "sent"
KEPT, FAILED, DISCARDED = "kept", "failed", "discarded"


class Mail(Model):
    """One mail to one fan. Its kind and payment name it, so nothing is told twice.

    `kept` was written while no mail server was set. `sending` counts until `leased_until`: then its sender is
    taken to be dead. Subject and text are filled in when it is first sent, and every try sends the same.
    """

    __tablename__ = "mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(30))
    payment_id: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    send_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    sent_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(Text)
    recipient: Mapped[str | None] = mapped_column(String(254))
    subject: Mapped[str | None] = mapped_column(Text)
    plain: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        ForeignKeyConstraint(["payment_id", "user_id"], ["payments.id", "payments.user_id"]),
        UniqueConstraint("kind", "payment_id"),
        CheckConstraint(
            "kind IN ('order_confirmed', 'refund_coming', 'hold_refunded', 'show_cancelled')", "kind_known"
        ),
        CheckConstraint("status IN ('waiting', 'sending', 'sent', 'kept', 'failed', 'discarded')", "status_known"),
        CheckConstraint("(status = 'sending') = (leased_until IS NOT NULL)", "sending_has_a_lease"),
        CheckConstraint("(status = 'sent') = (sent_at IS NOT NULL)", "sent_has_a_time"),
        CheckConstraint("status NOT IN ('sending', 'sent') OR subject IS NOT NULL", "sent_as_written"),
        Index("ix_mails_due", "send_at", postgresql_where=text("status IN ('waiting', 'sending')")),
    )
