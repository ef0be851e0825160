"""A fan's place as pages and programs see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from webapp.waiting_room import admission, estimate
from webapp.waiting_room.models import Counter, QueueSession, Standing


@dataclass(frozen=True)
class Place:
    """One fan's place. `state` is waiting, called or ended; `ahead` is 0 unless waiting. `expires_at` is the limit that
    counts now: until the fan has come, `claim_by`."""

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
    return seen(found, now) if found else None


def seen(found: QueueSession | Standing, now: datetime, counter: Counter | None = None) -> Place:
    """A session as its page shows it, with the people ahead by this counter or by a fresh read of it."""
    state, reason = admission.state(found, now)
    return Place(
        number=found.wait_number,
        ahead=admission.ahead(found, now, counter) or 0,
        state=state,
        end_reason=reason,
        joined_at=found.created_at,
        called_at=found.called_at,
        claim_by=found.claim_by,
        expires_at=admission.lasts_until(found),
    )


def wait(counter: Counter, place: Place, line: dict[str, Any], now: datetime) -> estimate.Wait | None:
    """The estimate, where it means something: for somebody waiting in a line that moves."""
    if place.state != "waiting" or line["state"] != "open":
        return None
    return estimate.wait(counter, place.ahead, now)


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
