"""The demo's halls are valid plans, of the promised size, with sections that hug their seats."""

import json
import re
from collections.abc import Callable
from itertools import combinations, pairwise
from math import hypot

import pytest

from webapp.concerts.plans import Plan, Point, Section, seats_of, validate
from webapp.dev import halls
from webapp.dev.stadium import stadium

HALLS = (halls.concert_hall, halls.club, halls.recital_hall, halls.arena, stadium)
Hall = Callable[[], Plan]
every_hall = pytest.mark.parametrize("hall", HALLS)


def inside(point: Point, outline: list[Point]) -> bool:
    """Whether a ray to the right of the point crosses the outline an odd number of times."""
    x, y = point
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise([*outline, outline[0]]):
        crossings += (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)
    return crossings % 2 == 1


def distance_to(point: Point, outline: list[Point]) -> float:
    """From the point to the nearest edge of the outline."""
    nearest = float("inf")
    for (x1, y1), (x2, y2) in pairwise([*outline, outline[0]]):
        dx, dy = x2 - x1, y2 - y1
        along = max(0.0, min(1.0, ((point[0] - x1) * dx + (point[1] - y1) * dy) / (dx * dx + dy * dy)))
        nearest = min(nearest, hypot(point[0] - x1 - along * dx, point[1] - y1 - along * dy))
    return nearest


def overlap(one: Section, other: Section) -> bool:
    """Whether any edges cross or either holds a corner of the other; exact enough for sections drawn apart."""
    for a, b in ((one["outline"], other["outline"]), (other["outline"], one["outline"])):
        if any(inside(corner, b) or distance_to(corner, b) < 1 for corner in a):
            return True
    return False


def spots(section: Section) -> list[Point]:
    return [(x, y) for row in section["rows"] for _, _, x, y in row["seats"]]


@every_hall
def test_a_hall_is_a_valid_plan_also_after_a_journey_as_json(hall: Hall) -> None:
    document = hall()
    assert validate(json.loads(json.dumps(document))) == json.loads(json.dumps(document))


@every_hall
def test_a_hall_is_drawn_the_same_every_time(hall: Hall) -> None:
    assert hall() == hall()


@pytest.mark.parametrize(
    ("hall", "least", "most", "grades"),
    [
        (halls.concert_hall, 1_150, 1_250, {"VIP", "R", "S", "A"}),
        (halls.club, 60, 60, {"R", "S", "A"}),
        (halls.recital_hall, 300, 400, {"R", "S", "A"}),
        (halls.arena, 10_000, 12_000, {"VIP", "R", "S", "A"}),
        (stadium, 50_000, 52_000, {"VIP", "R", "S", "A"}),
    ],
)
def test_a_hall_has_its_size_and_grades(hall: Hall, least: int, most: int, grades: set[str]) -> None:
    seats = list(seats_of(hall()))
    assert least <= len(seats) <= most
    assert {seat.grade for seat in seats} == grades


@every_hall
def test_no_two_seats_share_a_spot_or_touch(hall: Hall) -> None:
    cells: dict[tuple[int, int], list[Point]] = {}
    for seat in seats_of(hall()):
        cells.setdefault((int(seat.x // 9), int(seat.y // 9)), []).append((seat.x, seat.y))
    for (column, row), here in cells.items():
        around = [spot for dx in (0, 1) for dy in (-1, 0, 1) for spot in cells.get((column + dx, row + dy), [])]
        for one in here:
            closest = min((hypot(one[0] - it[0], one[1] - it[1]) for it in around if it != one), default=99)
            assert closest > 9


@every_hall
def test_an_outline_hugs_the_seats_of_its_section(hall: Hall) -> None:
    for section in hall()["sections"]:
        outline, seats = section["outline"], spots(section)
        assert all(inside(seat, outline) for seat in seats), section["name"]
        assert all(distance_to(seat, outline) > 4 for seat in seats), section["name"]
        furthest = max(min(hypot(x - sx, y - sy) for sx, sy in seats) for x, y in outline)
        assert furthest < 24, section["name"]
        assert inside(section["label"], outline), section["name"]


@every_hall
def test_sections_and_the_stage_keep_apart(hall: Hall) -> None:
    document = hall()
    for one, other in combinations(document["sections"], 2):
        assert not overlap(one, other), (one["name"], other["name"])
    stage = document["stage"]
    right, front = stage["x"] + stage["width"], stage["y"] + stage["height"]
    for seat in seats_of(document):
        assert not (stage["x"] - 5 < seat.x < right + 5 and stage["y"] - 5 < seat.y < front + 5), seat


@every_hall
def test_a_dearer_grade_never_sits_behind_a_cheaper_one_in_its_section(hall: Hall) -> None:
    order = ["VIP", "R", "S", "A"]
    for section in hall()["sections"]:
        grades = [order.index(row["grade"]) for row in section["rows"]]
        assert grades == sorted(grades)


@every_hall
def test_coordinates_carry_one_decimal_at_most(hall: Hall) -> None:
    document = json.dumps(hall(), separators=(",", ":"))
    assert re.search(r"\.\d\d", document) is None
    assert re.search(r"\.0\b", document) is None
    assert len(document) < 26 * sum(1 for _ in seats_of(json.loads(document))) + 6_000
