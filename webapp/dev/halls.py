"""Four believable halls: a concert hall, a club, a recital hall and an arena.

Each is drawn around (0, 0), the middle of the stage's front edge; see `drawing` for units and angles.
"""

from functools import partial

from webapp.concerts.plans import Plan
from webapp.dev.drawing import Bands, Draft, block, fan, framed, names, tables


def concert_hall() -> Plan:
    """About 1,200 seats: three curved floor sections, a terrace on each side and a balcony."""
    centre = (0.0, -290.0)
    side: Bands = [("VIP", 3), ("R", 7), ("S", 6)]
    terrace: Bands = [("R", 2), ("S", 6), ("A", 3)]
    return framed(
        "Concert hall",
        (268, 72),
        [
            fan("Floor A | 플로어 A", side, centre, 330, -31, -12),
            fan("Floor B | 플로어 B", [("VIP", 7), ("R", 6), ("S", 3)], centre, 330, -12, 12),
            fan("Floor C | 플로어 C", side, centre, 330, 12, 31),
            fan("Terrace Left | 테라스 왼쪽", terrace, centre, 366, -47, -31.5),
            fan("Terrace Right | 테라스 오른쪽", terrace, centre, 366, 31.5, 47),
            fan("Balcony A | 발코니 A", [("A", 5)], centre, 554, -38, -13),
            fan("Balcony B | 발코니 B", [("S", 2), ("A", 3)], centre, 554, -13, 13),
            fan("Balcony C | 발코니 C", [("A", 5)], centre, 554, 13, 38),
        ],
    )


def club() -> Plan:
    """Sixty seats: eight half-moon tables, two benches and a bar along the wall."""
    return framed(
        "Club",
        (112, 34),
        [
            tables("Tables | 테이블", "R", (0.0, -112.0), [(150, 3, 19), (200, 5, 15)]),
            block("Bench | 벤치", [("S", 2)], (0, 128), 0, (4, 4)),
            block("Bar | 바", [("A", 1)], (150, 74), 90, (12,)),
        ],
    )


def recital_hall() -> Plan:
    """About 390 seats in a shoebox: stalls with two aisles, galleries along the walls, a circle at the back."""
    centre = (0.0, -640.0)
    gallery: Bands = [("S", 2)]
    return framed(
        "Recital hall",
        (190, 64),
        [
            fan("Stalls | 1층", [("R", 6), ("S", 5)], centre, 676, -12, 12, aisles=(-5, 5)),
            block("Gallery Left | 갤러리 왼쪽", gallery, (-180, 92), -90, (15,)),
            block("Gallery Right | 갤러리 오른쪽", gallery, (180, 92), 90, (15,)),
            fan("Circle | 2층", [("A", 2)], centre, 846, -12.4, 12.4, aisles=(-4.2, 4.2)),
        ],
    )


def arena() -> Plan:
    """About 11,000 seats: nine floor blocks, and a lower and an upper stand around three sides."""
    lower = _stand("Lower | 1층", 101, 118, [("R", 5), ("S", 10)], wedges=2)
    upper = _stand("Upper | 2층", 201, 330, [("S", 4), ("A", 18)], wedges=3)
    return framed("Arena", (420, 96), [*_arena_floor(), *lower, *upper])


def _arena_floor() -> list[Draft]:
    spots = [(x, y) for y in (56.0, 268.0, 480.0) for x in (-200.0, 0.0, 200.0)]
    grades = ["VIP"] * 3 + ["R"] * 6
    return [
        block(f"Floor {letter} | 플로어 {letter}", [(grade, 16)], spot, 0, (18,))
        for letter, grade, spot in zip("ABCDEFGHI", grades, spots, strict=True)
    ]


def _stand(tier: str, first: int, radius: float, bands: Bands, wedges: int) -> list[Draft]:
    """One ring of sections, numbered from the stage's left, round the back, to its right."""
    corner_x, corner_y, pitch, seats = 225.0, 600.0, 150.0, (13,)
    reach = corner_x + radius
    down = [corner_y - pitch * (block + 0.5) for block in reversed(range(4))]
    turn = 90 / wedges

    pieces = [partial(block, front=(-reach, y), angle=-90, groups=seats) for y in down]
    pieces += [
        partial(fan, centre=(-corner_x, corner_y), radius=radius, start=-90 + turn * n, end=-90 + turn * (n + 1))
        for n in range(wedges)
    ]
    pieces += [partial(block, front=(pitch * n, corner_y + radius), angle=0, groups=seats) for n in (-1, 0, 1)]
    pieces += [
        partial(fan, centre=(corner_x, corner_y), radius=radius, start=turn * n, end=turn * (n + 1))
        for n in range(wedges)
    ]
    pieces += [partial(block, front=(reach, y), angle=90, groups=seats) for y in reversed(down)]
    return [piece(names(tier, first + n), bands) for n, piece in enumerate(pieces)]
