"""The history of a line: how it stood every few seconds."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.db import Model


class LineSample(Model):
    """How a line stood at a round moment: people waiting, people being served.

    `called` counts who was called in the `seconds` before it, so that a sample nobody took is no gap in the count.
    """

    __tablename__ = "line_samples"
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"), primary_key=True)
    sampled_at: Mapped[datetime] = mapped_column(primary_key=True)
    waiting: Mapped[int]
    serving: Mapped[int]
    called: Mapped[int]
    seconds: Mapped[int]

    __table_args__ = (
        CheckConstraint("waiting >= 0 AND serving >= 0 AND called >= 0", "never_negative"),
        CheckConstraint("seconds > 0", "covers_a_while"),
    )
