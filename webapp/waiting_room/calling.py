"""Who is next. The one place that decides it, always under the counter's lock."""

from datetime import datetime

from sqlalchemy import CursorResult, Update, bindparam, case, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import tick
from webapp.waiting_room.models import ADMISSION, CLAIM, EXPIRED, NO_SHOW, Counter, QueueSession, is_over

# Under a rate, unused admissions add up to this many seconds' worth, so that a quiet spell is no flood later.
RATE_BURST_SECONDS = 1.0

COUNTER = select(Counter).where(Counter.concert_id == bindparam("concert_id")).with_for_update()


def lock(concert_id: int) -> Counter:
    """Lock a concert's counter and read it afresh. Whoever changes the line holds this lock until the commit."""
    told = {"concert_id": concert_id}
    return db.session.scalars(COUNTER, told, execution_options={"populate_existing": True}).one()


def call_next(counter: Counter, now: datetime) -> int:
    """Tidy whoever's time is over, then call as many as there are slots for. Returns how many were called.

    The cost does not depend on the length of the line: numbers that ended while waiting are passed over by
    arithmetic, since every number between the old and the new serving number was either called or had ended.
    """
    end_overdue(counter, now)
    slots = _slots(counter, now)
    if slots <= 0:
        return 0
    called = list(db.session.scalars(calling(counter, slots, now)))
    # With slots to spare the line is exhausted, and everything drawn so far has been reached.
    reached = max(called) if len(called) == slots else counter.created_count
    passed_over = reached - counter.serving_number - len(called)
    counter.serving_number = reached
    counter.terminated_count += passed_over
    counter.skipped_count -= passed_over
    _spend(counter, len(called))
    if called or passed_over:
        tick.changed(counter, now)
    return len(called)


def end_overdue(counter: Counter, now: datetime) -> int:
    """End the sessions whose ten minutes, or whose three minutes to show up, are over."""
    ended = db.session.execute(ending_overdue(counter, now))
    assert isinstance(ended, CursorResult)
    if ended.rowcount:
        counter.terminated_count += ended.rowcount
        tick.changed(counter, now)
    return ended.rowcount


def ending_overdue(counter: Counter, now: datetime) -> Update:
    """The statement that ends them."""
    return (
        update(QueueSession)
        .where(QueueSession.concert_id == counter.concert_id, is_over(now))
        .values(
            is_terminated=True,
            terminated_at=now,
            end_reason=case((QueueSession.claimed_at.is_(None), NO_SHOW), else_=EXPIRED),
        )
        .execution_options(synchronize_session=False)
    )


def calling(counter: Counter, slots: int, now: datetime) -> ReturningUpdate[int]:
    """The statement that admits the next waiting sessions, at most `slots`. Their clocks start now."""
    next_up = (
        select(QueueSession.id)
        .where(
            QueueSession.concert_id == counter.concert_id,
            QueueSession.wait_number > counter.serving_number,
            QueueSession.called_at.is_(None),
            ~QueueSession.is_terminated,
        )
        .order_by(QueueSession.wait_number)
        .limit(slots)
    )
    return (
        update(QueueSession)
        .where(QueueSession.id.in_(next_up.scalar_subquery()))
        .values(called_at=now, claim_by=now + CLAIM, expires_at=now + ADMISSION)
        .returning(QueueSession.wait_number)
        .execution_options(synchronize_session=False)
    )


def _slots(counter: Counter, now: datetime) -> int:
    concert = db.session.get_one(Concert, counter.concert_id)
    if counter.is_paused or not concert.is_on_sale(now):
        return 0
    free = counter.capacity - (counter.serving_number - counter.terminated_count)
    if counter.admissions_per_minute is None:
        return free
    return min(free, _credit(counter, now))


def _credit(counter: Counter, now: datetime) -> int:
    """How many admissions the rate allows right now; earned credit is kept on the counter."""
    per_second = (counter.admissions_per_minute or 0) / 60
    since = counter.rate_counted_at or now
    earned = max(0.0, (now - since).total_seconds()) * per_second
    counter.rate_credit = min(counter.rate_credit + earned, max(1.0, per_second * RATE_BURST_SECONDS))
    counter.rate_counted_at = now
    return int(counter.rate_credit)


def _spend(counter: Counter, called: int) -> None:
    if counter.admissions_per_minute is not None:
        counter.rate_credit -= called
