"""A stadium of 50,000 seats, for what has to be fast in the biggest house. See `drawing` for units and angles."""

from functools import partial

from webapp.concerts.plans import Plan
from webapp.dev.drawing import Bands, Draft, block, fan, framed, names

CORNER = (472.0, 1_140.0)  # where the straight stands end and the bends begin
PITCH = 190.0  # from one straight block to the next
ACROSS = (18,)  # seats of a straight block's row
SIDES, BACK = 6, 5


def stadium() -> Plan:
    """Some 50,000 seats: twenty floor blocks, and a lower, a middle and an upper tier around three sides."""
    tiers = [
        _tier("Lower | 1층", 101, 120, [("R", 8), ("S", 18)], wedges=3),
        _tier("Middle | 2층", 201, 475, [("S", 20)], wedges=4),
        _tier("Upper | 3층", 301, 758, [("S", 6), ("A", 32)], wedges=6),
    ]
    return framed("Stadium", (640, 120), [*_floor(), *(draft for tier in tiers for draft in tier)])


def _floor() -> list[Draft]:
    spots = [(x, y) for y in (52.0, 346.0, 640.0, 934.0) for x in (-430.0, -215.0, 0.0, 215.0, 430.0)]
    grades = ["VIP"] * 5 + ["R"] * 15
    return [
        block(f"Floor {n} | 플로어 {n}", [(grade, 24)], spot, 0, (9, 9))
        for n, (grade, spot) in enumerate(zip(grades, spots, strict=True), start=1)
    ]


def _tier(tier: str, first: int, radius: float, bands: Bands, wedges: int) -> list[Draft]:
    """One ring of sections, numbered from the stage's left, round the back, to its right."""
    corner_x, corner_y = CORNER
    reach, turn = corner_x + radius, 90 / wedges
    down = [corner_y - PITCH * (step + 0.5) for step in reversed(range(SIDES))]
    behind = [PITCH * (step - (BACK - 1) / 2) for step in range(BACK)]
    bends = [(-corner_x, -90.0), (corner_x, 0.0)]
    left, right = (
        [
            partial(fan, centre=(x, corner_y), radius=radius, start=start + turn * n, end=start + turn * (n + 1))
            for n in range(wedges)
        ]
        for x, start in bends
    )
    pieces = [
        *[partial(block, front=(-reach, y), angle=-90, groups=ACROSS) for y in down],
        *left,
        *[partial(block, front=(x, corner_y + radius), angle=0, groups=ACROSS) for x in behind],
        *right,
        *[partial(block, front=(reach, y), angle=90, groups=ACROSS) for y in reversed(down)],
    ]
    return [piece(names(tier, first + n), bands) for n, piece in enumerate(pieces)]
