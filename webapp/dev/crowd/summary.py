"""The evening's figures in one place, as the JSON file has them and the report shows them."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from webapp.dev.crowd import diary, figures
from webapp.dev.crowd.diary import Journal
from webapp.dev.crowd.options import Options
from webapp.dev.crowd.outcome import Outcome


@dataclass(frozen=True)
class Evening:
    """A crowd, what it did, and what the server says. `began_at` in Unix seconds, `took` in seconds."""

    options: Options
    title: str
    journal: Journal
    outcome: Outcome
    began_at: float
    took: float


def of(evening: Evening) -> dict[str, Any]:
    """Every figure, ready for JSON. What was not measured is null."""
    diaries, places = evening.journal.diaries, evening.outcome.places
    return {
        "concert": evening.options.concert,
        "options": asdict(evening.options),
        "seconds": round(evening.took, 1),
        "fans": len(diaries),
        "joined": sum(one.joined_at is not None for one in diaries),
        "called": sum(one.known_at is not None for one in diaries),
        "ended": dict(Counter(one.ended for one in diaries)),
        "seats_bought": sum(one.seats for one in diaries if one.ended == diary.BOUGHT),
        "collisions": sum(one.collisions for one in diaries),
        "declined_cards": sum(one.declined for one in diaries),
        "ticks_heard": evening.journal.ticks,
        "wait_minutes": _spread([minutes for _, minutes in figures.waits(diaries, places)]),
        "called_to_known_ms": _spread(figures.delays(diaries, places)),
        "estimates": {which: _accuracy(evening, which) for which in ("first", "midway")},
        "order_inversions": figures.inversions(evening.outcome.called),
        "errors": dict(evening.journal.errors.most_common()),
        "http_ms": {page: _spread(taken) for page, taken in sorted(evening.journal.latencies.items())},
        "audit": evening.outcome.broken,
    }


def _accuracy(evening: Evening, which: str) -> dict[str, Any] | None:
    answers = figures.answers(evening.journal.diaries, evening.outcome.places, which)
    found = figures.accuracy(answers)
    return {name: round(value, 3) for name, value in asdict(found).items()} if found else None


def _spread(values: list[float]) -> dict[str, Any] | None:
    found = figures.spread(values)
    return {name: round(value, 3) for name, value in asdict(found).items()} if found else None
