"""The pictures on the posters: palettes and compositions, without a word on them.

A composition fills a canvas of 600 by 800 from a seeded random source and says where it left calm for the title.
"""

from collections.abc import Callable
from math import pi, sin
from random import Random
from typing import NamedTuple

WIDTH, HEIGHT = 600, 800
HORIZON = 548  # the picture ends here where the title stands at the foot


class Palette(NamedTuple):
    """Two colours that read on each other, and two that stand out from both."""

    ground: str
    ink: str
    first: str
    second: str


class Art(NamedTuple):
    """SVG shapes, the colour that words on them take, and whether the calm for the title is at head or foot."""

    shapes: str
    ink: str
    title_at_head: bool = False


PALETTES = [
    Palette("#16130f", "#f7ecdb", "#f2a13a", "#d2452f"),
    Palette("#f5ebda", "#1c1a20", "#e4572e", "#1f4f8f"),
    Palette("#0f1d47", "#f9f1df", "#ff6f59", "#f6c445"),
    Palette("#0e3a35", "#f6ecd3", "#f1b533", "#e76a48"),
    Palette("#f4b72f", "#1d1712", "#cf3a27", "#1d4690"),
    Palette("#281135", "#fdeee4", "#ff7b9c", "#7a5cf0"),
    Palette("#dfece2", "#0d2b2c", "#0f7f76", "#ff6a4a"),
    Palette("#f3eee6", "#161416", "#dd2a1f", "#e9a23b"),
    Palette("#f3c3bf", "#2a1230", "#c42146", "#3b3f9c"),
    Palette("#10181c", "#eaf4ec", "#3cc9a0", "#f0645a"),
]


def _lights(rng: Random, colours: Palette) -> Art:
    night, day = sorted(colours[:2], key=_luminance)
    beams, pools = "", ""
    aims = [rng.randint(130, 190), rng.randint(280, 320), rng.randint(410, 470)]
    for lamp, aim, colour in zip(rng.sample((70, 300, 530), 3), aims, (*colours[2:], colours.first), strict=True):
        reach = rng.randint(95, 125)
        beams += _shape(
            [(lamp - 8, -10), (lamp + 8, -10), (aim + reach, HORIZON), (aim - reach, HORIZON)], colour, 0.86
        )
        pools += f'<ellipse cx="{aim}" cy="{HORIZON}" rx="{reach}" ry="22" fill="{day}" fill-opacity="0.92"/>'
    stand = f'<path d="M{aims[1]} {HORIZON}V424" stroke="{night}" stroke-width="9"/>{_disc(aims[1], 412, 22, night)}'
    return Art(_ground(night) + beams + pools + stand, day)


def _sunrise(rng: Random, colours: Palette) -> Art:
    centre, step = rng.choice((120, 300, 480)), rng.choice((58, 66, 76))
    rings = (colours.first, colours.ground, colours.second, colours.ground)
    sky = _ground(colours.ground)
    for index, radius in enumerate(range(step * 9, step, -step)):
        sky += _disc(centre, HORIZON, radius, rings[index % 4])
    return Art(sky + _disc(centre, HORIZON, step, colours.ink) + _floor(colours.ground), colours.ink)


def _waves(rng: Random, colours: Palette) -> Art:
    sun = rng.randint(190, 410)
    sea = _ground(colours.ground) + _disc(sun, 430, 150, colours.first)
    crests = (colours.second, colours.ink, colours.first, colours.second, colours.ink)
    for index, colour in enumerate(crests):
        top, swell = 450 + 72 * index, rng.randint(34, 58)
        sea += _swell(top, swell, rng.choice((-300, -200, -100)), colour)
    return Art(sea, colours.ink, title_at_head=True)


def _tiles(rng: Random, colours: Palette) -> Art:
    grounds = (colours.ground, colours.first, colours.second, colours.ink)
    mosaic = _ground(colours.ground)
    for row in range(3):
        shift = rng.randint(0, 3)
        for column in range(3):
            behind = grounds[(shift + column + row) % 4]
            before = rng.choice([colour for colour in grounds if colour != behind])
            mosaic += _tile(rng, column * 200, row * 183, behind, before)
    return Art(mosaic, colours.ink)


def _eclipse(rng: Random, colours: Palette) -> Art:
    lean, width = rng.choice((-220, 220)), rng.choice((44, 52, 64))
    x, y, radius = rng.randint(260, 340), rng.randint(268, 286), rng.randint(190, 215)
    side = 1 if lean < 0 else -1
    sky = _ground(colours.ground) + _stripes(colours.second, lean, width)
    sky += _disc(x, y, radius + 24, colours.ground) + _disc(x, y, radius, colours.first)
    sky += _disc(x + side * round(radius * 0.42), y - radius // 5, round(radius * 0.72), colours.ink)
    return Art(sky + _floor(colours.ground), colours.ink)


def _record(rng: Random, colours: Palette) -> Art:
    night, day = sorted(colours[:2], key=_luminance)
    x, y = rng.choice((110, 490)), rng.randint(190, 215)
    disc = _ground(colours.first) + _disc(x, y, 335, night)
    for radius in range(314, 160, -19):
        disc += f'<circle cx="{x}" cy="{y}" r="{radius}" fill="none" stroke="{day}" stroke-width="2.5"/>'
    disc += _disc(x, y, 142, colours.second) + _disc(x, y, 54, day) + _disc(x, y, 13, night)
    # The label's colours stand out from both, so only one of the two reads well on them.
    return Art(disc, max(night, day, key=lambda ink: contrast(ink, colours.first)))


def _chord(rng: Random, colours: Palette) -> Art:
    bars, swing, shift = _ground(colours.ground), rng.uniform(0.7, 1.3), rng.uniform(0, pi)
    for index in range(9):
        height = round(150 + 330 * abs(sin(shift + index * swing)))
        colour = (colours.first, colours.second, colours.ink)[index % 3]
        place = f'x="{45 + index * 58}" y="{290 - height // 2}" width="46" height="{height}"'
        bars += f'<rect {place} rx="23" fill="{colour}"/>'
    return Art(bars, colours.ink)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _ground(colour: str) -> str:
    return f'<path d="M0 0H{WIDTH}V{HEIGHT}H0Z" fill="{colour}"/>'


def _disc(x: int, y: int, radius: int, colour: str) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"/>'


def _floor(colour: str) -> str:
    return f'<path d="M0 {HORIZON}H{WIDTH}V{HEIGHT}H0Z" fill="{colour}"/>'


def _shape(points: list[tuple[int, int]], colour: str, opacity: float = 1) -> str:
    corners = " ".join(f"{x},{y}" for x, y in points)
    return f'<polygon points="{corners}" fill="{colour}" fill-opacity="{opacity}"/>'


def _swell(top: int, swell: int, start: int, colour: str) -> str:
    path = f"M{start} {top}q75 {-swell} 150 0" + "t150 0" * 7
    return f'<path d="{path}V{HEIGHT}H{start}Z" fill="{colour}"/>'


def _stripes(colour: str, lean: int, width: int) -> str:
    feet = [(left, left + lean) for left in range(-240, 840, width * 2)]
    return "".join(
        _shape([(head, 0), (head + width, 0), (foot + width, HORIZON), (foot, HORIZON)], colour) for head, foot in feet
    )


def _tile(rng: Random, x: int, y: int, behind: str, before: str) -> str:
    forms = (
        "M0 0H200A200 183 0 0 1 0 183Z",
        "M0 91A100 91 0 0 1 200 91Z",
        "M0 0A200 183 0 0 1 200 183A200 183 0 0 1 0 0Z",
        "M0 183L200 0V183Z",
        "M25 91.5a75 75 0 1 0 150 0a75 75 0 1 0 -150 0Z",
    )
    return (
        f'<g transform="translate({x} {y})"><path d="M0 0H201V184H0Z" fill="{behind}"/>'
        f'<path d="{rng.choice(forms)}" fill="{before}" transform="rotate({rng.choice((0, 180))} 100 91.5)"/></g>'
    )


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


COMPOSITIONS: list[Callable[[Random, Palette], Art]] = [
    _lights,
    _sunrise,
    _waves,
    _tiles,
    _eclipse,
    _record,
    _chord,
]
