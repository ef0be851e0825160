"""The seat plan document: its shape, its rules, its seats.

Geometry only. Who holds a seat and what it costs belong to the seats of a schedule, not to the plan.
"""

from collections.abc import Iterator
from typing import NamedTuple, NotRequired, TypedDict, cast

from webapp.concerts.plan_rules import PlanError, check

__all__ = [
    "Plan",
    "PlanError",
    "PlannedSeat",
    "Row",
    "Section",
    "Stage",
    "seats_of",
    "validate",
]

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
    name_ko: NotRequired[str]  # what it is called in Korean, where that is something else
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
    section_ko: str = ""


def validate(document: object) -> Plan:
    """The same document, known to be a plan; raises PlanError at the first thing wrong with it."""
    check(document)
    return cast(Plan, document)


def seats_of(document: Plan) -> Iterator[PlannedSeat]:
    """Every seat in the order of its number."""
    for section in document["sections"]:
        name, name_ko = section["name"], section.get("name_ko", "")
        for row in section["rows"]:
            for number, place, x, y in row["seats"]:
                yield PlannedSeat(number, name, row["name"], place, row["grade"], x, y, name_ko)
