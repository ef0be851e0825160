"""What the seats of a performance cost: read by grade, and changed for whoever buys next.

A hold keeps the price it was opened with (`reservations.price`), so nothing changes under a buyer.
"""

from collections.abc import Mapping

from sqlalchemy import func, select, update

from webapp.concerts.models import Schedule, Seat
from webapp.db import db
from webapp.errors import NotFound


def lock(schedule_id: int) -> Schedule:
    """Lock a performance against other edits and read it afresh. Raises NotFound.

    It comes before its seats. Orders refer to the row, and this lock does not hold them up.
    """
    statement = select(Schedule).where(Schedule.id == schedule_id).with_for_update(key_share=True)
    found = db.session.scalar(statement, execution_options={"populate_existing": True})
    if found is None:
        raise NotFound()
    return found


def of(schedule_id: int) -> dict[str, int]:
    """Won by grade, dearest first."""
    statement = (
        select(Seat.grade, func.max(Seat.price))
        .where(Seat.schedule_id == schedule_id)
        .group_by(Seat.grade)
        .order_by(func.max(Seat.price).desc(), func.min(Seat.number))
    )
    return {row[0]: row[1] for row in db.session.execute(statement)}


def change(schedule: Schedule, prices: Mapping[str, int]) -> None:
    """Set what the seats cost, in won by grade. The caller holds the schedule's lock."""
    changed = {grade: prices[grade] for grade, price in of(schedule.id).items() if prices[grade] != price}
    if not changed:
        return
    # In id order like every claim: whoever holds one of them is waited for, and whoever comes later sees the new price.
    seats = select(Seat.id).where(Seat.schedule_id == schedule.id, Seat.grade.in_(changed)).order_by(Seat.id)
    db.session.execute(seats.with_for_update()).all()
    for grade, price in changed.items():
        of_grade = update(Seat).where(Seat.schedule_id == schedule.id, Seat.grade == grade).values(price=price)
        db.session.execute(of_grade.execution_options(synchronize_session=False))
    schedule.edition += 1
