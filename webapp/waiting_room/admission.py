"""The right to see and take seats: having it, claiming it, ending it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import DateTime, Integer, String, bindparam, case, func, select, update

from webapp.concerts.models import Concert
from webapp.db import after_commit, db, fetch
from webapp.errors import NotYourTurn
from webapp.live import messages
from webapp.waiting_room import bands, calling, moments, tick
from webapp.waiting_room.models import (
    EXPIRED,
    LEFT,
    NO_SHOW,
    PAID,
    Counter,
    QueueSession,
    Standing,
    is_admitted,
    is_over,
    of_fan,
)

# Asked before every look at a seat map and every hold: built once.
NOW = bindparam("now", type_=DateTime(timezone=True))
ADMITTED = select(QueueSession).where(of_fan(bindparam("user_id"), bindparam("concert_id")), is_admitted(NOW))
LINE, NUMBER = bindparam("line", type_=Integer), bindparam("number", type_=Integer)
GONE = select(func.count()).where(
    QueueSession.concert_id == LINE,
    QueueSession.wait_number > Counter.serving_number,
    QueueSession.wait_number < NUMBER,
    QueueSession.called_at.is_(None),
    QueueSession.is_terminated,
)
# Nobody is counted where nobody has left.
AHEAD = select(
    (NUMBER - Counter.serving_number - 1).label("between"),
    case((Counter.skipped_count > 0, GONE.correlate(Counter).scalar_subquery())).label("gone"),
).where(Counter.concert_id == LINE)
# What every end of a session asks.
END = (
    update(QueueSession)
    .where(of_fan(bindparam("fan_id", type_=Integer), LINE), ~QueueSession.is_terminated)
    .values(is_terminated=True, terminated_at=NOW, end_reason=bindparam("reason", type_=String))
    .returning(QueueSession.called_at, QueueSession.wait_number)
)


def require(user_id: int, concert_id: int, concert_slug: str, now: datetime) -> QueueSession:
    """The fan's admission, in one indexed read. Raises NotYourTurn with the number of people ahead."""
    admission = db.session.scalar(ADMITTED, {"user_id": user_id, "concert_id": concert_id, "now": now})
    if admission is None:
        raise NotYourTurn(concert_slug=concert_slug, ahead=ahead(latest(user_id, concert_id), now))
    return admission


def claim(session_id: int, now: datetime) -> None:
    """The fan has come through the door; the first time counts. Raises NotYourTurn when their time is over by now."""
    came = func.coalesce(QueueSession.claimed_at, now)
    statement = update(QueueSession).where(QueueSession.id == session_id, is_admitted(now)).values(claimed_at=came)
    claimed = statement.returning(QueueSession.id).execution_options(synchronize_session=False)
    if db.session.scalar(claimed) is None:
        line = select(Concert.slug).join(QueueSession, QueueSession.concert_id == Concert.id)
        raise NotYourTurn(concert_slug=db.session.scalar(line.where(QueueSession.id == session_id)), ahead=None)


def latest(user_id: int, concert_id: int) -> QueueSession | None:
    """The fan's newest place in this line, live or ended."""
    statement = (
        select(QueueSession).where(of_fan(user_id, concert_id)).order_by(QueueSession.wait_number.desc()).limit(1)
    )
    return db.session.scalar(statement)


def state(place: QueueSession | Standing, now: datetime) -> tuple[str, str | None]:
    """ "waiting", "called" or "ended", and why it ended, by the clock and not by who has tidied."""
    if place.end_reason:
        return "ended", place.end_reason
    if place.called_at is None:
        return "waiting", None
    if place.claimed_at is None and place.claim_by and place.claim_by <= now:
        return "ended", NO_SHOW
    if place.expires_at and place.expires_at <= now:
        return "ended", EXPIRED
    return "called", None


def lasts_until(place: QueueSession | Standing) -> datetime | None:
    """When the admission ends if nothing more happens: who has not come yet has three minutes to, not all ten."""
    if place.claimed_at is None and place.claim_by and place.expires_at:
        return min(place.claim_by, place.expires_at)
    return place.expires_at


def ahead(place: QueueSession | Standing | None, now: datetime, counter: Counter | None = None) -> int | None:
    """How many people wait in front of this place; 0 once called; None without a live place.

    Numbers are gapless, so it is what lies between the number served and this one, less those who left in between:
    counted one by one, or, with a counter that was read a moment ago, by its bands, as pages count from a tick.
    """
    if place is None or state(place, now)[0] == "ended":
        return None
    if place.called_at is not None:
        return 0
    if counter is not None:
        return bands.ahead(counter.serving_number, bands.of(counter), place.wait_number)
    (found,) = fetch(AHEAD, line=place.concert_id, number=place.wait_number)
    # The place may have been called since it was read.
    return max(0, int(found.between) - int(found.gone or 0))


def leave(user_id: int, concert_id: int, now: datetime) -> bool:
    """Give the place up. False when there was none to give up."""
    return _end(user_id, concert_id, LEFT, now)


def finish(user_id: int, concert_id: int, now: datetime) -> bool:
    """The fan has paid: end the session and call the next, in this transaction. False when it had ended before."""
    return _end(user_id, concert_id, PAID, now)


def expire(concert_id: int, now: datetime) -> int:
    """End whoever's time is over in this line and call the next, up to MOST_AT_ONCE each.

    Returns how many ended; safe to run twice.
    """
    counter = calling.lock(concert_id)
    ended = calling.end_overdue(counter, now)
    calling.call_for_free_slots(counter, now)
    return ended


def concerts_to_tidy(now: datetime) -> Sequence[int]:
    """The concerts whose lines hold sessions that ran out."""
    return db.session.scalars(select(QueueSession.concert_id).where(is_over(now)).distinct()).all()


def call(concert_id: int, now: datetime) -> int:
    """Call as many as there is room for, up to MOST_AT_ONCE. Returns how many."""
    return calling.call_next(calling.lock(concert_id), now)


def concerts_to_call(now: datetime) -> Sequence[int]:
    """The concerts whose lines have people waiting and a slot to give, rate or not."""
    statement = select(Counter.concert_id).where(
        ~Counter.is_paused,
        Counter.created_count - Counter.serving_number - Counter.skipped_count > 0,
        Counter.serving_number - Counter.terminated_count < Counter.capacity,
    )
    return db.session.scalars(statement).all()


def _end(user_id: int, concert_id: int, reason: str, now: datetime) -> bool:
    counter = calling.lock(concert_id)
    now = moments.of(counter, now)
    # Who has paid in time is done, however late it is told. Whoever else's time is over can give nothing up any more.
    is_over = reason != PAID and calling.end_overdue_of(counter, [user_id], now)
    found = fetch(END, fan_id=user_id, line=concert_id, reason=reason, now=now)
    if not found:
        if is_over:
            calling.call_next(counter, now)
            calling.write(counter)
        return False
    ended = found[0]
    if ended.called_at is None:
        bands.left(counter, ended.wait_number)  # passed over, and terminated, when the line reaches its number
    else:
        counter.terminated_count += 1
    if reason != PAID or ended.called_at is None:
        # Who has paid is told by their order. Any other page of this fan would go on showing a place.
        after_commit(messages.place_ended, user_id, concert_id, ended.wait_number)
    tick.changed(counter, now)
    calling.call_next(counter, now)
    calling.write(counter)
    return True
