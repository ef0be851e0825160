"""Giving a performance another seat plan while it is on sale. Nobody loses a seat that they hold or have bought.

A seat is the same seat when section, row and place are. It keeps its row in the table, and so its reservations; its
number in the house may change, and what its section is called in Korean. What was drawn from the plan before is told
by the schedule's `edition`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, insert, select, text, update

from webapp.booking import claims
from webapp.booking.models import EXPIRED, Reservation, is_lapsed
from webapp.concerts.models import Schedule, Seat, SeatPlan
from webapp.concerts.plans import PlannedSeat, seats_of
from webapp.concerts.schedules import COLUMNS
from webapp.db import db, survey
from webapp.errors import EditRefused

Key = tuple[str, str, str]  # section, row, place

ASIDE = 1_000_000  # above every number of a house
# A number belongs to one seat at every moment, so those that change step aside first.
STEP_ASIDE = text("UPDATE seats SET number = number + :aside WHERE id = ANY(:ids)")
SETTLE = text(
    """
    UPDATE seats SET number = seat.number, section_ko = seat.section_ko, grade = seat.grade, price = seat.price
    FROM unnest(
        CAST(:ids AS int[]), CAST(:numbers AS int[]), CAST(:sections_ko AS text[]), CAST(:grades AS text[]),
        CAST(:prices AS int[])
    ) AS seat (id, number, section_ko, grade, price)
    WHERE seats.id = seat.id
    """
)


class Conflict(NamedTuple):
    """A seat that somebody has and the new plan would take or regrade. `grade` is the new one, None for no seat."""

    name: str
    is_sold: bool
    was: str
    grade: str | None


@dataclass(frozen=True)
class Outlook:
    """What a new plan would do: seats kept, added and taken out, and what stands in its way."""

    kept: int
    added: int
    removed: int
    conflicts: Sequence[Conflict]


class SeatsInTheWay(EditRefused):
    """Somebody has seats that the new plan does not have as they are. Facts: `outlook`."""

    code = "seats-in-the-way"


def outlook(schedule_id: int, plan: SeatPlan, now: datetime) -> Outlook:
    """What `replace` would do at this moment."""
    return _compare(_seats(schedule_id), list(seats_of(plan.document)), now)


def replace(schedule: Schedule, plan: SeatPlan, prices: Mapping[str, int], now: datetime) -> Outlook:
    """Put the performance into another house, at `prices` in won by grade. Raises SeatsInTheWay, with nothing done.

    The caller holds the schedule's lock. Every seat is locked, in id order, before any is looked at: a hold that came
    first is seen, and one that comes later looks at its seat again when it has waited.
    """
    seats = _locked(schedule.id)
    wanted = list(seats_of(plan.document))
    found = _compare(seats, wanted, now)
    if found.conflicts:
        sentence = _("Some seats are held or sold and would be gone or of another grade. Nothing was changed.")
        raise SeatsInTheWay(sentence=sentence, outlook=found)
    known, there = {_key(seat): seat for seat in seats}, {_key(one) for one in wanted}
    _take_out([seat for key, seat in known.items() if key not in there], now)
    _settle([(known[_key(one)], one) for one in wanted if _key(one) in known], prices)
    _add(schedule.id, [one for one in wanted if _key(one) not in known], prices)
    schedule.seat_plan_id = plan.id
    schedule.edition += 1
    survey(Seat)
    return found


def _locked(schedule_id: int) -> Sequence[Seat]:
    statement = select(Seat).where(Seat.schedule_id == schedule_id).order_by(Seat.id).with_for_update()
    return db.session.scalars(statement, execution_options={"populate_existing": True}).all()


def _seats(schedule_id: int) -> Sequence[Seat]:
    return db.session.scalars(select(Seat).where(Seat.schedule_id == schedule_id)).all()


def _compare(seats: Sequence[Seat], wanted: Sequence[PlannedSeat], now: datetime) -> Outlook:
    grades = {_key(one): one.grade for one in wanted}
    known = {_key(seat) for seat in seats}
    had = (seat for seat in seats if seat.is_sold or (seat.held_until is not None and seat.held_until > now))
    conflicts = [
        Conflict(seat.name, seat.is_sold, seat.grade, grades.get(_key(seat)))
        for seat in had
        if grades.get(_key(seat)) != seat.grade
    ]
    kept = len(known & grades.keys())
    return Outlook(kept, len(grades) - kept, len(known) - kept, sorted(conflicts))


def _take_out(seats: Sequence[Seat], now: datetime) -> None:
    """Delete seats that no order ever knew; the others leave the house, for the orders that are over."""
    ids = [seat.id for seat in seats]
    if not ids:
        return
    claims.cancel(Reservation.seat_id.in_(ids) & is_lapsed(now), EXPIRED, now)
    is_known: ColumnElement[bool] = exists().where(Reservation.seat_id == Seat.id)
    gone = update(Seat).where(Seat.id.in_(ids), is_known)
    gone = gone.values(schedule_id=None, held_until=None, version=Seat.version + 1)
    db.session.execute(gone.execution_options(synchronize_session=False))
    db.session.execute(text("DELETE FROM seats WHERE id = ANY(:ids) AND schedule_id IS NOT NULL"), {"ids": ids})


def _settle(pairs: Sequence[tuple[Seat, PlannedSeat]], prices: Mapping[str, int]) -> None:
    moving = [seat.id for seat, one in pairs if seat.number != one.number]
    db.session.execute(STEP_ASIDE, {"ids": moving, "aside": ASIDE})
    settled = {
        "ids": [seat.id for seat, _one in pairs],
        "numbers": [one.number for _seat, one in pairs],
        "sections_ko": [one.section_ko for _seat, one in pairs],
        "grades": [one.grade for _seat, one in pairs],
        "prices": [prices[one.grade] for _seat, one in pairs],
    }
    db.session.execute(SETTLE, settled)


def _add(schedule_id: int, planned: Sequence[PlannedSeat], prices: Mapping[str, int]) -> None:
    if not planned:
        return
    about = [{name: getattr(one, name) for name in COLUMNS} for one in planned]
    rows = [{**one, "schedule_id": schedule_id, "price": prices[one["grade"]]} for one in about]
    db.session.execute(insert(Seat), rows)


def _key(seat: Seat | PlannedSeat) -> Key:
    return seat.section, seat.row, seat.place
