"""Putting a concert on: a schedule and its seats, drawn from a seat plan and a price for each grade."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from webapp.concerts.models import Concert, Schedule, Seat, SeatPlan
from webapp.concerts.plans import Plan, seats_of
from webapp.db import db, survey

COLUMNS = ("number", "section", "section_ko", "row", "place", "grade")

# One statement for all of them: a stadium has fifty thousand.
SEAT_BY_SEAT = text(
    """
    INSERT INTO seats (schedule_id, number, section, section_ko, "row", place, grade, price)
    SELECT :schedule_id, seat.* FROM unnest(
        CAST(:number AS int[]), CAST(:section AS text[]), CAST(:section_ko AS text[]), CAST(:row AS text[]),
        CAST(:place AS text[]), CAST(:grade AS text[]), CAST(:price AS int[])
    ) AS seat
    """
)


def put_on(
    concert: Concert, plan: SeatPlan, starts_at: datetime, doors_at: datetime, prices: dict[str, int]
) -> Schedule:
    """Add a performance, a seat for each of the plan. `prices` in won by grade; a missing one is a KeyError."""
    date = starts_at.astimezone(ZoneInfo(concert.time_zone)).date()
    schedule = Schedule(concert_id=concert.id, seat_plan_id=plan.id, date=date, starts_at=starts_at, doors_at=doors_at)
    db.session.add(schedule)
    db.session.flush()
    db.session.execute(SEAT_BY_SEAT, {"schedule_id": schedule.id, **_columns(plan.document, prices)})
    survey(Seat)  # a house of which it knows nothing is looked through whole for each hold
    return schedule


def _columns(document: Plan, prices: dict[str, int]) -> dict[str, list[Any]]:
    seats = list(seats_of(document))
    columns: dict[str, list[Any]] = {name: [getattr(seat, name) for seat in seats] for name in COLUMNS}
    return columns | {"price": [prices[seat.grade] for seat in seats]}
