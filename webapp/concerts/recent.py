"""Concerts and schedules as this process saw them within the last second: what thousands of pages ask at once.

Drafts are not among them. They belong to no database session: nothing that is done to them is ever written.
"""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import contains_eager

from webapp.concerts.listing import IS_LISTED
from webapp.concerts.models import Concert, Schedule
from webapp.db import apart
from webapp.errors import NotFound
from webapp.memory import Recent

Found = TypeVar("Found", Concert, Schedule)

SECONDS = 1.0

CONCERT = select(Concert).where(Concert.slug == bindparam("slug"), Concert.published_at.is_not(None))
NUMBERED = select(Concert).where(Concert.id == bindparam("id"), Concert.published_at.is_not(None))
LISTED = select(Concert).where(IS_LISTED).order_by(Concert.id)
SCHEDULE = (
    select(Schedule)
    .join(Schedule.concert)
    .options(contains_eager(Schedule.concert))
    .where(Schedule.id == bindparam("id"), Concert.published_at.is_not(None))
)

_concerts: Recent[Concert] = Recent(SECONDS)
_numbered: Recent[Concert] = Recent(SECONDS)
_listed: Recent[Sequence[Concert]] = Recent(SECONDS)
_schedules: Recent[Schedule] = Recent(SECONDS)


def concert(slug: str) -> Concert:
    """The concert with this slug. Raises NotFound."""
    return _concerts.get(slug, lambda: _one(CONCERT, {"slug": slug}))


def numbered(concert_id: int) -> Concert:
    """The concert with this id. Raises NotFound."""
    return _numbered.get(concert_id, lambda: _one(NUMBERED, {"id": concert_id}))


def listed() -> Sequence[Concert]:
    """The concerts that stand on the listings, by id."""
    return _listed.get(None, _all)


def schedule(schedule_id: int) -> Schedule:
    """The schedule with its concert. Raises NotFound."""
    return _schedules.get(schedule_id, lambda: _one(SCHEDULE, {"id": schedule_id}))


def _one(statement: Select[Found], asked: dict[str, str | int]) -> Found:
    with apart() as session:
        found = session.scalar(statement, asked)
    if found is None:
        raise NotFound()
    return found


def _all() -> Sequence[Concert]:
    with apart() as session:
        return session.scalars(LISTED).all()
