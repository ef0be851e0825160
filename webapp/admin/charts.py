"""The charts of a sale: its figures laid out to be drawn. What they are called and look like is the templates'."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from webapp.admin import figures, plots
from webapp.admin.figures import Course
from webapp.admin.plots import Column, Point, Scale, Span, Tick
from webapp.concerts.models import Concert
from webapp.waiting_room.sampling import EVERY, Stretch

SPANS = {1: timedelta(minutes=15), 6: timedelta(hours=2), 24: timedelta(hours=6)}  # hours shown: step of the axis
SILENCE = 3  # so many stretches without a sample are a gap and not a line


@dataclass(frozen=True)
class Plot:
    """One value over time: a line, what lies under it, its axis, and how it stands now."""

    line: str
    area: str
    ticks: list[Tick]
    now: int
    limit: float | None = None


def draw(concert: Concert, line: dict[str, Any], hours: int, now: datetime) -> dict[str, Any]:
    """Everything the charts show of the last `hours` (1, 6 or 24; another number is 1). `line` as house.line says."""
    hours = hours if hours in SPANS else 1
    course = figures.course(concert.id, hours, now)
    span = Span(course.since, course.until, SPANS[hours])
    pieces = _pieces(course)
    per_minute = course.line[-1].per_minute if course.line and not _is_silent(course) else 0
    return {
        "hours": hours,
        "spans": list(SPANS),
        "times": span.ticks(concert.time_zone),
        "since": course.since,
        "until": course.until,
        "has_line": bool(course.line),
        "has_joined": bool(line["created_count"]),
        "silent_since": course.line[-1].at if course.line and _is_silent(course) else None,
        "waiting": _plot(pieces, lambda one: one.waiting, span, line["waiting"]),
        "serving": _plot(pieces, lambda one: one.serving, span, line["serving_now"], line["capacity"]),
        "called": _plot(pieces, lambda one: one.per_minute, span, per_minute),
        "holds": _holds(course, span),
        "grades": _grades(concert.id, now),
        "table": _table(course),
    }


def _plot(
    pieces: list[list[Stretch]], value: Callable[[Stretch], int], span: Span, now: int, limit: int | None = None
) -> Plot:
    drawn: list[list[Point]] = [[(one.at, value(one)) for one in piece] for piece in pieces]
    most = max([now, *(spot[1] for piece in drawn for spot in piece)])
    scale = Scale.over([most])
    # A limit far above what happens would press the line to the floor.
    shown = limit if limit is not None and 0 < limit <= 3 * max(1, most) else None
    scale = Scale.over([most, shown or 0])
    return Plot(
        plots.line(drawn, span, scale),
        plots.area(drawn, span, scale),
        scale.ticks,
        now,
        scale.y(shown) if shown else None,
    )


def _pieces(course: Course) -> list[list[Stretch]]:
    """The line cut where samples are missing. At rest it is known without them: nobody was there."""
    pieces: list[list[Stretch]] = []
    for one in course.line:
        before = pieces[-1][-1] if pieces else None
        is_gap = before is not None and one.at - before.at > SILENCE * course.fine
        if before is None or (is_gap and not before.is_rest):
            pieces.append([])
        elif is_gap:
            pieces[-1].append(Stretch(one.at - course.fine, 0, 0, 0))
        pieces[-1].append(one)
    if pieces and pieces[-1][-1].is_rest:
        pieces[-1].append(Stretch(course.until, 0, 0, 0))
    return pieces


def _is_silent(course: Course) -> bool:
    """Whether a line that moved has not been sampled for a while: the clock or the workers stand still."""
    last = course.line[-1]
    return not last.is_rest and course.until - last.at > SILENCE * course.fine + 3 * EVERY


def _holds(course: Course, span: Span) -> dict[str, Any]:
    parts = {one.at: [("sold", one.sold), ("held", one.held), ("lost", one.lost)] for one in course.holds}
    scale = Scale.over(sum(count for _name, count in one) for one in parts.values())
    columns: list[Column] = [plots.column(at, course.coarse, one, span, scale) for at, one in parts.items()]
    return {"columns": columns, "ticks": scale.ticks, "became_sales": figures.became_sales(course.holds)}


def _grades(concert_id: int, now: datetime) -> dict[str, Any]:
    grades = figures.by_grade(concert_id, now)
    total, sold = sum(one.total for one in grades), sum(one.sold for one in grades)
    bars = [
        {
            "grade": one,
            "bar": plots.shares([("sold", one.sold), ("held", one.held)], one.total),
            "percent": _percent(one.sold, one.total),
        }
        for one in grades
    ]
    return {
        "bars": bars,
        "sold": sold,
        "total": total,
        "percent": _percent(sold, total),
        "revenue": sum(one.revenue for one in grades),
    }


def _percent(part: int, whole: int) -> int:
    """Rounded, but never to a hundred or to nothing: the last seat and the first one count."""
    if part in (0, whole):
        return 100 if whole and part == whole else 0
    return min(99, max(1, round(100 * part / whole)))


def _table(course: Course) -> list[tuple[datetime, Stretch | None, figures.Holds | None]]:
    """The same figures in rows, newest first."""
    line = {one.at: one for one in course.table}
    holds = {one.at: one for one in course.holds}
    return [(at, line.get(at), holds.get(at)) for at in sorted(line.keys() | holds.keys(), reverse=True)]
