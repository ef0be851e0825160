"""What an evening comes to in figures. Plain functions of what was written down."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from webapp.dev.crowd.diary import Diary, Estimate
from webapp.dev.crowd.outcome import Place

SHARES = (50, 95, 99)


@dataclass(frozen=True)
class Spread:
    """Percentiles of `count` values, in their unit."""

    count: int
    p50: float
    p95: float
    p99: float
    most: float


@dataclass(frozen=True)
class Accuracy:
    """How right estimates were: the share whose range held the real wait, and by how many minutes the others missed.

    `median_error` and `p90_error` are the distance of the range's middle from the real wait, in minutes. `bias` is
    the median of (middle - real) / real: above 0 the pages said too much.
    """

    count: int
    within: float
    missed_by: float
    median_error: float
    p90_error: float
    bias: float


def percentile(values: Sequence[float], share: int) -> float:
    """The smallest value that at least `share` per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def spread(values: Sequence[float]) -> Spread | None:
    """None where there is nothing to speak of."""
    if not values:
        return None
    p50, p95, p99 = (percentile(values, share) for share in SHARES)
    return Spread(len(values), p50, p95, p99, max(values))


def inversions(called: Iterable[Place]) -> int:
    """How many were called later than somebody with a higher number. Who was passed over was never called.

    A line's times never go back, so whoever comes after a higher number by the clock came after it.
    """
    count, earliest_behind = 0, float("inf")
    for place in sorted(called, key=lambda place: place.number, reverse=True):
        assert place.called_at is not None
        count += place.called_at > earliest_behind
        earliest_behind = min(earliest_behind, place.called_at)
    return count


def delays(diaries: Iterable[Diary], places: dict[int, Place]) -> list[float]:
    """Milliseconds from being called on the server to knowing it, one for each fan who came to know."""
    return [
        max(0.0, diary.known_at - called) * 1000
        for diary in diaries
        if diary.known_at and (called := _called(diary, places)) is not None
    ]


def waits(diaries: Iterable[Diary], places: dict[int, Place]) -> list[tuple[int, float]]:
    """Number and minutes from joining to being called, of all who were called."""
    return [
        (diary.number, (called - places[diary.user_id].joined_at) / 60)
        for diary in diaries
        if diary.number and (called := _called(diary, places)) is not None
    ]


def answers(diaries: Iterable[Diary], places: dict[int, Place], which: str) -> list[tuple[Estimate, float]]:
    """Each "first" or "midway" estimate with the minutes that were really left then."""
    said = [(getattr(diary, which), _called(diary, places)) for diary in diaries]
    return [(estimate, (called - estimate.at) / 60) for estimate, called in said if estimate and called is not None]


def accuracy(answers: Sequence[tuple[Estimate, float]]) -> Accuracy | None:
    """How right these estimates were; None without any."""
    if not answers:
        return None
    errors = [abs(_middle(estimate) - real) for estimate, real in answers]
    misses = [_miss(estimate, real) for estimate, real in answers]
    return Accuracy(
        count=len(answers),
        within=sum(miss == 0 for miss in misses) / len(answers),
        missed_by=median([miss for miss in misses if miss] or [0.0]),
        median_error=median(errors),
        p90_error=percentile(errors, 90),
        bias=median((_middle(estimate) - real) / max(real, 1 / 60) for estimate, real in answers),
    )


def _called(diary: Diary, places: dict[int, Place]) -> float | None:
    place = places.get(diary.user_id)
    return place.called_at if place and place.number == diary.number else None


def _middle(estimate: Estimate) -> float:
    return (estimate.low_minutes + estimate.high_minutes) / 2


def _miss(estimate: Estimate, real: float) -> float:
    """Minutes outside the range. The page counts in whole minutes, and "1" means up to one."""
    low = 0 if estimate.low_minutes <= 1 else estimate.low_minutes
    return max(0.0, low - real, real - estimate.high_minutes)
