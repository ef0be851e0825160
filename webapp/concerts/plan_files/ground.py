"""Bringing a foreign plan to our measure: neighbours ten units apart, no two on one spot, and where its stage is."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot
from statistics import median
from typing import Any

from flask_babel import gettext as _

from webapp.concerts.plan_files.json_walk import At
from webapp.concerts.plan_files.problems import Findings
from webapp.concerts.plan_files.shaping import Block, Box, Spot

PITCH = 10.0
CLOSEST = 0.2  # a tenth is what the document keeps
STAGE_WORDS = ("stage", "bühne", "buhne", "podium", "scène", "scene", "무대", "ステージ")


def settled(blocks: Sequence[Block], findings: Findings) -> float:
    """Scale the seats so that neighbours are ten units apart; returns by how much. Two on one spot are a problem."""
    gaps = [gap for block in blocks for row in block.rows.values() for gap in _gaps(row) if gap]
    scale = PITCH / median(gaps) if gaps else 1.0
    spots: dict[tuple[float, float], str] = {}
    for block in blocks:
        for name, row in block.rows.items():
            block.rows[name] = [Spot(one.place, one.grade, one.x * scale, one.y * scale) for one in row]
            for one in block.rows[name]:
                at, here = (round(one.x / CLOSEST), round(one.y / CLOSEST)), f"{block.name.name} {name}-{one.place}"
                if at in spots:
                    findings.add("", _("Seats %(one)s and %(other)s stand on one spot.", one=spots[at], other=here))
                spots.setdefault(at, here)
    return scale


def stage_of(areas: Sequence[At], scale: float) -> tuple[str, Box | None]:
    """The label and box of the area that says it is the stage, in our measure; or no label and None."""
    for area in areas:
        label = _said(area.value)
        box = _box(area.value)
        if box and any(word in label.casefold() for word in STAGE_WORDS):
            x, y = area.point("position", optional=True)
            left, top = x + area.origin[0], y + area.origin[1]
            scaled = [(left + box[0]) * scale, (top + box[1]) * scale, (left + box[2]) * scale, (top + box[3]) * scale]
            return " ".join(label.split())[:40], (scaled[0], scaled[1], scaled[2], scaled[3])
    return "", None


def _gaps(row: Sequence[Spot]) -> Iterator[float]:
    return (hypot(a.x - b.x, a.y - b.y) for a, b in pairwise(row))


def _said(area: dict[str, Any]) -> str:
    text = area.get("text")
    if isinstance(text, dict):
        text = text.get("text")
    return text if isinstance(text, str) else ""


def _box(area: dict[str, Any]) -> Box | None:
    """What the shape covers around its position. Turned shapes are taken as if they were not."""
    if (size := _sizes(area.get("rectangle") or area, "width", "height")) is not None:
        return 0, 0, *size
    circle = area.get("circle")
    if isinstance(circle, dict) and (reach := _sizes({"x": circle.get("radius"), "y": circle.get("radius")}, "x", "y")):
        return -reach[0], -reach[1], *reach
    ellipse = area.get("ellipse")
    if isinstance(ellipse, dict) and (reach := _sizes(ellipse.get("radius"), "x", "y")):
        return -reach[0], -reach[1], *reach
    return _around(area.get("polygon"))


def _around(polygon: Any) -> Box | None:
    points = polygon.get("points") if isinstance(polygon, dict) else None
    if not isinstance(points, list) or not all(isinstance(one, dict) for one in points):
        return None
    found = [(one.get("x"), one.get("y")) for one in points]
    if len(found) < 3 or not all(_is_near(value) for point in found for value in point):
        return None
    xs, ys = zip(*found, strict=True)
    box = min(xs), min(ys), max(xs), max(ys)
    return box if box[0] < box[2] and box[1] < box[3] else None


def _sizes(found: Any, *keys: str) -> tuple[float, float] | None:
    if not isinstance(found, dict):
        return None
    sizes: list[Any] = [found.get(key) for key in keys]
    if not all(_is_near(size) and size > 0 for size in sizes):
        return None
    return float(sizes[0]), float(sizes[1])


def _is_near(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 100_000
