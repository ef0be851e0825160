"""Concerts and schedules as this process saw them within the last second: what thousands of pages ask at once.

Drafts are not among them. They belong to no database session: nothing that is done to them is ever written.
"""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import contains_eager

from webapp.concerts.models import Concert, Schedule
from webapp.db import apart
from webapp.errors import NotFound
from webapp.memory import Recent

SECONDS = 1.0

CONCERT = select(Concert).where(Concert.slug == bindparam("slug"), Concert.published_at.is_not(None))
SCHEDULE = (
    select(Schedule)
    .join(Schedule.concert)
    .options(contains_eager(Schedule.concert))
    .where(Schedule.id == bindparam("id"), Concert.published_at.is_not(None))
)

_concerts: Recent[Concert] = Recent(SECONDS)
_schedules: Recent[Schedule] = Recent(SECONDS)


def concert(slug: str) -> Concert:
    """The concert with this slug. Raises NotFound."""
    return _concerts.get(slug, lambda: _concert(slug))


def schedule(schedule_id: int) -> Schedule:
    """The schedule with its concert. Raises NotFound."""
    return _schedules.get(schedule_id, lambda: _schedule(schedule_id))


def _concert(slug: str) -> Concert:
    with apart() as session:
        found = session.scalar(CONCERT, {"slug": slug})
    if found is None:
        raise NotFound()
    return found


def _schedule(schedule_id: int) -> Schedule:
    with apart() as session:
        found = session.scalar(SCHEDULE, {"id": schedule_id})
    if found is None:
        raise NotFound()
    return found
