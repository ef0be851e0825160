"""The history of the lines: a sample every few seconds while anything happens, and reading it back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, DateTime, Integer, bindparam, delete, text

from webapp.db import db, fetch, some_of
from webapp.waiting_room.sample_models import LineSample

EVERY = timedelta(seconds=10)
KEPT = timedelta(days=30)
LONGEST = timedelta(minutes=10)  # a sample after a longer silence counts the calls of so long and no more

# One statement for all lines. A line where nothing happens rests: one sample says so, and the next comes with the next
# fan and begins with the first who was called. The moment is round, so whoever samples it a second time finds it done;
# who comes late covers what was missed.
SAMPLE = text(
    """
    WITH lines AS (
        SELECT counters.concert_id,
               created_count - serving_number - skipped_count AS waiting,
               serving_number - terminated_count AS serving,
               before.is_rest IS FALSE AS was_busy,
               greatest(before.sampled_at, :at - make_interval(secs => :longest)) AS since
        FROM counters LEFT JOIN LATERAL (
            SELECT sampled_at, waiting + serving + called = 0 AS is_rest FROM line_samples
            WHERE line_samples.concert_id = counters.concert_id AND sampled_at < :at
            ORDER BY sampled_at DESC LIMIT 1
        ) AS before ON true
    )
    INSERT INTO line_samples (concert_id, sampled_at, waiting, serving, called, seconds)
    SELECT lines.concert_id, :at, waiting, serving, calls.called,
           CAST(extract(epoch FROM :at - CASE WHEN was_busy THEN lines.since ELSE calls.since END) AS int)
    FROM lines CROSS JOIN LATERAL (
        SELECT CAST(count(*) AS int) AS called,
               coalesce(date_bin(make_interval(secs => :every), min(called_at), :at),
                        :at - make_interval(secs => :every)) AS since
        FROM sessions
        WHERE sessions.concert_id = lines.concert_id AND called_at < :at AND called_at >= lines.since
    ) AS calls
    WHERE was_busy OR waiting + serving + calls.called > 0
    ON CONFLICT DO NOTHING
    """
).bindparams(bindparam("at", type_=DateTime(timezone=True)))
HISTORY = text(
    """
    SELECT date_bin(:width, sampled_at, :since) AS at, max(waiting) AS waiting, max(serving) AS serving,
           CAST(round(sum(called) * 60.0 / sum(seconds)) AS int) AS per_minute
    FROM line_samples WHERE concert_id = :concert_id AND sampled_at >= :since AND sampled_at <= :until
    GROUP BY 1 ORDER BY 1
    """
).columns(at=DateTime(timezone=True), waiting=Integer, serving=Integer, per_minute=Integer)


@dataclass(frozen=True)
class Stretch:
    """A line from `at` on: the most who waited and who were served, and the calls per minute."""

    at: datetime
    waiting: int
    serving: int
    per_minute: int

    @property
    def is_rest(self) -> bool:
        return self.waiting + self.serving + self.per_minute == 0


def take(now: datetime) -> int:
    """Sample every line that moves, as of the last round moment; returns how many. Twice is once."""
    asked = {"at": round_moment(now), "every": int(EVERY.total_seconds()), "longest": int(LONGEST.total_seconds())}
    return cast("CursorResult[None]", db.session.execute(SAMPLE, asked)).rowcount


def forget(before: datetime, most: int) -> int:
    """Forget up to `most` of the samples that are older; returns how many."""
    done = db.session.execute(delete(LineSample).where(some_of(LineSample, LineSample.sampled_at < before, most)))
    return cast("CursorResult[None]", done).rowcount


def history(concert_id: int, since: datetime, until: datetime, width: timedelta) -> list[Stretch]:
    """A line between two moments in stretches of equal width, oldest first; where nothing was sampled there is none."""
    rows = fetch(HISTORY, concert_id=concert_id, since=since, until=until, width=width)
    return [Stretch(row.at, row.waiting, row.serving, row.per_minute) for row in rows]


def round_moment(now: datetime) -> datetime:
    """The last moment that is a whole number of samples since the epoch."""
    seconds = EVERY.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
