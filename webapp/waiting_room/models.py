"""The line: one counter per concert, and one session per fan and concert."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Integer, String, Text, and_, func, or_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from webapp.concerts.models import Concert
from webapp.db import Model, unindexed

Moment = datetime | BindParameter[datetime]

ADMISSION = timedelta(minutes=10)
CLAIM = timedelta(minutes=3)

PAID, LEFT, EXPIRED, NO_SHOW = "paid", "left", "expired", "no_show"
END_REASONS = (PAID, LEFT, EXPIRED, NO_SHOW)


class Counter(Model):
    """The state of one concert's line. Every change to the line holds this row's lock.

    `serving_number - terminated_count` sessions are being served. `skipped_count` sessions ended while they
    waited and the line has not reached them yet, so `created_count - serving_number - skipped_count` are waiting.
    `departures` counts them by bands of `band_width` numbers, the first of which begins after `bands_from`.
    A trigger keeps created_count, serving_number and terminated_count from ever going down. While `awaits_draw` the
    lobby's fans have no numbers yet, and nobody else can draw one: see lobby_models.py and drawing.py.
    """

    __tablename__ = "counters"
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"), primary_key=True)
    created_count: Mapped[int] = mapped_column(default=0, server_default="0")
    terminated_count: Mapped[int] = mapped_column(default=0, server_default="0")
    serving_number: Mapped[int] = mapped_column(default=0, server_default="0")
    skipped_count: Mapped[int] = mapped_column(default=0, server_default="0")
    band_width: Mapped[int] = mapped_column(default=1, server_default="1")
    bands_from: Mapped[int] = mapped_column(default=0, server_default="0")
    departures: Mapped[list[int]] = mapped_column(ARRAY(Integer), default=list, server_default="{}")
    capacity: Mapped[int] = mapped_column(default=100, server_default="100")
    is_paused: Mapped[bool] = mapped_column(default=False, server_default="false")
    admissions_per_minute: Mapped[int | None]
    rate_credit: Mapped[float] = mapped_column(default=0.0, server_default="0")
    rate_counted_at: Mapped[datetime | None]
    message: Mapped[str] = mapped_column(Text, default="", server_default="")
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    concert: Mapped[Concert] = relationship()  # comes with the lock: see calling.py
    awaits_draw: Mapped[bool] = mapped_column(default=False, server_default="false")
    moved_at: Mapped[datetime | None]  # the last change, by the clock of whoever made it: see moments.py

    __table_args__ = (
        CheckConstraint("NOT awaits_draw OR created_count = 0", "the_lobby_goes_first"),
        CheckConstraint("0 <= terminated_count AND terminated_count <= serving_number", "nobody_served_twice"),
        CheckConstraint("serving_number <= created_count", "serves_only_drawn_numbers"),
        CheckConstraint("0 <= skipped_count AND skipped_count <= created_count - serving_number", "skips_only_waiting"),
        CheckConstraint("capacity >= 0", "capacity_never_negative"),
        CheckConstraint("admissions_per_minute > 0", "rate_positive"),
        CheckConstraint("band_width > 0 AND bands_from >= 0", "bands_have_a_width"),
    )


class QueueSession(Model):
    """One fan's place in one concert's line: waiting, admitted or ended."""

    __tablename__ = "sessions"
    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True, server_default=func.gen_random_uuid())
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"))
    wait_number: Mapped[int]
    created_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    claim_by: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    is_terminated: Mapped[bool] = mapped_column(default=False, server_default="false")
    terminated_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(20))

    __table_args__ = (
        Index("uq_sessions_concert_id_wait_number", "concert_id", "wait_number", unique=True),
        Index("ix_sessions_fan", "user_id", "concert_id", "wait_number"),
        Index(
            "uq_sessions_one_live_per_fan",
            "user_id",
            "concert_id",
            unique=True,
            postgresql_where=text("NOT is_terminated"),
        ),
        Index(
            "ix_sessions_waiting",
            "concert_id",
            "wait_number",
            postgresql_where=text("NOT is_terminated AND called_at IS NULL"),
        ),
        Index(
            "ix_sessions_left_while_waiting",
            "concert_id",
            "wait_number",
            postgresql_where=text("is_terminated AND called_at IS NULL"),
        ),
        Index(
            "ix_sessions_served",
            "concert_id",
            "expires_at",
            postgresql_where=text("NOT is_terminated AND called_at IS NOT NULL"),
        ),
        Index("ix_sessions_called_at", "concert_id", "called_at", postgresql_where=text("called_at IS NOT NULL")),
        CheckConstraint("is_terminated = (end_reason IS NOT NULL)", "an_end_has_a_reason"),
        CheckConstraint("is_terminated = (terminated_at IS NOT NULL)", "an_end_has_a_time"),
        CheckConstraint("(called_at IS NULL) = (expires_at IS NULL)", "the_clock_starts_when_called"),
        CheckConstraint("wait_number > 0", "wait_number_positive"),
        CheckConstraint("end_reason IN ('paid', 'left', 'expired', 'no_show')", "end_reason_known"),
        CheckConstraint("(called_at IS NULL) = (claim_by IS NULL)", "called_to_come_by_a_time"),
        CheckConstraint("claimed_at IS NULL OR called_at IS NOT NULL", "only_the_called_come"),
        CheckConstraint("end_reason NOT IN ('expired', 'no_show') OR called_at IS NOT NULL", "only_the_called_run_out"),
    )


class Standing(NamedTuple):
    """What of a session says where its fan stands: read without the ORM on the pages of a rush."""

    id: int
    concert_id: int
    wait_number: int
    created_at: datetime
    called_at: datetime | None
    claim_by: datetime | None
    claimed_at: datetime | None
    expires_at: datetime | None
    end_reason: str | None


def of_fan(user: Any, concert: Any) -> ColumnElement[bool]:
    """A fan's sessions in one line, or with any_() those of many: found by the fan, however long the line is."""
    return and_(QueueSession.user_id == user, unindexed(QueueSession.concert_id) == concert)


def is_admitted(now: Moment) -> ColumnElement[bool]:
    """The predicate of an admission: called, not ended, not expired, and claimed or still in time to be."""
    return and_(
        ~QueueSession.is_terminated,
        QueueSession.called_at.is_not(None),
        QueueSession.expires_at > now,
        or_(QueueSession.claimed_at.is_not(None), QueueSession.claim_by > now),
    )


def is_over(now: Moment) -> ColumnElement[bool]:
    """Called, and its time has run out, whether or not anybody has tidied it yet."""
    return and_(
        ~QueueSession.is_terminated,
        QueueSession.called_at.is_not(None),
        or_(
            QueueSession.expires_at <= now,
            and_(QueueSession.claimed_at.is_(None), QueueSession.claim_by <= now),
        ),
    )
