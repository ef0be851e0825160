"""The seat plan document: its shape, its rules, and what can be read from it alone.

Geometry only. Who holds a seat and what it costs belong to the seats of a schedule, not to the plan.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import hypot, inf
from statistics import median_low
from typing import NamedTuple, TypedDict, cast

from webapp.concerts.plan_rules import PlanError, check

__all__ = [
    "Plan",
    "PlanError",
    "PlannedSeat",
    "Row",
    "Section",
    "Stage",
    "best_together",
    "seats_of",
    "validate",
]

MOST_TOGETHER = 4
AISLE_RATIO = 1.6
# What leaving one lonely seat costs, in plan units: about two rows. A group moves that far to avoid it, not further.
STRANDED_COST = 25.0

Point = tuple[float, float]
SeatEntry = tuple[int, str, float, float]  # number, place, x, y; a list of four in JSON


class Stage(TypedDict):
    x: float
    y: float
    width: float
    height: float
    label: str


class Row(TypedDict):
    name: str
    grade: str
    seats: list[SeatEntry]


class Section(TypedDict):
    name: str
    outline: list[Point]
    label: Point
    rows: list[Row]


class Plan(TypedDict):
    name: str
    width: float
    height: float
    stage: Stage
    sections: list[Section]


class PlannedSeat(NamedTuple):
    """One seat of the house, before any schedule."""

    number: int
    section: str
    row: str
    place: str
    grade: str
    x: float
    y: float


def validate(document: object) -> Plan:
    """The same document, known to be a plan; raises PlanError at the first thing wrong with it."""
    check(document)
    return cast(Plan, document)


def seats_of(document: Plan) -> Iterator[PlannedSeat]:
    """Every seat in the order of its number."""
    for section in document["sections"]:
        for row in section["rows"]:
            for number, place, x, y in row["seats"]:
                yield PlannedSeat(number, section["name"], row["name"], place, row["grade"], x, y)


def best_together(document: Plan, free: set[int], count: int, grade: str | None = None) -> list[int]:
    """The numbers of the best `count` (1 to 4) free seats next to each other in one row, or [].

    Best is nearest to the middle of the stage's front edge. A group never spans an aisle, and gives way by
    about two rows rather than leave a single free seat beside it that nobody would buy.
    """
    if not 1 <= count <= MOST_TOGETHER:
        raise ValueError(f"Seats together come in 1 to {MOST_TOGETHER}, not {count}.")
    stage = document["stage"]
    front = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"])
    best_cost, best = inf, []
    for run in _free_runs(document, free, grade):
        spare = len(run) - count
        for start in range(spare + 1):
            group = run[start : start + count]
            lonely = (start == 1) + (spare - start == 1)
            cost = _distance(group, front) + lonely * STRANDED_COST
            if cost < best_cost:
                best_cost, best = cost, [seat[0] for seat in group]
    return best


def _free_runs(document: Plan, free: set[int], grade: str | None) -> Iterator[list[SeatEntry]]:
    for section in document["sections"]:
        aisle = _aisle_width(section)
        for row in section["rows"]:
            if grade is None or row["grade"] == grade:
                yield from _runs_of(row["seats"], free, aisle)


def _runs_of(seats: list[SeatEntry], free: set[int], aisle: float) -> Iterator[list[SeatEntry]]:
    run: list[SeatEntry] = []
    for seat in seats:
        if run and (seat[0] not in free or _apart(run[-1], seat) > aisle):
            yield run
            run = []
        if seat[0] in free:
            run.append(seat)
    if run:
        yield run


def _aisle_width(section: Section) -> float:
    # Measured along the row, not in x alone: rows of a side stand run away from the stage.
    longest = max((row["seats"] for row in section["rows"]), key=len)
    gaps = [_apart(a, b) for a, b in pairwise(longest)]
    return AISLE_RATIO * median_low(gaps) if gaps else inf


def _apart(a: SeatEntry, b: SeatEntry) -> float:
    return hypot(a[2] - b[2], a[3] - b[3])


def _distance(group: list[SeatEntry], to: Point) -> float:
    first, last = group[0], group[-1]
    return hypot((first[2] + last[2]) / 2 - to[0], (first[3] + last[3]) / 2 - to[1])
