"""Putting a concert on: a schedule and its seats, drawn from a seat plan and a price for each grade."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from webapp.concerts.models import Concert, Schedule, Seat, SeatPlan
from webapp.concerts.plans import seats_of
from webapp.db import db


def put_on(
    concert: Concert, plan: SeatPlan, starts_at: datetime, doors_at: datetime, prices: dict[str, int]
) -> Schedule:
    """Add a performance, a seat for each of the plan. `prices` in won by grade; a missing one is a KeyError."""
    date = starts_at.astimezone(ZoneInfo(concert.time_zone)).date()
    schedule = Schedule(concert_id=concert.id, seat_plan_id=plan.id, date=date, starts_at=starts_at, doors_at=doors_at)
    db.session.add(schedule)
    db.session.flush()
    seats = [
        {
            "schedule_id": schedule.id,
            "number": seat.number,
            "section": seat.section,
            "row": seat.row,
            "place": seat.place,
            "grade": seat.grade,
            "price": prices[seat.grade],
        }
        for seat in seats_of(plan.document)
    ]
    db.session.execute(insert(Seat), seats)
    return schedule
