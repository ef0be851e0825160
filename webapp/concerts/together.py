"""Which seats together are the best, from a plan and what is free. Asks nobody: the caller says what is free."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import hypot, inf
from statistics import median_low
from typing import NamedTuple

from webapp.concerts.plans import Plan, Point, SeatEntry, Section

MOST_TOGETHER = 4
AISLE_RATIO = 1.6
# What leaving one lonely seat costs, in plan units: about two rows. A group moves that far to avoid it, not further.
STRANDED_COST = 25.0
# Blocks that are looked at together: about as many rows as lie within that cost of the best one.
AT_ONCE = 24


class Block(NamedTuple):
    """Seats of one row between two aisles, with numbers that follow one another from `first` on.

    No group in it can be nearer to the stage than `bound`.
    """

    grade: str
    first: int
    spots: list[Point]
    front: Point
    bound: float

    @property
    def last(self) -> int:
        return self.first + len(self.spots) - 1


Look = Callable[[Sequence[Block]], set[int]]


def blocks_of(document: Plan) -> list[Block]:
    """Every block of a house, the nearest to the middle of the stage's front edge first."""
    stage = document["stage"]
    front = (stage["x"] + stage["width"] / 2, stage["y"] + stage["height"])
    found = [
        _block(row["grade"], seats, front, aisle)
        for section in document["sections"]
        for aisle in [_aisle_width(section)]
        for row in section["rows"]
        for seats in _between_aisles(row["seats"], aisle)
    ]
    return sorted(found, key=lambda block: block.bound)


def best(blocks: Sequence[Block], look: Look, count: int) -> list[int]:
    """The numbers of the best `count` (1 to 4) free seats next to each other in one block, or [].

    Best is nearest to the middle of the stage's front edge. A group gives way by about two rows rather than leave
    a single free seat beside it that nobody would buy. `look` returns the free numbers of the blocks it is given:
    a few of the nearest at first, and more only as long as there may be something better among them.
    """
    if not 1 <= count <= MOST_TOGETHER:
        raise ValueError(f"Seats together come in 1 to {MOST_TOGETHER}, not {count}.")
    best_cost, chosen = inf, list[int]()
    for some in _chunks(blocks):
        if some[0].bound >= best_cost:
            break
        free = look(some)
        for block in some:
            for cost, numbers in _groups(block, free, count):
                if cost < best_cost:
                    best_cost, chosen = cost, numbers
    return chosen


def has_room(block: Block, states: str, count: int) -> bool:
    """Whether `count` seats together are free in it, by a digit for each seat of the house; 0 is free."""
    return "0" * count in states[block.first - 1 : block.last]


def _chunks(blocks: Sequence[Block]) -> Iterator[Sequence[Block]]:
    start, size = 0, AT_ONCE
    while start < len(blocks):
        yield blocks[start : start + size]
        start, size = start + size, size * 2


def _groups(block: Block, free: set[int], count: int) -> Iterator[tuple[float, list[int]]]:
    """Every group that could be taken in the block, with what it costs."""
    for run in _free_runs(block, free):
        spare = len(run) - count
        for start in range(spare + 1):
            lonely = (start == 1) + (spare - start == 1)
            numbers = run[start : start + count]
            yield _distance(block, numbers) + lonely * STRANDED_COST, numbers


def _free_runs(block: Block, free: set[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in range(block.first, block.last + 1):
        if number in free:
            run.append(number)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _distance(block: Block, numbers: list[int]) -> float:
    first, last = (block.spots[number - block.first] for number in (numbers[0], numbers[-1]))
    return hypot((first[0] + last[0]) / 2 - block.front[0], (first[1] + last[1]) / 2 - block.front[1])


def _block(grade: str, seats: list[SeatEntry], front: Point, aisle: float) -> Block:
    spots = [(x, y) for _, _, x, y in seats]
    nearest = min(hypot(x - front[0], y - front[1]) for x, y in spots)
    # The middle of a group lies between seats, and may be nearer than each of them: by less than an aisle.
    return Block(grade, seats[0][0], spots, front, nearest - (aisle if len(spots) > 1 else 0.0))


def _between_aisles(seats: list[SeatEntry], aisle: float) -> Iterator[list[SeatEntry]]:
    block = [seats[0]]
    for before, after in pairwise(seats):
        if _apart(before, after) > aisle:
            yield block
            block = []
        block.append(after)
    yield block


def _aisle_width(section: Section) -> float:
    # Measured along the row, not in x alone: rows of a side stand run away from the stage.
    longest = max((row["seats"] for row in section["rows"]), key=len)
    gaps = [_apart(a, b) for a, b in pairwise(longest)]
    return AISLE_RATIO * median_low(gaps) if gaps else inf


def _apart(a: SeatEntry, b: SeatEntry) -> float:
    return hypot(a[2] - b[2], a[3] - b[3])
