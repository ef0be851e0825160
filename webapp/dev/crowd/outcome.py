"""What the server says of the evening, read from its database when the crowd has gone home."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp import clock
from webapp.audit import broken_promises
from webapp.db import db
from webapp.dev.crowd.accounts import Account
from webapp.waiting_room.models import QueueSession


@dataclass(frozen=True)
class Place:
    """One session of the line; times are Unix seconds."""

    user_id: int
    number: int
    joined_at: float
    called_at: float | None


@dataclass(frozen=True)
class Outcome:
    """Each fan's newest place, every place of the line that was called, and what the audit found."""

    places: dict[int, Place]
    called: list[Place]
    broken: list[str]


def read(concert_id: int, accounts: list[Account]) -> Outcome:
    """The line as it stands in the database, and the audit."""
    crowd = {account.user_id for account in accounts}
    statement = select(
        QueueSession.user_id, QueueSession.wait_number, QueueSession.created_at, QueueSession.called_at
    ).where(QueueSession.concert_id == concert_id)
    rows = db.session.execute(statement.order_by(QueueSession.wait_number)).all()
    places = [Place(user_id, number, joined.timestamp(), _seconds(called)) for user_id, number, joined, called in rows]
    return Outcome(
        places={place.user_id: place for place in places if place.user_id in crowd},
        called=[place for place in places if place.called_at is not None],
        broken=[f"{promise.name}: {promise.sentence}" for promise in broken_promises(clock.now())],
    )


def _seconds(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
