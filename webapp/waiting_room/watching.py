"""What somebody who begins to watch a line is told, in one read: thousands begin together when a web process dies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import load_only

from webapp.accounts.models import SignIn
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.errors import NotFound
from webapp.waiting_room import admission, tick
from webapp.waiting_room.models import Counter, QueueSession

# Built once, and of each row only what the tick and the place are made of: a column costs more than its value.
WATCHED = (
    select(Concert, Counter, QueueSession)
    .select_from(SignIn)
    .outerjoin(Concert, Concert.id == bindparam("concert_id"))
    .outerjoin(Counter, Counter.concert_id == Concert.id)
    .outerjoin(QueueSession, (QueueSession.concert_id == Concert.id) & (QueueSession.user_id == SignIn.user_id))
    .options(
        load_only(Concert.id, Concert.sale_opens_at, Concert.sale_closed_at, Concert.published_at),
        load_only(
            QueueSession.wait_number,
            QueueSession.called_at,
            QueueSession.claim_by,
            QueueSession.claimed_at,
            QueueSession.expires_at,
            QueueSession.end_reason,
        ),
    )
    .where(SignIn.key == bindparam("key"))
    .order_by(QueueSession.wait_number.desc().nulls_last())
    .limit(1)
)


@dataclass(frozen=True)
class Watched:
    """The line as it stands, and the number of the fan's live place in it; None without one."""

    line: dict[str, Any]
    wait_number: int | None


def watched(key: str, concert_id: int, now: datetime) -> Watched | None:
    """The line of a concert for whoever is signed in with this key; None for nobody. Raises NotFound."""
    found = db.session.execute(WATCHED, {"key": key, "concert_id": concert_id}).first()
    if found is None:
        return None
    concert, counter, place = found
    if concert is None or concert.is_draft:
        raise NotFound()
    is_live = place is not None and admission.state(place, now)[0] != "ended"
    return Watched(tick.of(counter, concert, now), place.wait_number if is_live else None)
