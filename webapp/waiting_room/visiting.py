"""Who asks and where they stand in one line: the one read that every page of a rush begins with."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, any_, bindparam, select, true

from webapp.accounts.models import SignIn, User
from webapp.accounts.signing_in import KEY, KEYS, WHO, SignedIn, signed_in
from webapp.batches import Batches
from webapp.db import apart, fetch
from webapp.memory import Recent
from webapp.waiting_room.models import Counter, QueueSession, Standing, of_fan

Visit = tuple[SignedIn | None, Standing | None]

# The tick that corrects a page comes as often.
COUNTER_SECONDS = 0.5

NEWEST = (
    select(*[getattr(QueueSession, column) for column in Standing._fields])
    .where(of_fan(SignIn.user_id, bindparam("concert_id")))
    .order_by(QueueSession.wait_number.desc())
    .limit(1)
    .lateral()
)
_VISIT = select(*WHO, *NEWEST.c).join(User, User.id == SignIn.user_id).outerjoin(NEWEST, true())
VISIT = _VISIT.where(SignIn.key == any_(KEYS))
ONE_VISIT = _VISIT.where(SignIn.key == KEY)
COUNTER = select(Counter).where(Counter.concert_id == bindparam("concert_id"))

_counters: Recent[Counter] = Recent(COUNTER_SECONDS)


def visit(key: str, concert_id: int) -> Visit:
    """Who is signed in with this key, and their newest place in the concert's line, live or ended."""
    return _visits.ask(concert_id, key)


def _visit(concert_id: int, collect: Callable[[], Sequence[str]]) -> list[Visit]:
    """The same for everybody who asks at this moment, in one read."""
    keys = collect()
    many = len(keys) > 1
    asked = {"keys": list(keys)} if many else {"key": keys[0]}
    found = {row[0]: row for row in fetch(VISIT if many else ONE_VISIT, concert_id=concert_id, **asked)}
    return [_seen(found[key]) if key in found else (None, None) for key in keys]


def _seen(row: Row[Any]) -> Visit:
    place = Standing._make(row[len(WHO) :])
    return signed_in(row), place if place.id is not None else None


def counter(concert_id: int) -> Counter:
    """The line's counter as this process saw it within the last half second; belongs to no database session."""
    return _counters.get(concert_id, lambda: _counter(concert_id))


def _counter(concert_id: int) -> Counter:
    with apart() as session:
        return session.scalars(COUNTER, {"concert_id": concert_id}).one()


_visits: Batches[str, Visit] = Batches(_visit)
