"""Best available: the best seats next to each other, chosen for the fan and held at once.

Where to look is decided by a snapshot that many share; what to take, under the schedule's lock, by the seats as they
are then. So a thousand fans who want the best seats get different ones, and none of them tries in vain.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Integer, bindparam, text

from webapp.booking import claims, holds, snapshot
from webapp.booking.models import Order
from webapp.concerts import geometry, together
from webapp.concerts.models import Schedule
from webapp.concerts.together import Block
from webapp.db import db, fetch
from webapp.errors import NoneTogether, SeatsTaken

# Fans who choose by hand take no lock but their seats'. To lose to them this often in a row takes a full house.
TRIES = 20

FREE = (
    text(
        """
        SELECT seats.id, seats.number
        FROM unnest(CAST(:firsts AS int[]), CAST(:lasts AS int[])) AS block (first, last)
        JOIN seats ON seats.schedule_id = :schedule_id AND seats.number BETWEEN block.first AND block.last
        WHERE NOT seats.is_sold AND (seats.held_until IS NULL OR seats.held_until <= :now)
        """
    )
    .bindparams(
        bindparam("firsts", type_=ARRAY(Integer)),
        bindparam("lasts", type_=ARRAY(Integer)),
        bindparam("now", type_=DateTime(timezone=True)),
    )
    .columns(id=Integer, number=Integer)
)


def place_best(user_id: int, schedule: Schedule, count: int, grade: str | None, now: datetime) -> Order:
    """Hold the best `count` (1 to 4) free seats together, of one grade if given. Raises NoneTogether or SeatLimit."""
    blocks = _with_room(schedule, count, grade, now)
    claims.lock_fan(user_id)
    claims.lock_choosing(schedule.id)
    lost = set[int]()
    for _ in range(TRIES if blocks else 0):
        seats = _choose(schedule, blocks, count, lost, now)
        if not seats:
            break
        try:
            with db.session.begin_nested():
                return holds.place(user_id, schedule, list(seats.values()), now)
        except SeatsTaken as taken:
            lost.update(taken.facts["seats"])
    raise NoneTogether()


def _with_room(schedule: Schedule, count: int, grade: str | None, now: datetime) -> list[Block]:
    """The blocks in which so many seats together seem to be free, the nearest to the stage first."""
    states = snapshot.take(schedule.id, now).states
    house = geometry.house(schedule.seat_plan_id)
    wanted = [block for block in house.blocks if grade in (None, block.grade)]
    return [block for block in wanted if together.has_room(block, states, count)]


def _choose(
    schedule: Schedule, blocks: Sequence[Block], count: int, lost: set[int], now: datetime
) -> dict[int, int] | None:
    """The best seats of the blocks as they are at this moment, number to id; None when there is no such group."""
    ids: dict[int, int] = {}

    def look(some: Sequence[Block]) -> set[int]:
        firsts, lasts = [block.first for block in some], [block.last for block in some]
        found = fetch(FREE, schedule_id=schedule.id, firsts=firsts, lasts=lasts, now=now)
        ids.update({seat.number: seat.id for seat in found})
        return {seat.number for seat in found} - lost

    numbers = together.best(blocks, look, count)
    return {number: ids[number] for number in numbers} or None
