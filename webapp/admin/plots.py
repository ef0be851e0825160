"""Where things lie in a chart, in per cent of its box: scales, ticks, lines, columns. Knows numbers and no colours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

HEADROOM = 18.0  # above the topmost tick, for its label
EDGE = 4.0  # a label nearer to an edge than this would be cut
TOPS = (1, 2, 4, 6, 8, 10)  # halves of these are whole, but for 1

Point = tuple[datetime, float]


@dataclass(frozen=True)
class Tick:
    """A mark on an axis: how far along, in per cent, and the value there."""

    at: float
    value: int | datetime


@dataclass(frozen=True)
class Column:
    """A stretch of time with parts stacked from the floor up: (name, top, height) each, in per cent."""

    at: datetime
    left: float
    width: float
    parts: Sequence[tuple[str, float, float]]


@dataclass(frozen=True)
class Scale:
    """Values from 0 to a round top, upwards."""

    top: int

    @classmethod
    def over(cls, values: Iterable[float]) -> "Scale":
        """A scale that holds them all."""
        most, size = max([1.0, *values]), 1
        while most > 10 * size:
            size *= 10
        return cls(next(top * size for top in TOPS if top * size >= most))

    @property
    def ticks(self) -> list[Tick]:
        values = [0, self.top // 2, self.top] if self.top > 1 else [0, 1]
        return [Tick(self.y(value), value) for value in values]

    def y(self, value: float) -> float:
        return round(100 - self.height(value), 2)

    def height(self, value: float) -> float:
        return round(value / self.top * (100 - HEADROOM), 2)


@dataclass(frozen=True)
class Span:
    """A stretch of time from left to right."""

    since: datetime
    until: datetime
    step: timedelta

    def x(self, at: datetime) -> float:
        return round((at - self.since) / (self.until - self.since) * 100, 2)

    def ticks(self, zone: str) -> list[Tick]:
        """A mark at every whole step of the day in this zone."""
        at, ticks = self.since, []
        local = at.astimezone(ZoneInfo(zone))
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        at = midnight + (self.since - midnight) // self.step * self.step
        while at <= self.until:
            if EDGE <= self.x(at) <= 100 - EDGE:
                ticks.append(Tick(self.x(at), at))
            at += self.step
        return ticks


def line(pieces: Iterable[Sequence[Point]], span: Span, scale: Scale) -> str:
    """The path of a line; between its pieces nothing is known, and nothing is drawn."""
    return " ".join("M" + " L".join(_spots(piece, span, scale)) for piece in pieces if piece)


def area(pieces: Iterable[Sequence[Point]], span: Span, scale: Scale) -> str:
    """What lies under the same line."""
    return " ".join(
        f"M{span.x(piece[0][0])},100 L{' L'.join(_spots(piece, span, scale))} L{span.x(piece[-1][0])},100 Z"
        for piece in pieces
        if piece
    )


def column(at: datetime, width: timedelta, parts: Iterable[tuple[str, int]], span: Span, scale: Scale) -> Column:
    """Parts stacked in their order, with a little air to the next column."""
    left, right = max(0.0, span.x(at)), min(100.0, span.x(at + width))
    stacked, floor = [], 0
    for name, value in parts:
        floor += value
        if value:
            stacked.append((name, scale.y(floor), scale.height(value)))
    return Column(at, round(left + 0.6, 2), round(max(0.4, right - left - 1.2), 2), stacked)


def shares(parts: Iterable[tuple[str, int]], whole: int) -> list[tuple[str, float, float]]:
    """Parts of a whole side by side: (name, left, width) each, in per cent."""
    found, left = [], 0.0
    for name, value in parts:
        width = round(100 * value / whole, 2) if whole else 0.0
        if width:
            found.append((name, round(left, 2), width))
        left += width
    return found


def _spots(piece: Sequence[Point], span: Span, scale: Scale) -> list[str]:
    # A point alone is a line of no length, which is not drawn: it gets a little of it.
    points = piece if len(piece) > 1 else [*piece, (piece[0][0] + (span.until - span.since) / 200, piece[0][1])]
    return [f"{span.x(at)},{scale.y(value)}" for at, value in points]
