"""The lobby: fans who gather before the sale opens. When it opens, drawing.py gives them their numbers."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Integer, bindparam, func, select, text, update

from webapp.concerts.models import Concert
from webapp.db import apart, db, fetch
from webapp.errors import LobbyClosed
from webapp.memory import Recent
from webapp.waiting_room import calling
from webapp.waiting_room.lobby_models import Draw, LobbyEntry, is_inside
from webapp.waiting_room.models import Counter

SEED_BYTES = 32
# Everyone in the lobby comes to the waiting room at the opening. No number depends on when, so they are spread out.
MOVES_PER_SECOND = 2_000
SHORTEST_SPREAD, LONGEST_SPREAD = timedelta(seconds=1), timedelta(seconds=30)
STALE_SECONDS = 2.0
EXACT_BELOW = 100  # from here on two figures say enough, and the answer changes seldom

LOBBY_LOCK = 7_011_956  # any number that no other advisory lock of ours has
KEEPING_OPEN = text("SELECT pg_advisory_xact_lock_shared(:space, :concert_id)")
SHUTTING = text("SELECT pg_advisory_xact_lock(:space, :concert_id)")
ENTERING = text(
    """
    INSERT INTO lobby_entries (user_id, concert_id, entered_at)
    SELECT fan.user_id, :concert_id, :now FROM unnest(CAST(:user_ids AS int[])) AS fan (user_id)
    ON CONFLICT (user_id, concert_id) DO UPDATE SET left_at = NULL, entered_at = excluded.entered_at
        WHERE lobby_entries.left_at IS NOT NULL
    RETURNING user_id
    """
).columns(user_id=Integer)
LOT = select(LobbyEntry.public_id).where(is_inside(bindparam("user_id"), bindparam("concert_id")))

_counted: Recent[int] = Recent(STALE_SECONDS)
_draws: Recent[Draw | None] = Recent(STALE_SECONDS)


def open_lobby(concert_id: int, now: datetime) -> None:
    """Choose the secret seed and commit to it, once; after that nothing happens.

    A line that has given out numbers has no lobby any more: its fans would be behind everyone who came later.
    """
    counter = calling.lock(concert_id)
    if counter.awaits_draw or counter.created_count or not counter.concert.is_lobby_open(now) or draw_of(concert_id):
        return
    seed = secrets.token_bytes(SEED_BYTES)
    db.session.add(Draw(concert_id=concert_id, seed=seed, commitment=sha256(seed).digest(), committed_at=now))
    counter.awaits_draw = True
    db.session.flush()


def enter(user_id: int, concert_id: int, now: datetime) -> LobbyEntry:
    """This fan's entry, a new one or the one they already have. Raises LobbyClosed."""
    enter_all([user_id], concert_id, now)
    entered = entry(user_id, concert_id)
    assert entered is not None
    return entered


def enter_all(user_ids: Iterable[int], concert_id: int, now: datetime) -> None:
    """These fans are in the lobby, whoever was there before with the lot they had. Raises LobbyClosed for all."""
    if not db.session.get_one(Concert, concert_id).is_lobby_open(now):
        raise LobbyClosed()
    if not _awaits_draw(concert_id):
        open_lobby(concert_id, now)
    _keep_open(concert_id)
    # In one order, or two processes that let the same fans in would wait for each other.
    fetch(ENTERING, user_ids=sorted(set(user_ids)), concert_id=concert_id, now=now)


def shut(concert_id: int) -> None:
    """Wait for whoever is entering or leaving at this moment, and keep everybody else out until this transaction ends.

    An advisory lock, because those are given in turn: sharers of a row's lock may go on coming before whoever wants it
    alone, and a busy lobby would put its own opening off.
    """
    fetch(SHUTTING, space=LOBBY_LOCK, concert_id=concert_id)


def leave(user_id: int, concert_id: int, now: datetime) -> bool:
    """Go out before the draw: this fan gets no number. False when they were not in. Raises LobbyClosed after it."""
    if entry(user_id, concert_id) is None:
        return False
    _keep_open(concert_id)
    statement = update(LobbyEntry).where(is_inside(user_id, concert_id)).values(left_at=now).returning(LobbyEntry.id)
    return db.session.scalar(statement.execution_options(synchronize_session=False)) is not None


def entry(user_id: int, concert_id: int) -> LobbyEntry | None:
    """The fan's entry, unless they have left."""
    statement = select(LobbyEntry).where(is_inside(user_id, concert_id))
    return db.session.scalar(statement, execution_options={"populate_existing": True})


def lot(user_id: int, concert_id: int) -> str | None:
    """The fan's lot, unless they are not in, or have left."""
    found = fetch(LOT, user_id=user_id, concert_id=concert_id)
    return str(found[0].public_id) if found else None


def draw_of(concert_id: int) -> Draw | None:
    """The concert's draw, past or to come, without its seed."""
    return db.session.get(Draw, concert_id)


def seen_draw(concert_id: int) -> Draw | None:
    """The same as this process saw it up to two seconds ago; belongs to no database session."""
    return _draws.get(concert_id, lambda: _draw(concert_id))


def _draw(concert_id: int) -> Draw | None:
    with apart() as session:
        return session.get(Draw, concert_id)


def count(concert_id: int) -> int:
    """How many are in the lobby, or were when it closed."""
    present = select(func.count()).where(LobbyEntry.concert_id == concert_id, LobbyEntry.left_at.is_(None))
    return db.session.scalar(present) or 0


def about(concert_id: int) -> int:
    """How many are in the lobby: up to two seconds old, and from a hundred on its first two figures."""
    return coarse(_counted.get(concert_id, lambda: count(concert_id)))


def spread(fans: int) -> timedelta:
    """Over how long a time the pages of a lobby of this size move on at the opening."""
    return min(LONGEST_SPREAD, max(SHORTEST_SPREAD, timedelta(seconds=fans / MOVES_PER_SECOND)))


def fans_drawn(concert_id: int) -> int:
    """How many numbers of this line were drawn by lot, the first ones; up to two seconds old."""
    draw = seen_draw(concert_id)
    return (draw.fans or 0) if draw else 0


def coarse(number: int) -> int:
    """The number down to its first two figures, where it has more."""
    step: int = 10 ** (len(str(number)) - 2) if number >= EXACT_BELOW else 1
    return number // step * step


def concerts_to_open(now: datetime) -> Sequence[int]:
    """The concerts whose lobby is open by the clock and has no seed yet."""
    lobby_opens_at = Concert.sale_opens_at - func.make_interval(0, 0, 0, 0, 0, Concert.lobby_minutes)
    statement = (
        select(Concert.id)
        .join(Counter, Counter.concert_id == Concert.id)
        .outerjoin(Draw, Draw.concert_id == Concert.id)
        .where(lobby_opens_at <= now, Concert.sale_opens_at > now, Draw.concert_id.is_(None))
        .where(Concert.published_at.is_not(None))
        .where(Counter.created_count == 0, Concert.sale_closed_at.is_(None) | (Concert.sale_closed_at > now))
    )
    return db.session.scalars(statement).all()


def _awaits_draw(concert_id: int) -> bool:
    return bool(db.session.scalar(select(Counter.awaits_draw).where(Counter.concert_id == concert_id)))


def _keep_open(concert_id: int) -> None:
    """Hold the draw off until this transaction ends; raises LobbyClosed when it has been, or there is none to come.

    The lock is shared: fans who enter and leave do not wait for one another, only for the draw, and the draw for them.
    """
    fetch(KEEPING_OPEN, space=LOBBY_LOCK, concert_id=concert_id)
    if not _awaits_draw(concert_id):
        raise LobbyClosed()
