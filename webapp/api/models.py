"""What the API remembers: refresh tokens, hashed, and the answers that idempotency keys stand for."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class RefreshToken(Model):
    """One refresh token by its hash. Used once; its sign-in is its family, and ending that ends all of them.

    `session_id` is the place in line that the access tokens it gives are bound to, if they are.
    """

    __tablename__ = "refresh_tokens"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sign_in_key: Mapped[str] = mapped_column(ForeignKey("sign_ins.key", ondelete="CASCADE"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("sessions.id"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class StoredAnswer(Model):
    """What a caller was answered under an idempotency key, written in the transaction of what it did.

    `owner` is a fan, or anybody who is not signed in; `fingerprint` is a keyed hash of the request's body.
    """

    __tablename__ = "stored_answers"
    owner: Mapped[str] = mapped_column(String(40), primary_key=True)
    operation: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_stored_answers_created_at", "created_at"),
        CheckConstraint("status BETWEEN 200 AND 299", "only_what_was_done"),
    )
