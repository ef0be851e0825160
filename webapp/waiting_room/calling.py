"""Who is next. The one place that decides it, always under the counter's lock."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, DateTime, Integer, Select, any_, bindparam, case, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from webapp.concerts.models import Concert
from webapp.db import as_read, db, fetch
from webapp.waiting_room import moments, rate, tick
from webapp.waiting_room.models import ADMISSION, CLAIM, EXPIRED, NO_SHOW, Counter, QueueSession, is_over, of_fan

# In one transaction, under a lock that everybody waits for; the clock's jobs go on with the rest in the next.
MOST_AT_ONCE = 1_000

# What every batch of joins and every end of a session asks: built once.
LINE = bindparam("line", type_=Integer)
NOW = bindparam("now", type_=DateTime(timezone=True))
LOCK = select(*Counter.__table__.columns).where(Counter.concert_id == LINE).with_for_update()
LOCK_FREE = LOCK.with_for_update(skip_locked=True)
CONCERT = select(*Concert.__table__.columns).where(Concert.id == LINE)
ENDING = (
    update(QueueSession)
    .where(is_over(NOW))
    .values(
        is_terminated=True,
        terminated_at=NOW,
        end_reason=case((QueueSession.claimed_at.is_(None), NO_SHOW), else_=EXPIRED),
    )
    .returning(QueueSession.wait_number)
)
OVERDUE = (
    select(QueueSession.id).where(QueueSession.concert_id == LINE, is_over(NOW)).limit(bindparam("most", type_=Integer))
)
ENDING_OVERDUE = ENDING.where(QueueSession.id == any_(func.array(OVERDUE.scalar_subquery())))
ENDING_THEIRS = ENDING.where(of_fan(any_(bindparam("user_ids", type_=ARRAY(Integer))), LINE))
NEXT_UP = (
    select(QueueSession.id)
    .where(
        QueueSession.concert_id == LINE,
        QueueSession.wait_number > bindparam("serving", type_=Integer),
        QueueSession.called_at.is_(None),
        ~QueueSession.is_terminated,
    )
    .order_by(QueueSession.wait_number)
    .limit(bindparam("slots", type_=Integer))
)
CALLING = (
    update(QueueSession)
    .where(QueueSession.id.in_(NEXT_UP.scalar_subquery()))
    .values(
        called_at=NOW,
        claim_by=bindparam("claim_until", type_=DateTime(timezone=True)),
        expires_at=bindparam("admitted_until", type_=DateTime(timezone=True)),
    )
    .returning(QueueSession.wait_number)
)

# What calling and an end change of a counter. Flushing finds that out anew each time, at several times the cost.
MOVES = (
    "terminated_count",
    "serving_number",
    "skipped_count",
    "band_width",
    "bands_from",
    "departures",
    "rate_credit",
    "rate_counted_at",
    "sequence",
    "moved_at",
)
MOVED = (
    update(Counter)
    .where(Counter.concert_id == LINE)
    .values({name: bindparam(name, type_=Counter.__table__.columns[name].type) for name in MOVES})
    .returning(Counter.concert_id)
)


def lock(concert_id: int) -> Counter:
    """Lock a concert's counter and read it and its concert afresh. Whoever changes the line holds this lock until the
    commit."""
    [counter] = _locked(LOCK, concert_id)
    return counter


def try_lock(concert_id: int) -> Counter | None:
    """The same, or None when somebody has it: nobody waits."""
    return next(iter(_locked(LOCK_FREE, concert_id)), None)


def _locked(statement: Select[Any], concert_id: int) -> list[Counter]:
    db.session.flush()
    counters = [as_read(Counter, row) for row in fetch(statement, line=concert_id)]
    for counter in counters:
        # A statement of its own: of what the lock's own reads, only the row that was waited for is as it is after the
        # wait, and the sale may have been opened or closed by whoever held it.
        set_committed_value(counter, "concert", as_read(Concert, fetch(CONCERT, line=concert_id)[0]))
    return counters


def call_next(counter: Counter, now: datetime) -> int:
    """Tidy whoever's time is over, then call as many as there are slots for, up to MOST_AT_ONCE. Returns how many.

    Where nobody waits, nobody wants the slots that tidying would free, and it is left to the clock's jobs. The cost
    does not depend on the length of the line: numbers that ended while waiting are passed over by arithmetic, since
    every number between the old and the new serving number was either called or had ended.
    """
    if _waiting(counter):
        end_overdue(counter, now)
    return len(call_for_free_slots(counter, now))


def write(counter: Counter) -> None:
    """Write how a locked counter has moved, at once and in one statement."""
    moved = {name: getattr(counter, name) for name in MOVES}
    fetch(MOVED, line=counter.concert_id, **moved)
    for name, value in moved.items():
        set_committed_value(counter, name, value)


def call_for_free_slots(counter: Counter, now: datetime, on_their_way: timedelta = timedelta(0)) -> list[int]:
    """Call as many as there are slots for, up to MOST_AT_ONCE, without tidying first. Returns the numbers called.

    Who is `on_their_way` to hear of it for so long has so much longer to show up.
    """
    now = moments.of(counter, now)
    slots = min(_slots(counter, now), MOST_AT_ONCE)
    if slots <= 0:
        return []
    called = _call(counter, slots, now, now + CLAIM + on_their_way) if _waiting(counter) else []
    # With slots to spare the line is exhausted, and everything drawn so far has been reached.
    reached = max(called) if len(called) == slots else counter.created_count
    passed_over = reached - counter.serving_number - len(called)
    counter.serving_number = reached
    counter.terminated_count += passed_over
    counter.skipped_count -= passed_over
    rate.spend(counter, len(called))
    if called or passed_over:
        tick.changed(counter, now)
    return called


def end_overdue(counter: Counter, now: datetime) -> int:
    """End the sessions whose ten minutes, or whose three minutes to show up, are over; up to MOST_AT_ONCE."""
    now = moments.of(counter, now)
    return _ended(counter, len(fetch(ENDING_OVERDUE, line=counter.concert_id, now=now, most=MOST_AT_ONCE)), now)


def end_overdue_of(counter: Counter, user_ids: Sequence[int], now: datetime) -> int:
    """The same for these fans, where there were too many to end all."""
    now = moments.of(counter, now)
    return _ended(counter, len(fetch(ENDING_THEIRS, line=counter.concert_id, now=now, user_ids=list(user_ids))), now)


def _ended(counter: Counter, ended: int, now: datetime) -> int:
    if ended:
        counter.terminated_count += ended
        tick.changed(counter, now)
    return ended


def _waiting(counter: Counter) -> int:
    """How many wait to be called: the numbers drawn and not reached, less those whose fans have left."""
    return counter.created_count - counter.serving_number - counter.skipped_count


def _slots(counter: Counter, now: datetime) -> int:
    if counter.is_paused or not counter.concert.is_on_sale(now):
        return 0
    free = counter.capacity - (counter.serving_number - counter.terminated_count)
    due = rate.due(counter, now)
    return free if due is None else min(free, due)


def _call(counter: Counter, slots: int, now: datetime, claim_until: datetime) -> list[int]:
    """Admit the next waiting sessions, at most `slots`; their numbers. Their clocks start now."""
    times = {"now": now, "claim_until": claim_until, "admitted_until": now + ADMISSION}
    called = fetch(CALLING, line=counter.concert_id, serving=counter.serving_number, slots=slots, **times)
    return [one.wait_number for one in called]
