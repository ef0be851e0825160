"""A fan's place as pages and programs see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from webapp.concerts.models import Concert
from webapp.db import db
from webapp.errors import NotFound
from webapp.waiting_room import admission, estimate
from webapp.waiting_room.models import Counter, QueueSession


@dataclass(frozen=True)
class Place:
    """One fan's place. `state` is waiting, called or ended; `ahead` is 0 unless waiting."""

    number: int
    ahead: int
    state: str
    end_reason: str | None
    joined_at: datetime
    called_at: datetime | None
    claim_by: datetime | None
    expires_at: datetime | None


def place(user_id: int, concert_id: int, now: datetime) -> Place | None:
    """The fan's newest place in this line, live or ended; None for a fan who never joined."""
    found = admission.latest(user_id, concert_id)
    return _seen(found, now) if found else None


# The waiting room's one read: built once.
STANDING = (
    select(Concert, Counter, QueueSession)
    .join(Counter, Counter.concert_id == Concert.id)
    .outerjoin(QueueSession, (QueueSession.concert_id == Concert.id) & (QueueSession.user_id == bindparam("user_id")))
    .where(Concert.slug == bindparam("slug"))
    .order_by(QueueSession.wait_number.desc())
    .limit(1)
)


def standing(user_id: int, slug: str, now: datetime) -> tuple[Concert, Counter, Place | None]:
    """The concert, its counter and the fan's newest place in one read. Raises NotFound."""
    found = db.session.execute(STANDING, {"user_id": user_id, "slug": slug}).first()
    if found is None:
        raise NotFound()
    concert, counter, session = found
    return concert, counter, _seen(session, now) if session else None


def wait(concert_id: int, place: Place, line: dict[str, Any], now: datetime) -> estimate.Wait | None:
    """The estimate, where it means something: for somebody waiting in a line that moves."""
    if place.state != "waiting" or line["state"] != "open":
        return None
    return estimate.wait(concert_id, place.ahead, now)


def track(place: Place) -> int:
    """How far along the way to the door, 0 to 100. The way is as long as the number drawn."""
    return 100 if place.state != "waiting" else round(100 * (1 - (place.ahead + 1) / (place.number + 1)))


def position(place: Place, wait: estimate.Wait | None, line: dict[str, Any]) -> dict[str, Any]:
    """The place as JSON for the page's own script."""
    return {
        "number": place.number,
        "ahead": place.ahead,
        "state": place.state,
        "low_minutes": wait.low_minutes if wait else None,
        "high_minutes": wait.high_minutes if wait else None,
        "expires_at": place.expires_at.isoformat() if place.expires_at else None,
        "line": line,
    }


def _seen(found: QueueSession, now: datetime) -> Place:
    state, reason = admission.state(found, now)
    return Place(
        number=found.wait_number,
        ahead=admission.ahead(found, now) or 0,
        state=state,
        end_reason=reason,
        joined_at=found.created_at,
        called_at=found.called_at,
        claim_by=found.claim_by,
        expires_at=found.expires_at,
    )
