"""The lobby as pages see it, and as their scripts do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import lobby
from webapp.waiting_room.lobby_models import Draw
from webapp.waiting_room.models import Counter


@dataclass(frozen=True)
class Lobby:
    """One concert's lobby, for one visitor.

    `state` is none, ahead (it opens later), open, closed (the sale is put off) or over (the sale is on). `lot` is the
    visitor's own, None for whoever is not in. `fans` is about how many are.
    """

    state: str
    opens_at: datetime
    fans: int
    lot: str | None
    commitment: str | None
    is_drawn: bool

    @property
    def spread_ms(self) -> int:
        return int(lobby.spread(self.fans).total_seconds() * 1_000)


def needs_seed(concert: Concert, now: datetime) -> bool:
    """Whether the lobby is open and nobody has committed to a seed yet."""
    if not concert.is_lobby_open(now) or _draw(concert, now):
        return False
    return db.session.get_one(Counter, concert.id).created_count == 0


def of(concert: Concert, user_id: int | None, now: datetime) -> Lobby:
    """The lobby as this visitor sees it."""
    draw = _draw(concert, now)
    lot = lobby.lot(user_id, concert.id) if user_id is not None and draw else None
    counted = lobby.about(concert.id) if draw else 0
    return Lobby(
        state=_state(concert, draw is not None, now),
        opens_at=concert.lobby_opens_at,
        fans=max(counted, 1) if lot else counted,  # who counts themselves must not read that nobody is there
        lot=lot,
        commitment=draw.commitment.hex() if draw else None,
        is_drawn=draw is not None and draw.drawn_at is not None,
    )


def status(concert: Concert, now: datetime) -> dict[str, Any]:
    """What every page in this lobby asks every few seconds, the same for all of them."""
    seen = of(concert, None, now)
    return {
        "concert": concert.id,
        "state": seen.state,
        "fans": seen.fans,
        "opens_at": concert.sale_opens_at.isoformat(),
        "spread_ms": seen.spread_ms,
    }


def _draw(concert: Concert, now: datetime) -> Draw | None:
    # With the first fan in an open lobby there is one, and nobody who came in is told that there is none.
    return lobby.seen_draw(concert.id) or (lobby.draw_of(concert.id) if concert.is_lobby_open(now) else None)


def _state(concert: Concert, is_committed: bool, now: datetime) -> str:
    if concert.is_on_sale(now):
        return "over"
    if concert.is_closed(now):
        return "closed"
    if concert.is_lobby_open(now) and is_committed:
        return "open"
    return "ahead" if concert.lobby_minutes and now < concert.lobby_opens_at else "none"
