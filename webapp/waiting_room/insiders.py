"""Who of many is admitted still: for those who let thousands in and must see when each one's time is over."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Integer, any_, bindparam, select

from webapp.db import fetch
from webapp.waiting_room.models import QueueSession, is_admitted, of_fan

NOW = bindparam("now", type_=DateTime(timezone=True))
ADMITTED = select(QueueSession.user_id, QueueSession.concert_id).where(
    of_fan(any_(bindparam("users", type_=ARRAY(Integer))), any_(bindparam("concerts", type_=ARRAY(Integer)))),
    is_admitted(NOW),
)


def admitted(pairs: Collection[tuple[int, int]], now: datetime) -> set[tuple[int, int]]:
    """The pairs of fan and concert, of these and perhaps of others among them, that are an admission; in one read."""
    users, concerts = {user for user, _ in pairs}, {concert for _, concert in pairs}
    found = fetch(ADMITTED, users=list(users), concerts=list(concerts), now=now)
    return {(row.user_id, row.concert_id) for row in found}
