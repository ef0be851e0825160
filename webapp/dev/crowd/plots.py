"""Plots as SVG, drawn here: dots, lines and bars with axes that end on round numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 26, 14, 44
TICKS = 5
LETTER = 7  # how wide one is, about, at 12 px
MOST_DOTS = 4_000  # more cannot be told apart, and make a page heavy

Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """Points under a name; `kind` is line, dots or area, and `tone` 0 to 3 one of the sheet's colours."""

    name: str
    points: Sequence[Point]
    kind: str = "line"
    tone: int = 0


def plot(title: str, series: Sequence[Series], x_label: str, y_label: str) -> str:
    """One plot with its axes and, where there are several series, their names. Points go from 0 up."""
    points = [point for one in series for point in one.points]
    if not points:
        return _empty(title)
    x_end, y_end = (_round_up(max(point[axis] for point in points)) for axis in (0, 1))
    drawn = [_series(one, x_end, y_end) for one in series]
    return _svg(title, [*_axes(x_end, y_end, x_label, y_label), *drawn, *_legend(series)])


def bars(title: str, rows: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], unit: str) -> str:
    """Horizontal bars: for each row one value a name, the first drawn fullest."""
    if not rows:
        return _empty(title)
    end = _round_up(max(value for _, values in rows for value in values))
    step, label = 30, 250
    height = TOP + step * len(rows) + BOTTOM
    scale = (WIDTH - label - RIGHT - 60) / end
    parts = []
    for place, (row, values) in enumerate(rows):
        y = TOP + place * step
        parts.append(f'<text class="row" x="{label - 8}" y="{y + 15}" text-anchor="end">{escape(row)}</text>')
        for tone, value in reversed(list(enumerate(values))):
            parts.append(
                f'<rect class="tone-{tone}" x="{label}" y="{y + 3 + 3 * tone}" width="{value * scale:.1f}"'
                f' height="{18 - 6 * tone}"/>'
            )
        parts.append(f'<text x="{label + max(values) * scale + 6:.1f}" y="{y + 16}">{max(values):,.0f} {unit}</text>')
    key = label
    for tone, name in enumerate(names):
        parts.append(_key(key, height - 16, tone, name))
        key += 36 + LETTER * len(name)
    return _svg(title, parts, height)


def cumulative(moments: Sequence[float]) -> list[Point]:
    """How many had happened by each of these moments."""
    return [(moment, place) for place, moment in enumerate(sorted(moments), start=1)]


def _series(series: Series, x_end: float, y_end: float) -> str:
    step = max(1, ceil(len(series.points) / MOST_DOTS))
    at = [(_x(x, x_end), _y(y, y_end)) for x, y in series.points[::step]]
    if series.kind == "dots":
        return "".join(f'<circle class="tone-{series.tone}" cx="{x:.1f}" cy="{y:.1f}" r="2.4"/>' for x, y in at)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    return f'<polyline class="stroke-{series.tone}" points="{path}"/>'


def _axes(x_end: float, y_end: float, x_label: str, y_label: str) -> list[str]:
    parts = []
    for step in range(TICKS + 1):
        x, y = x_end * step / TICKS, y_end * step / TICKS
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(y, y_end)}" y2="{_y(y, y_end)}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{_y(y, y_end) + 4}" text-anchor="end">{_number(y)}</text>')
        parts.append(f'<text x="{_x(x, x_end)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{_number(x)}</text>')
    middle = (HEIGHT - BOTTOM + TOP) / 2
    parts.append(f'<text x="{(WIDTH + LEFT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(f'<text transform="translate(13 {middle}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>')
    return parts


def _legend(series: Sequence[Series]) -> list[str]:
    if len(series) < 2:
        return []
    # What grows from the left leaves the lower right free.
    top = HEIGHT - BOTTOM - 18 * len(series)
    return [_key(WIDTH - 130, top + 18 * place, one.tone, one.name) for place, one in enumerate(series)]


def _key(x: float, y: float, tone: int, name: str) -> str:
    box = f'<rect class="tone-{tone}" x="{x}" y="{y - 9}" width="11" height="11"/>'
    return f'{box}<text x="{x + 17}" y="{y + 1}">{escape(name)}</text>'


def _svg(title: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    inside = "".join(parts)
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{inside}</svg>'


def _empty(title: str) -> str:
    words = f'<text x="{WIDTH / 2}" y="40" text-anchor="middle">There is nothing to show.</text>'
    return _svg(title, [words], 80)


def _x(value: float, end: float) -> float:
    return round(LEFT + value / end * (WIDTH - LEFT - RIGHT), 1)


def _y(value: float, end: float) -> float:
    return round(HEIGHT - BOTTOM - value / end * (HEIGHT - TOP - BOTTOM), 1)


def _round_up(value: float) -> float:
    """The next 1, 2, 2.5 or 5 times a power of ten: it divides into five."""
    if value <= 0:
        return 1.0
    power = 10 ** floor(log10(value))
    return next(float(step * power) for step in (1, 2, 2.5, 5, 10) if value <= step * power)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}".rstrip("0")
