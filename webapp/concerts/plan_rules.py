"""What makes a document a seat plan. Each rule is a sentence that names the place where it is broken."""

from math import isfinite
from typing import Any

Point = tuple[float, float]


class PlanError(ValueError):
    """The document is not a seat plan; the sentence names the place in it."""


def check(document: object) -> None:
    """Raises PlanError at the first broken rule.

    Numbers run 1, 2, 3 ... in document order, names are unique where they are read together, and everything
    lies inside the frame. A row of several grades is written in pieces: the next entry has the same name and another
    grade. Keys that a plan does not know are left alone.
    """
    plan = _mapping(document, "The plan")
    _text(plan, "name", "The plan")
    frame = _length(plan, "width", "The plan"), _length(plan, "height", "The plan")
    _check_stage(_mapping(plan.get("stage"), "The stage"), frame)
    number, names, korean_names, spots = 0, set[str](), set[str](), set[Point]()
    for index, section in enumerate(_listing(plan, "sections", "The plan"), start=1):
        where = _name_once(section, f"Section {index}", names, "Section")
        _check_korean_name(section, where, korean_names)
        _check_outline(section, where, frame)
        row_names, before, places = set[str](), ("", ""), set[str]()
        for row_index, row in enumerate(_listing(section, "rows", where), start=1):
            piece = _text(_mapping(row, f"{where}, row {row_index}"), "name", f"{where}, row {row_index}")
            goes_on = piece == before[0] and row.get("grade") != before[1]
            if goes_on:
                row_where = f"{where}, row {piece}"
            else:
                row_where = _name_once(row, f"{where}, row {row_index}", row_names, f"{where}, row")
                places = set()
            before = piece, _text(row, "grade", row_where)
            number = _check_seats(_listing(row, "seats", row_where), row_where, number, (places, spots), frame)


def _check_stage(stage: dict[str, Any], frame: Point) -> None:
    if not isinstance(stage.get("label"), str):
        raise PlanError("The stage: label must be a text, empty for whatever a stage is called where it is shown.")
    x, y = _inside([stage.get("x"), stage.get("y")], "The stage", frame)
    corner = [x + _length(stage, "width", "The stage"), y + _length(stage, "height", "The stage")]
    _inside(corner, "The stage", frame)


def _check_outline(section: dict[str, Any], where: str, frame: Point) -> None:
    outline = _listing(section, "outline", where)
    if len(outline) < 3:
        raise PlanError(f"{where}: an outline needs three points or more.")
    for point in outline:
        _inside(point, f"{where}, outline", frame)
    _inside(section.get("label"), f"{where}, label", frame)


def _check_seats(seats: list[Any], where: str, number: int, known: tuple[set[str], set[Point]], frame: Point) -> int:
    places, spots = known
    for seat in seats:
        number += 1
        place, spot = _check_seat(seat, where, number, frame)
        if place in places:
            raise PlanError(f"{where}: place {place} appears twice.")
        if spot in spots:
            raise PlanError(f"{where}, seat {place}: another seat already stands there.")
        places.add(place)
        spots.add(spot)
    return number


def _check_seat(seat: object, where: str, number: int, frame: Point) -> tuple[str, Point]:
    if not isinstance(seat, list | tuple) or len(seat) != 4:
        raise PlanError(f"{where}: a seat is [number, place, x, y], not {seat!r}.")
    found, place, *spot = seat
    if type(found) is not int or found != number:
        raise PlanError(f"{where}: the next seat must have number {number}, not {found!r}.")
    if not isinstance(place, str) or not place.strip():
        raise PlanError(f"{where}: seat number {number} needs a place, a text, not {place!r}.")
    return place, _inside(spot, f"{where}, seat {place}", frame)


def _name_once(found: object, where: str, names: set[str], kind: str) -> str:
    name = _text(_mapping(found, where), "name", where)
    if name in names:
        raise PlanError(f"{kind} {name} appears twice.")
    names.add(name)
    return f"{kind} {name}"


def _check_korean_name(section: dict[str, Any], where: str, names: set[str]) -> None:
    """It may be left out, and then the section is called by its name in Korean too."""
    name = _text(section, "name_ko" if "name_ko" in section else "name", where)
    if name in names:
        raise PlanError(f"{where}: another section is called {name} in Korean.")
    names.add(name)


def _mapping(found: object, where: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise PlanError(f"{where} must be an object.")
    return found


def _listing(found: dict[str, Any], key: str, where: str) -> list[Any]:
    value = found.get(key)
    if not isinstance(value, list) or not value:
        raise PlanError(f"{where}: {key} must be a list with something in it.")
    return value


def _text(found: dict[str, Any], key: str, where: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PlanError(f"{where}: {key} must be a text.")
    return value


def _number(value: object, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise PlanError(f"{where} must be a number, not {value!r}.")
    return value


def _length(found: dict[str, Any], key: str, where: str) -> float:
    value = _number(found.get(key), f"{where}: {key}")
    if value <= 0:
        raise PlanError(f"{where}: {key} must be above zero.")
    return value


def _inside(point: object, where: str, frame: Point) -> Point:
    if not isinstance(point, list | tuple) or len(point) != 2:
        raise PlanError(f"{where}: a point is [x, y], not {point!r}.")
    x, y = _number(point[0], f"{where}: x"), _number(point[1], f"{where}: y")
    if not (0 <= x <= frame[0] and 0 <= y <= frame[1]):
        raise PlanError(f"{where}: {x}, {y} lies outside the frame of {frame[0]} by {frame[1]}.")
    return x, y
