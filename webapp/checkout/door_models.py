"""How many are in, by performance."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class DoorCount(Model):
    """How many came in with a valid ticket. A trigger moves it with each check-in, and with its undoing."""

    __tablename__ = "door_counts"
    schedule_id: Mapped[int] = mapped_column(ForeignKey("schedules.id"), primary_key=True)
    admitted: Mapped[int] = mapped_column(default=0, server_default="0")

    __table_args__ = (CheckConstraint("admitted >= 0", "never_negative"),)
