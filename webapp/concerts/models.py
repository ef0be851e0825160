"""What is on sale: concerts, schedules, seat plans, seats."""

from datetime import date, datetime, timedelta
from typing import Any
from zlib import crc32

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    func,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.elements import BindParameter, ColumnElement

from webapp.concerts.plans import Plan
from webapp.concerts.texts import NEEDED, Texts, in_a_language
from webapp.db import Model
from webapp.languages import either, spoken

# Common practice in Korea; checkout/fees.py reads it, docs/decisions/0015 says why.
REFUND_TERMS = (
    '{"free_days": 7, "free_ends_days_before": 10, "flat_fee": 4000, "flat_fee_most_percent": 10,'
    ' "steps": [[7, 10], [3, 20], [1, 30]]}'
)


class Concert(Texts, Model):
    """What is on sale. It has one line, shared by all its schedules. Being open is a predicate on two times.

    Without `published_at` it is a draft: only operators see it, and nobody has a place, a draw or an order there.

    For `lobby_minutes` before the sale opens fans gather in the lobby; with 0 there is none. `poster` is the word its
    poster is drawn from, the slug where it is empty. An archived concert is listed nowhere and keeps everything.
    """

    __tablename__ = "concerts"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Seoul")
    sale_opens_at: Mapped[datetime]
    sale_closed_at: Mapped[datetime | None]
    lobby_minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    poster: Mapped[str] = mapped_column(String(80), default="", server_default="")
    archived_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("lobby_minutes BETWEEN 0 AND 10080", "lobby_at_most_a_week"),
        *(in_a_language(name) for name in NEEDED),
    )

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    @property
    def lobby_opens_at(self) -> datetime:
        """When the lobby opens; the same as `sale_opens_at` where there is none."""
        return self.sale_opens_at - timedelta(minutes=self.lobby_minutes)

    def is_lobby_open(self, now: datetime) -> bool:
        return self.lobby_opens_at <= now < self.sale_opens_at and not self.is_closed(now) and not self.is_draft

    refund_terms: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=REFUND_TERMS)

    @property
    def poster_version(self) -> str:
        """Changes with what stands on the poster, in the reader's language, so that browsers may keep each one."""
        return f"{crc32('|'.join((self.poster, self.title, self.artist)).encode()):08x}"

    @property
    def poster_url(self) -> str:
        """The poster as the reader sees it. Its address names their language: anybody may keep what it answers."""
        return f"/posters/{self.slug}.svg?in={spoken()}&v={self.poster_version}"

    def is_on_sale(self, now: datetime) -> bool:
        return self.sale_opens_at <= now and not self.is_closed(now) and not self.is_draft

    def is_closed(self, now: datetime) -> bool:
        return self.sale_closed_at is not None and self.sale_closed_at <= now


COUNTED = "jsonb_array_length(jsonb_path_query_array(document, '$.sections[*].rows[*].seats[*]'))"


class SeatPlan(Model):
    """The geometry of a house: sections, rows, seats and the stage. See plans.py for the document, which never changes.

    Without `saved_at` it is a draft that somebody is looking at. `source` is the text it was written as, if it was,
    `prices` in won by grade are what a new performance begins with, `warnings` are said by plan_files/warnings.py.
    """

    __tablename__ = "seat_plans"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    document: Mapped[Plan] = mapped_column(JSONB)
    source: Mapped[str | None] = mapped_column(Text)
    prices: Mapped[dict[str, int]] = mapped_column(JSONB, default=dict, server_default="{}")
    warnings: Mapped[list[dict[str, Any] | str]] = mapped_column(JSONB, default=list, server_default="[]")
    seat_count: Mapped[int] = mapped_column(Computed(COUNTED, persisted=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    saved_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    archived_at: Mapped[datetime | None]


class Schedule(Model):
    """One dated performance. `date` is the day in the concert's time zone. A cancelled one sells nothing more.

    `edition` rises whenever its seats or prices change: what was drawn from an older one is asked for again.
    """

    __tablename__ = "schedules"
    id: Mapped[int] = mapped_column(primary_key=True)
    concert_id: Mapped[int] = mapped_column(ForeignKey("concerts.id"))
    seat_plan_id: Mapped[int] = mapped_column(ForeignKey("seat_plans.id"))
    date: Mapped[date]
    starts_at: Mapped[datetime]
    doors_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    concert: Mapped[Concert] = relationship(lazy="raise_on_sql")

    __table_args__ = (
        UniqueConstraint("id", "concert_id"),
        UniqueConstraint("concert_id", "starts_at"),
        CheckConstraint("doors_at <= starts_at", "doors_before_start"),
    )


class Seat(Model):
    """One seat of one schedule. `number` counts over the whole house from 1; `place` is its number in its row.

    `section` is what a seat is found by, `section_name` what its reader calls it. `is_sold` and `held_until` say
    whether it can be taken, by the clock: see `is_free`. `version` rises with every change of owner. `price` is what
    the next buyer pays; whoever has it pays what their reservation says. A seat without a schedule was taken out of its
    house by a new plan: only orders that are over still know it.
    """

    __tablename__ = "seats"
    id: Mapped[int] = mapped_column(primary_key=True)
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedules.id"))
    number: Mapped[int]
    section: Mapped[str] = mapped_column(String(60))
    section_ko: Mapped[str] = mapped_column(String(60), default="", server_default="")
    row: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(20))
    grade: Mapped[str] = mapped_column(String(20))
    price: Mapped[int]
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    is_sold: Mapped[bool] = mapped_column(default=False, server_default="false")
    held_until: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("schedule_id", "number"),
        UniqueConstraint("schedule_id", "section", "row", "place"),
        # It names what a sale changes and nothing that a hold does: a hold writes no index.
        Index("ix_seats_unsold", "schedule_id", "grade", postgresql_where=text("NOT is_sold")),
        CheckConstraint("number > 0", "number_positive"),
        CheckConstraint("price > 0", "price_positive"),
        CheckConstraint("NOT (is_sold AND held_until IS NOT NULL)", "sold_is_not_held"),
        CheckConstraint("schedule_id IS NOT NULL OR NOT is_sold AND held_until IS NULL", "nobody_has_what_is_gone"),
    )

    @property
    def name(self) -> str:
        """How pages say it: section, row, place."""
        return f"{self.section_name} {self.row}-{self.place}"

    @property
    def section_name(self) -> str:
        return either(self.section, self.section_ko)


def is_free(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """The predicate of a seat that can be taken: not sold, and not held or held until a time that has passed."""
    return and_(~Seat.is_sold, or_(Seat.held_until.is_(None), Seat.held_until <= now))
