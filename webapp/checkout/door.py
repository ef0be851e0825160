"""The door: a ticket opens it once. Every answer to a scan, and taking a mistaken one back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select, update
from sqlalchemy.orm import aliased

from webapp.accounts.models import User
from webapp.booking.models import Order, Reservation
from webapp.checkout.door_models import DoorCount
from webapp.checkout.models import Ticket
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import db
from webapp.errors import NotFound
from webapp.memory import Recent

WELCOME, ALREADY_IN, VOID, WRONG_SHOW, UNKNOWN = "welcome", "already_in", "void", "wrong_show", "unknown"
LONGEST_CODE, LONGEST_GATE = 64, 40
SOLD_SECONDS = 10.0

_sold: Recent[int] = Recent(SOLD_SECONDS)


@dataclass(frozen=True)
class Answer:
    """What the door says to a code. Who, where and when are None for a code nobody knows."""

    kind: str
    code: str
    seat: Seat | None = None
    holder: str | None = None
    concert: Concert | None = None
    schedule: Schedule | None = None
    came_at: datetime | None = None
    gate: str | None = None
    let_in_by: str | None = None


@dataclass(frozen=True)
class Count:
    """How many of a schedule's valid tickets have come in."""

    admitted: int
    sold: int


def tidy_code(typed: str) -> str:
    """A code as tickets have it, from what a person types or a camera reads: capitals and digits, nothing between."""
    return "".join(letter for letter in typed.upper() if letter.isascii() and letter.isalnum())[:LONGEST_CODE]


def admit(code: str, schedule_id: int, operator_id: int, gate: str, now: datetime) -> Answer:
    """Let the ticket with this code in, if it is for this schedule, valid and not in yet. Of two at once one wins."""
    found = _find(tidy_code(code))
    if found is None:
        return Answer(UNKNOWN, tidy_code(code))
    if found.Schedule.id != schedule_id:
        return _answer(WRONG_SHOW, found)
    # The row decides, not what was read before: two scanners may have the same code in front of them.
    entering = update(Ticket).where(Ticket.id == found.Ticket.id, _may_enter()).returning(Ticket.id)
    came = entering.values(checked_in_at=now, checked_in_by=operator_id, checked_in_gate=gate[:LONGEST_GATE] or None)
    if found.Schedule.cancelled_at is None and db.session.scalar(came.execution_options(synchronize_session=False)):
        return _answer(WELCOME, _read(found.Ticket.code))
    found = _read(found.Ticket.code)
    is_void = found.Ticket.voided_at or found.Schedule.cancelled_at
    return _answer(VOID if is_void else ALREADY_IN, found)


def take_back(code: str, schedule_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Undo a mistaken check-in: the ticket opens the door again. The state before and after, or NotFound."""
    found = _find(tidy_code(code), is_locked=True)
    if found is None or found.Schedule.id != schedule_id or not found.Ticket.checked_in_at or found.Ticket.voided_at:
        raise NotFound()
    ticket: Ticket = found.Ticket
    before = state(_answer(ALREADY_IN, found))
    ticket.checked_in_at = ticket.checked_in_by = ticket.checked_in_gate = None
    return before, {"came_at": None, "gate": None}


def state(answer: Answer) -> dict[str, Any]:
    """A check-in as the log keeps it."""
    return {"came_at": answer.came_at.isoformat() if answer.came_at else None, "gate": answer.gate}


def count(schedule_id: int) -> Count:
    """Admitted, as of now, of sold, as of some seconds ago: at the door next to nothing is sold any more."""
    admitted = db.session.scalar(select(DoorCount.admitted).where(DoorCount.schedule_id == schedule_id)) or 0
    return Count(admitted, _sold.get(schedule_id, lambda: _count_sold(schedule_id)))


def latest(schedule_id: int, most: int) -> list[Answer]:
    """Who came in last, newest first. Before the first nobody is looked for, among all who came to other shows."""
    if not count(schedule_id).admitted:
        return []
    statement = _tickets().where(Schedule.id == schedule_id, Ticket.checked_in_at.is_not(None))
    rows = db.session.execute(statement.order_by(Ticket.checked_in_at.desc(), Ticket.id.desc()).limit(most))
    return [_answer(ALREADY_IN, row) for row in rows]


def _count_sold(schedule_id: int) -> int:
    """A seat is sold as long as it has a valid ticket: see the audit."""
    return db.session.scalar(select(func.count()).where(Seat.schedule_id == schedule_id, Seat.is_sold)) or 0


def _may_enter() -> ColumnElement[bool]:
    return Ticket.voided_at.is_(None) & Ticket.checked_in_at.is_(None)


def _find(code: str, *, is_locked: bool = False) -> Row[Any] | None:
    statement = _tickets().where(Ticket.code == code)
    if is_locked:
        statement = statement.with_for_update(of=Ticket)
    return db.session.execute(statement.execution_options(populate_existing=True)).first()


def _read(code: str) -> Row[Any]:
    return db.session.execute(_tickets().where(Ticket.code == code).execution_options(populate_existing=True)).one()


def _tickets() -> Any:
    scanner = aliased(User)
    return (
        select(Ticket, Seat, Schedule, Concert, User.name.label("holder"), scanner.name.label("let_in_by"))
        .join(Reservation, Reservation.id == Ticket.reservation_id)
        .join(Seat, Seat.id == Reservation.seat_id)
        .join(Order, Order.id == Reservation.order_id)
        .join(Schedule, Schedule.id == Order.schedule_id)
        .join(Concert, Concert.id == Order.concert_id)
        .join(User, User.id == Order.user_id)
        .outerjoin(scanner, scanner.id == Ticket.checked_in_by)
    )


def _answer(kind: str, found: Row[Any]) -> Answer:
    ticket = found.Ticket
    return Answer(
        kind,
        ticket.code,
        found.Seat,
        found.holder,
        found.Concert,
        found.Schedule,
        ticket.checked_in_at,
        ticket.checked_in_gate,
        found.let_in_by,
    )
