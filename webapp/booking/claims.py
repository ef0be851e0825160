"""The seats' side of a claim: taking and giving back. The only statements that change who has a seat.

Rows are locked in one order everywhere: a stored callback, the user, the choosing of a schedule's best seats, seats
by id, reservations, orders, payments, stray money, the counter, sessions. The user's row comes before all that is a
fan's, and makes one fan's actions follow one another over all tabs; orders and payments belong to one fan and are
only touched under that lock, so among themselves they need no order. docs/architecture.md tells who takes which.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    DateTime,
    Integer,
    Row,
    any_,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from webapp.accounts.models import User
from webapp.booking.models import EXPIRED, MOST_SEATS, Reservation, is_lapsed
from webapp.concerts.models import Schedule, Seat, is_free
from webapp.db import after_commit, db, fetch, stale_in_session, unindexed
from webapp.live import messages

# What every hold asks, built once.
NOW = bindparam("now", type_=DateTime(timezone=True))
ONE_FAN = select(User.id).where(User.id == bindparam("id")).with_for_update(key_share=True)
IN_ORDER = Seat.id.asc()  # in which seats are locked, everywhere
CHOOSING_LOCK = 7_011_955  # any number that no other advisory lock of ours has
CHOOSING = text("SELECT pg_advisory_xact_lock(:space, :schedule_id)")
SEATS = select(Seat).where(Seat.id == any_(bindparam("ids", type_=ARRAY(Integer)))).order_by(IN_ORDER).with_for_update()
# Nobody is waited for: whoever has one of these locked takes it over or gives it back.
GIVE_BACK_LAPSED = text(
    """
    WITH lapsed AS (
        SELECT seats.id
        FROM seats JOIN reservations ON reservations.seat_id = seats.id AND reservations.seat_version = seats.version
        WHERE reservations.id = ANY(:reservation_ids) AND NOT seats.is_sold AND seats.held_until <= :now
        ORDER BY seats.id
        FOR UPDATE OF seats SKIP LOCKED
    )
    UPDATE seats SET version = version + 1, held_until = NULL FROM lapsed WHERE seats.id = lapsed.id
    RETURNING seats.id, seats.number, seats.schedule_id
    """
).columns(id=Integer, number=Integer, schedule_id=Integer)
HELD = select(Reservation.id, Reservation.slot, Reservation.seat_id, is_lapsed(NOW).label("has_lapsed")).where(
    Reservation.user_id == bindparam("user_id"),
    Reservation.concert_id == bindparam("concert_id"),
    ~Reservation.is_cancelled,
)


def lock_fan(user_id: int) -> None:
    """Make one fan's actions follow one another. Does not hold up joins, which only refer to the row."""
    fetch(ONE_FAN, id=user_id)


def lock_choosing(schedule_id: int) -> None:
    """Make choosings of the best seats of a schedule follow one another: each sees what the one before has taken.

    Comes after the fan's lock and before any seat's. Whoever names seats by hand does not ask for it.
    """
    fetch(CHOOSING, space=CHOOSING_LOCK, schedule_id=schedule_id)


def take(seat_ids: Sequence[int], schedule_id: int, until: datetime, now: datetime) -> list[Row[Any]]:
    """Take those of the seats that are free, in id order, in one conditional statement, over any lapsed hold.

    Returns rows of id, number, price and version. A claim that waited for another looks at the seat again before
    it takes it: whoever locked first has it.
    """
    statement = _taking(is_free, IN_ORDER)
    found = fetch(statement, seat_ids=list(seat_ids), schedule=schedule_id, until=until, now=now)
    taken = sorted(found, key=lambda seat: seat.id)
    if lapsed := [seat.id for seat in taken if seat.lapsed_at]:
        cancel(Reservation.seat_id.in_(lapsed) & is_lapsed(now), EXPIRED, now)
    return taken


@cache
def _taking(
    can_be_taken: Callable[[BindParameter[datetime]], ColumnElement[bool]], order: ColumnElement[Any]
) -> ReturningUpdate[Any]:
    """The one statement that takes seats, built once for its condition and the order in which it locks them."""
    free = (
        select(Seat.id, Seat.held_until)
        .where(
            Seat.id == any_(bindparam("seat_ids", type_=ARRAY(Integer))),
            unindexed(Seat.schedule_id) == bindparam("schedule"),
            can_be_taken(NOW),
        )
        .order_by(order)
        .with_for_update()
        .cte("free")
    )
    return (
        update(Seat)
        .where(Seat.id == free.c.id)
        .values(version=Seat.version + 1, held_until=bindparam("until"))
        .returning(Seat.id, Seat.number, Seat.price, Seat.version, free.c.held_until.label("lapsed_at"))
        .execution_options(synchronize_session=False)
    )


def give_back(seat_ids: Sequence[int]) -> list[int]:
    """Make the seats free again; returns their numbers. The caller has locked or ended the claims on them."""
    lock(seat_ids)
    statement = (
        update(Seat)
        .where(Seat.id.in_(seat_ids))
        .values(version=Seat.version + 1, held_until=None, is_sold=False)
        .returning(Seat.number)
        .execution_options(synchronize_session="fetch")
    )
    return list(db.session.scalars(statement))


def lock(seat_ids: Sequence[int]) -> list[Seat]:
    """Lock the seats in id order and read them afresh."""
    return list(db.session.scalars(SEATS, {"ids": list(seat_ids)}, execution_options={"populate_existing": True}))


def cancel(which: ColumnElement[bool], reason: str, now: datetime) -> None:
    """End the live reservations among `which`."""
    statement = (
        update(Reservation)
        .where(which, ~Reservation.is_cancelled)
        .values(is_cancelled=True, cancelled_at=now, cancel_reason=reason)
    )
    db.session.execute(statement.execution_options(synchronize_session="fetch"))


def free_slots(
    user_id: int, concert_id: int, now: datetime, *, wanted: Sequence[int] = (), keeping: Sequence[int] = ()
) -> list[int]:
    """The fan's unused places under the seat limit. Their own lapsed holds use up none: they are ended,
    but for the reservations in `keeping`. `wanted` are the seats the caller is about to take.
    """
    held = fetch(HELD, user_id=user_id, concert_id=concert_id, now=now)
    used, lapsed = set(), {}
    for hold in held:
        if hold.has_lapsed and hold.id not in keeping:
            lapsed[hold.id] = hold.seat_id
        else:
            used.add(hold.slot)
    if lapsed:
        # Whoever takes a lapsed hold over locks its seat and then ends it; ending it without its seat, and
        # then wanting the seat, would be the other way round: a deadlock.
        if wanted:
            lock(sorted({*lapsed.values(), *wanted}))
        _give_back_lapsed([one for one, seat_id in lapsed.items() if seat_id not in wanted], now)
        cancel(Reservation.id.in_(lapsed), EXPIRED, now)
    return [slot for slot in range(1, MOST_SEATS + 1) if slot not in used]


def _give_back_lapsed(reservation_ids: list[int], now: datetime) -> None:
    """Make the seats of these reservations free again, and say so to the open maps."""
    given = fetch(GIVE_BACK_LAPSED, reservation_ids=reservation_ids, now=now) if reservation_ids else []
    stale_in_session(Seat, [seat.id for seat in given])
    for schedule_id in sorted({seat.schedule_id for seat in given if seat.schedule_id}):
        numbers = sorted(seat.number for seat in given if seat.schedule_id == schedule_id)
        publish(db.session.get_one(Schedule, schedule_id), numbers, messages.FREE)


def publish(schedule: Schedule, numbers: Sequence[int], state: int) -> None:
    """Tell the open seat maps after the commit; those of a cancelled performance have nothing to choose any more."""
    if numbers and schedule.cancelled_at is None:
        after_commit(messages.seats_changed, schedule.concert_id, schedule.id, list(numbers), state)
