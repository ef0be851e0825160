"""The draw: when the sale opens, everyone in the lobby gets a number by lot, before anybody else gets one.

The lot: fans are ordered by HMAC-SHA256 (RFC 2104) of their public id under the seed committed to beforehand.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, select, text, update
from sqlalchemy.orm import undefer

from webapp import patience
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import calling, lobby, moments, tick
from webapp.waiting_room.lobby_models import Draw
from webapp.waiting_room.models import Counter

BLOCK_BYTES = 64  # SHA-256's
INNER, OUTER = 0x36, 0x5C  # RFC 2104, section 2

# Postgres has SHA-256 of its own and no HMAC without an extension: the two padded keys come from here.
LOT = "sha256(:outer || sha256(:inner || convert_to(CAST(public_id AS text), 'UTF8')))"
GIVE_NUMBERS = text(
    "INSERT INTO sessions (public_id, user_id, concert_id, wait_number, created_at)"
    f" SELECT public_id, user_id, concert_id, row_number() OVER (ORDER BY {LOT}), :now"
    " FROM lobby_entries WHERE concert_id = :concert_id AND left_at IS NULL"
)


def draw(counter: Counter, now: datetime) -> int:
    """Draw if a draw is due, and call whoever fits. Returns how many fans got a number.

    Whoever draws numbers in a line calls this first, under the counter's lock: so the draw happens once, in the first
    transaction that needs it, and nobody who comes after the opening gets ahead of the lobby, however late the clock.
    """
    if not counter.awaits_draw or not counter.concert.is_on_sale(now):
        return 0
    now = moments.of(counter, now)
    lobby.shut(counter.concert_id)
    drawn = _give_numbers(counter.concert_id, now)
    counter.created_count += drawn
    counter.awaits_draw = False
    result = update(Draw).where(Draw.concert_id == counter.concert_id).values(drawn_at=now, fans=drawn)
    db.session.execute(result)
    tick.changed(counter, now)
    # Their pages come to their turn over a while, which is not to be taken from the time they have to show up.
    while len(calling.call_for_free_slots(counter, now, lobby.spread(drawn))) == calling.MOST_AT_ONCE:
        pass  # and so do the next: all there is room for are called here
    return drawn


def draw_at(concert_id: int, now: datetime) -> int:
    """Draw for this concert if a draw is due. Returns how many fans got a number; safe to run twice."""
    return draw(calling.lock(concert_id), now)


def try_draw_at(concert_id: int, now: datetime) -> bool:
    """The same without waiting for the line. False when somebody else has it, who may be drawing."""
    counter = calling.try_lock(concert_id)
    if counter is None:
        return False
    draw(counter, now)
    return True


def concerts_to_draw(now: datetime) -> Sequence[int]:
    """The concerts whose sale has opened and whose lobby has no numbers yet."""
    statement = (
        select(Counter.concert_id)
        .join(Concert, Concert.id == Counter.concert_id)
        .where(Counter.awaits_draw, Concert.sale_opens_at <= now)
        .where(Concert.sale_closed_at.is_(None) | (Concert.sale_closed_at > now))
    )
    return db.session.scalars(statement).all()


def pads(seed: bytes) -> dict[str, bytes]:
    """The seed as HMAC's inner and outer key."""
    key = seed.ljust(BLOCK_BYTES, b"\0")
    return {"inner": bytes(byte ^ INNER for byte in key), "outer": bytes(byte ^ OUTER for byte in key)}


def _give_numbers(concert_id: int, now: datetime) -> int:
    patience.take_time(patience.DRAW_SECONDS)
    secret = db.session.scalars(select(Draw).options(undefer(Draw.seed)).where(Draw.concert_id == concert_id)).one()
    given = db.session.execute(GIVE_NUMBERS, {"concert_id": concert_id, "now": now, **pads(secret.seed)})
    assert isinstance(given, CursorResult)
    return given.rowcount
