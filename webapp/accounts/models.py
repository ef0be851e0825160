"""People and their sign-ins."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model

FAN, OPERATOR = "fan", "operator"


class User(Model):
    """A fan or an operator. `point` follows the ledger by a trigger and is never written directly.

    `language` is the one they chose, if they did; `reads` the one that the pages spoke when they last signed in.
    """

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    password: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(20), default=FAN, server_default=FAN)
    point: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    language: Mapped[str | None] = mapped_column(String(5))
    reads: Mapped[str | None] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())

    __table_args__ = (
        CheckConstraint("point >= 0", "point_never_negative"),
        CheckConstraint("language IN ('en', 'ko')", "language_known"),
        CheckConstraint("reads IN ('en', 'ko')", "reads_a_known_language"),
        CheckConstraint("role IN ('fan', 'operator')", "role_known"),
        Index("uq_users_email", func.lower(email), unique=True),
    )


class SignIn(Model):
    """One signed-in browser. Its key is in the cookie; ending the row ends the cookie, wherever it was copied."""

    __tablename__ = "sign_ins"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
