"""What everyone may know of a draw, and checking it again from what was published."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, text
from sqlalchemy.orm import undefer

from webapp.db import db
from webapp.waiting_room import lobby
from webapp.waiting_room.lobby_models import Draw
from webapp.waiting_room.models import QueueSession

HEAD = "number,id\r\n"
LIST = text(
    "SELECT string_agg(wait_number || ',' || public_id || E'\r\n', '' ORDER BY wait_number) FROM sessions"
    " WHERE concert_id = :concert_id AND wait_number <= :fans"
)


@dataclass(frozen=True)
class Published:
    """A draw as the public sees it, in hex. `seed`, `drawn_at` and `fans` are None until the draw."""

    commitment: str
    committed_at: datetime
    seed: str | None
    drawn_at: datetime | None
    fans: int | None


@dataclass(frozen=True)
class Lot:
    """One fan's lot: the id it is drawn by and, after the draw, the number and the HMAC that gave it."""

    public_id: str
    number: int | None
    hmac: str | None


def published(concert_id: int) -> Published | None:
    """What is public of this concert's draw; None where nothing was committed to."""
    draw = db.session.get(Draw, concert_id, populate_existing=True)
    if draw is None:
        return None
    # The seed is not even read before the draw.
    seed = _seed(concert_id).hex() if draw.drawn_at else None
    return Published(draw.commitment.hex(), draw.committed_at, seed, draw.drawn_at, draw.fans)


def lot(user_id: int, concert_id: int, public: Published) -> Lot | None:
    """This fan's lot; None for a fan who was not in the lobby."""
    entry = lobby.entry(user_id, concert_id)
    if entry is None:
        return None
    public_id = str(entry.public_id)
    if public.seed is None:
        return Lot(public_id, None, None)
    number = db.session.scalar(select(QueueSession.wait_number).where(QueueSession.public_id == entry.public_id))
    return Lot(public_id, number, lot_of(bytes.fromhex(public.seed), public_id).hex())


def csv(concert_id: int, fans: int) -> str:
    """The drawn ids in the order of their numbers, as RFC 4180 has it. Postgres writes its 100,000 lines."""
    lines = db.session.scalar(LIST, {"concert_id": concert_id, "fans": fans})
    return HEAD + (lines or "")


def in_order(seed: bytes, public_ids: Iterable[str]) -> list[str]:
    """The ids as the draw must have ordered them. Independent of the database, which drew with its own SHA-256."""
    return sorted(public_ids, key=lambda public_id: lot_of(seed, public_id))


def lot_of(seed: bytes, public_id: str) -> bytes:
    return hmac.digest(seed, public_id.encode(), "sha256")


def faults(concert_id: int, public: Published) -> list[str]:
    """What is wrong with a draw that is over, one sentence each; [] when it was as promised."""
    assert public.seed is not None
    seed = bytes.fromhex(public.seed)
    drawn = drawn_ids(concert_id, public.fans or 0)
    found = []
    if sha256(seed).hexdigest() != public.commitment:
        found.append("The seed is not the one that was committed to.")
    if len(drawn) != public.fans:
        found.append(f"The list has {len(drawn):,} ids, but {public.fans:,} fans were drawn.")
    if drawn != in_order(seed, drawn):
        found.append("The numbers are not in the order of the lots.")
    return found


def drawn_ids(concert_id: int, fans: int) -> list[str]:
    """The public ids of the numbers 1 to `fans`, in their order."""
    statement = (
        select(QueueSession.public_id)
        .where(QueueSession.concert_id == concert_id, QueueSession.wait_number <= fans)
        .order_by(QueueSession.wait_number)
    )
    return [str(public_id) for public_id in db.session.scalars(statement)]


def _seed(concert_id: int) -> bytes:
    draw = db.session.scalars(select(Draw).options(undefer(Draw.seed)).where(Draw.concert_id == concert_id)).one()
    return draw.seed
