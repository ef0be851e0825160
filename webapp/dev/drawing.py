"""Drawing seat plans by rule: curved and straight sections, and the frame around them.

Plan units throughout: a seat is 10 wide and y grows away from the stage. Angles are in degrees: 0 points
straight away from the stage, 90 to the right of the map. Rows are given as bands, front to back:
[("VIP", 3), ("R", 5)] is three rows of VIP and five of R behind them.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, cos, degrees, radians, sin
from typing import NamedTuple

from webapp.concerts.plans import Plan, Point, Row, Section

PITCH = 10.0  # between neighbouring seats
DEPTH = 12.0  # between rows
AISLE = 16.0  # from one seat's arm rest to the next, across an aisle
PADDING = 7.0  # from the middle of a seat to the outline of its section
TABLE_REACH = 19.0  # from the middle of a table to the outline
CHAIR_REACH = 11.0
MARGIN = 24.0

Bands = Sequence[tuple[str, int]]


class Draft(NamedTuple):
    """A section not yet numbered nor moved into a frame; each row is its grade and its seats, left to right.

    Behind a bar its name may say what it is called in Korean.
    """

    name: str
    outline: list[Point]
    label: Point
    rows: list[tuple[str, list[Point]]]


def fan(
    name: str,
    bands: Bands,
    centre: Point,
    radius: float,
    start: float,
    end: float,
    aisles: Sequence[float] = (),
) -> Draft:
    """Rows curved around `centre`, the first at `radius`, between two angles, cut by aisles at others.

    Aisles keep their width, so rows gain seats as they widen.
    """
    grades = _spread(bands)
    radii = [radius + DEPTH * row for row in range(len(grades))]
    rows = []
    for grade, row_radius in zip(grades, radii, strict=True):
        wedges = pairwise([start, *aisles, end])
        rows.append((grade, [seat for wedge in wedges for seat in _arc_seats(centre, row_radius, *wedge)]))
    edges = (
        _arc_edge(centre, radii[0] - PADDING, start, end),
        _arc_edge(centre, radii[-1] + PADDING, start, end),
    )
    label = _polar(centre, (radii[0] + radii[-1]) / 2, (start + end) / 2)
    return Draft(name, edges[0] + edges[1][::-1], label, rows)


def block(name: str, bands: Bands, front: Point, angle: float, groups: Sequence[int]) -> Draft:
    """Straight rows behind `front`, the middle of the first, receding at `angle`.

    `groups` are the seats between aisles: (8, 8) is two blocks of eight with one aisle.
    """
    grades = _spread(bands)
    along = _along(groups)
    half, back = along[-1] + PADDING, DEPTH * (len(grades) - 1)

    def at(across: float, away: float) -> Point:
        x, y = _polar(front, away, angle)
        return x + across * cos(radians(angle)), y - across * sin(radians(angle))

    rows = [(grade, [at(u, DEPTH * row) for u in along]) for row, grade in enumerate(grades)]
    corners = [(-half, -PADDING), (half, -PADDING), (half, back + PADDING), (-half, back + PADDING)]
    return Draft(name, [at(*corner) for corner in corners], at(0, back / 2), rows)


def tables(name: str, grade: str, centre: Point, arcs: Sequence[tuple[float, int, float]]) -> Draft:
    """Cabaret tables for four on arcs of (radius, tables, degrees between them); each table is a row."""
    widths: list[tuple[float, float]] = []
    rows: list[tuple[str, list[Point]]] = []
    for radius, count, step in arcs:
        half = step * (count - 1) / 2
        spots = [step * table - half for table in range(count)]
        rows += [(grade, _chairs(_polar(centre, radius, angle), angle)) for angle in spots]
        widths.append((radius, half + degrees(TABLE_REACH / radius)))
    label = _polar(centre, (arcs[0][0] + arcs[-1][0]) / 2, 0)
    return Draft(name, _around(centre, widths[0], widths[-1]), label, rows)


def _around(centre: Point, first: tuple[float, float], last: tuple[float, float]) -> list[Point]:
    (front, narrow), (back, wide) = first, last
    shoulders = [_polar(centre, back - TABLE_REACH, angle) for angle in (wide, -wide)]
    near = _arc_edge(centre, front - TABLE_REACH, -narrow, narrow)
    far = _arc_edge(centre, back + TABLE_REACH, -wide, wide)
    return [*near, shoulders[0], *far[::-1], shoulders[1]]


def _chairs(table: Point, facing: float) -> list[Point]:
    # Around the far side only: everybody at the table sees the stage.
    return [_polar(table, CHAIR_REACH, facing + turn) for turn in (-100, -33, 33, 100)]


def names(tier: str, number: int) -> str:
    """The name of a tier's section in both languages, as a draft has it, from "Upper | 2층"."""
    return " | ".join(f"{name} {number}" for name in tier.split(" | "))


def framed(name: str, stage: tuple[float, float], drafts: Sequence[Draft]) -> Plan:
    """The numbered plan of a hall drawn around (0, 0), the middle of the front edge of a stage of that size."""
    width, height = stage
    points = [point for draft in drafts for point in draft.outline]
    left = MARGIN - min(-width / 2, *(x for x, _ in points))
    top = MARGIN - min(-height, *(y for _, y in points))
    return {
        "name": name,
        "width": ceil(left + MARGIN + max(width / 2, *(x for x, _ in points))),
        "height": ceil(top + MARGIN + max(y for _, y in points)),
        "stage": {
            "x": _short(left - width / 2),
            "y": _short(top - height),
            "width": _short(width),
            "height": _short(height),
            "label": "",
        },
        "sections": _numbered(drafts, left, top),
    }


def _numbered(drafts: Sequence[Draft], left: float, top: float) -> list[Section]:
    sections: list[Section] = []
    number = 0

    def moved(point: Point) -> Point:
        return _short(point[0] + left), _short(point[1] + top)

    for draft in drafts:
        rows: list[Row] = []
        for row, (grade, seats) in enumerate(draft.rows, start=1):
            entries = [(number + place, str(place), *moved(seat)) for place, seat in enumerate(seats, start=1)]
            rows.append({"name": str(row), "grade": grade, "seats": entries})
            number += len(seats)
        outline = [moved(point) for point in draft.outline]
        name, _bar, korean = draft.name.partition(" | ")
        sections.append({"name": name, "outline": outline, "label": moved(draft.label), "rows": rows})
        if korean:
            sections[-1]["name_ko"] = korean
    return sections


def _spread(bands: Bands) -> list[str]:
    return [grade for grade, rows in bands for _ in range(rows)]


def _arc_seats(centre: Point, radius: float, start: float, end: float) -> list[Point]:
    seats = int((radius * radians(end - start) - AISLE) // PITCH)
    step = degrees(PITCH / radius)
    first = (start + end) / 2 - step * (seats - 1) / 2
    return [_polar(centre, radius, first + step * seat) for seat in range(seats)]


def _arc_edge(centre: Point, radius: float, start: float, end: float) -> list[Point]:
    # The outline stops short of the aisle's middle, so that neighbouring sections show floor between them.
    short = degrees((AISLE / 2 + PITCH / 2 - PADDING) / radius)
    bends = max(2, round((end - start) / 4))
    sweep = (end - start - 2 * short) / bends
    return [_polar(centre, radius, start + short + sweep * bend) for bend in range(bends + 1)]


def _along(groups: Sequence[int]) -> list[float]:
    places: list[float] = []
    at = 0.0
    for seats in groups:
        places += [at + PITCH * seat for seat in range(seats)]
        at = places[-1] + PITCH + AISLE
    return [place - places[-1] / 2 for place in places]


def _polar(centre: Point, radius: float, angle: float) -> Point:
    return centre[0] + radius * sin(radians(angle)), centre[1] + radius * cos(radians(angle))


def _short(value: float) -> float:
    """One decimal at most, and none where it would be a zero: the document travels to every seat map."""
    rounded = round(value, 1)
    return int(rounded) if rounded == int(rounded) else rounded
