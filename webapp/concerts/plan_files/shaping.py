"""From seats at points to a plan: numbers, outlines, a stage and a frame around them. Units as in the document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits
from webapp.concerts.plan_files.naming import Named
from webapp.concerts.plan_files.problems import refuse
from webapp.concerts.plans import Plan, Point, Row, SeatEntry, Section, Stage

PADDING = 7.0  # from the middle of a seat to the outline of its section
MARGIN = 24.0
STAGE_DEPTH, STAGE_GAP = 34.0, 30.0
NARROWEST_STAGE, WIDEST_STAGE = 80.0, 320.0

Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Spot:
    """One seat, at its place in its row and on the ground."""

    place: str
    grade: str
    x: float
    y: float


@dataclass
class Block:
    """A section: its rows by name in their order, each with its seats from one end to the other."""

    name: Named
    rows: dict[str, list[Spot]] = field(default_factory=dict)

    def points(self) -> list[Point]:
        return [(spot.x, spot.y) for row in self.rows.values() for spot in row]


def plan_of(name: str, blocks: Sequence[Block], stage_label: str, stage: Box | None = None) -> Plan:
    """The plan of these sections, moved into a frame. Without a `stage` one is set before the front."""
    reach = box_of(point for block in blocks for point in block.points())
    left, top, right, bottom = stage or _stage_before(reach)
    frame = box_of([(reach[0] - PADDING, reach[1] - PADDING), (reach[2] + PADDING, reach[3] + PADDING)])
    frame = box_of([frame[:2], frame[2:], (left, top), (right, bottom)])
    away = (MARGIN - frame[0], MARGIN - frame[1])
    width, height = ceil(frame[2] - frame[0] + 2 * MARGIN), ceil(frame[3] - frame[1] + 2 * MARGIN)
    if max(width, height) > limits.WIDEST:
        raise refuse(_("The seats are too far apart for one house."))
    x, y = moved((left, top), away)
    placed: Stage = {"x": x, "y": y, "width": short(right - left), "height": short(bottom - top), "label": stage_label}
    return {"name": name, "width": width, "height": height, "stage": placed, "sections": _sections(blocks, away)}


def box_of(points: Iterable[Point]) -> Box:
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def moved(point: Point, away: Point) -> Point:
    return short(point[0] + away[0]), short(point[1] + away[1])


def short(value: float) -> float:
    """One decimal at most, and none where it would be a zero: the document travels to every seat map."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded


def hull(points: Iterable[Point]) -> list[Point]:
    """The convex hull, clockwise on a map whose y grows downwards (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    lower, upper = _chain(ordered), _chain(ordered[::-1])
    return lower[:-1] + upper[:-1]


def _chain(points: Sequence[Point]) -> list[Point]:
    chain: list[Point] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _stage_before(reach: Box) -> Box:
    middle = (reach[0] + reach[2]) / 2
    half = min(max((reach[2] - reach[0]) * 0.45, NARROWEST_STAGE), WIDEST_STAGE) / 2
    foot = reach[1] - STAGE_GAP
    return middle - half, foot - STAGE_DEPTH, middle + half, foot


def _sections(blocks: Sequence[Block], away: Point) -> list[Section]:
    sections: list[Section] = []
    number = 0
    for block in blocks:
        rows: list[Row] = []
        for name, spots in block.rows.items():
            # A row entry has one grade; a row of several is written in pieces that follow each other.
            for grade, piece in groupby(spots, key=lambda spot: spot.grade):
                seats: list[SeatEntry] = []
                for spot in piece:
                    number += 1
                    seats.append((number, spot.place, *moved((spot.x, spot.y), away)))
                rows.append({"name": name, "grade": grade, "seats": seats})
        outline = [moved(point, away) for point in _outline(block.points())]
        box = box_of(outline)
        label = short((box[0] + box[2]) / 2), short((box[1] + box[3]) / 2)
        sections.append({"name": block.name.name, "outline": outline, "label": label, "rows": rows})
        if block.name.korean:
            sections[-1]["name_ko"] = block.name.korean
    return sections


def _outline(points: Sequence[Point]) -> list[Point]:
    corners = [(-PADDING, -PADDING), (PADDING, -PADDING), (PADDING, PADDING), (-PADDING, PADDING)]
    # Of a large section only the hull's own points need corners.
    edge = hull(points) or points
    return hull((x + dx, y + dy) for x, y in edge for dx, dy in corners)
