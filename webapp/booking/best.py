"""Best available: the best seats next to each other, chosen for the fan and held at once."""

from datetime import datetime

from sqlalchemy import select

from webapp.booking import holds
from webapp.booking.models import Order
from webapp.concerts.models import Schedule, Seat, SeatPlan, is_free
from webapp.concerts.plans import best_together
from webapp.db import db
from webapp.errors import NoneTogether, SeatsTaken

# Under a rush the best seats are everybody's best seats: after losing them this often, say so.
TRIES = 5


def place_best(user_id: int, schedule: Schedule, count: int, grade: str | None, now: datetime) -> Order:
    """Hold the best `count` (1 to 4) free seats together, of one grade if given. Raises NoneTogether or SeatLimit."""
    plan = db.session.get_one(SeatPlan, schedule.seat_plan_id).document
    for _ in range(TRIES):
        free = _free_numbers(schedule, now)
        numbers = best_together(plan, set(free), count, grade)
        if not numbers:
            raise NoneTogether()
        try:
            with db.session.begin_nested():
                return holds.place(user_id, schedule, [free[number] for number in numbers], now)
        except SeatsTaken:
            continue
    raise NoneTogether()


def _free_numbers(schedule: Schedule, now: datetime) -> dict[int, int]:
    """Seat ids of the free seats by number."""
    statement = select(Seat.number, Seat.id).where(Seat.schedule_id == schedule.id, is_free(now))
    return {row.number: row.id for row in db.session.execute(statement)}
