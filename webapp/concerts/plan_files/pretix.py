"""Seating plans as pretix writes them: zones with rows, rows with seats, areas for what is no seat.

The format is pretix's published JSON schema (seating-plan.schema.json), in its older and its newer form. Positions add
up: a seat's is counted from its row's, and that from its zone's.
"""

import json
from typing import Any

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits, warnings
from webapp.concerts.plan_files.ground import settled, stage_of
from webapp.concerts.plan_files.json_walk import At
from webapp.concerts.plan_files.naming import fitting, names
from webapp.concerts.plan_files.problems import BadPlanFile, Findings, Problem, refuse, tidy
from webapp.concerts.plan_files.shaping import Block, Spot, plan_of
from webapp.concerts.plan_files.warnings import Warned
from webapp.concerts.plans import Plan


class _Zones:
    """What the zones hold, as it is found."""

    def __init__(self, grades: set[str], findings: Findings) -> None:
        self.grades, self.findings = grades, findings
        self.blocks: list[Block] = []
        self.guids: set[str] = set()
        self.areas: list[At] = []
        self.seats = self.rows = 0


def read(text: str) -> tuple[Plan, dict[str, int], list[Warned]]:
    """The plan, no prices (pretix keeps them elsewhere), and warnings. Raises BadPlanFile."""
    findings = Findings()
    top = At(_parsed(text), "", findings)
    if not isinstance(top.value, dict) or "zones" not in top.value:
        raise refuse(_("This is not a seating plan: a plan is an object with “zones”, “categories” and a “name”."))
    name = findings.name(top.text("name") or "", limits.LONGEST_NAME, "name") or _("Hall")
    zones = _Zones(_grades(top, findings), findings)
    most = limits.MOST_SECTIONS
    for index, zone in enumerate(top.items("zones", most, _("A house has at most %(most)s sections.", most=most)), 1):
        _take_zone(zone, index, zones)
    findings.end()
    if not zones.seats:
        raise refuse(_("There is no seat in this plan."), "zones")
    scale = settled(zones.blocks, findings)
    label, stage = stage_of(zones.areas, scale)
    if zones.areas and not stage:
        findings.warn(warnings.NO_STAGE)
    findings.end()
    return plan_of(name, zones.blocks, label, stage), {}, findings.warnings


def _parsed(text: str) -> Any:
    def refuse_constant(name: str) -> Any:
        raise refuse(_("%(name)s is not a number that a place can have.", name=name))

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for name, value in pairs:
            if name in known:
                raise refuse(_("An object has “%(name)s” twice.", name=name[:40]))
            known[name] = value
        return known

    # A file of empty objects takes twenty times its size in memory.
    if text.count("{") + text.count("[") > limits.MOST_PARTS:
        raise refuse(_("The file has more objects and lists in it than any house."))
    try:
        return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        place = _("line %(line)s, column %(column)s", line=error.lineno, column=error.colno)
        raise BadPlanFile([Problem(place, _("This is not JSON: something is missing or too much here."))]) from error
    except RecursionError as error:
        raise refuse(_("The file is nested too deeply for a seating plan.")) from error
    except ValueError as error:
        if isinstance(error, BadPlanFile):
            raise
        raise refuse(_("A number in the file has far too many digits.")) from error


def _grades(top: At, findings: Findings) -> set[str]:
    grades: set[str] = set()
    too_many = _("A house has at most %(most)s grades.", most=limits.MOST_GRADES)
    for category in top.items("categories", limits.MOST_GRADES, too_many):
        place = f"{category.path}.name"
        name = findings.name(category.text("name") or "", limits.LONGEST_GRADE, place)
        if name in grades:
            findings.add(place, _("There is a category %(name)s already.", name=name))
        grades.add(name)
    return grades


def _take_zone(zone: At, index: int, zones: _Zones) -> None:
    said = zone.text("name", optional=True) or zone.text("zone_id", optional=True) or _("Zone %(number)s", number=index)
    place = f"{zone.path}.name"
    said, taken = names(said, place, zones.findings), [block.name for block in zones.blocks]
    name = said
    if said.taken_by(taken):
        name = next(one for one in map(said.numbered, range(2, 2 * index + 1)) if not one.taken_by(taken))
        zones.findings.warn(warnings.ZONE_AGAIN, name=said.name, new=name.name)
    block = Block(fitting(name, place, zones.findings))
    origin = zone.point("position")
    zones.areas += [area.moved(origin) for area in _areas(zone, limits.MOST_AREAS - len(zones.areas))]
    too_many = _("A house has at most %(most)s rows.", most=f"{limits.MOST_ROWS:,}")
    rows = zone.items("rows", limits.MOST_ROWS - zones.rows, too_many)
    zones.rows += len(rows)
    for row_index, row in enumerate(rows, start=1):
        _take_row(row, row_index, block, origin, zones)
    if block.rows:
        zones.blocks.append(block)


def _areas(zone: At, most: int) -> list[At]:
    too_many = _("A house has at most %(most)s areas that are no seats.", most=f"{limits.MOST_AREAS:,}")
    return zone.items("areas", most, too_many, optional=True)


def _take_row(row: At, index: int, block: Block, origin: tuple[float, float], zones: _Zones) -> None:
    said = row.text("row_label", optional=True) or row.text("row_number", optional=True)
    if not said:
        zones.findings.warn(warnings.ROW_UNNAMED, place=row.path, new=index)
    name = zones.findings.name(said or str(index), limits.LONGEST_ROW, f"{row.path}.row_number")
    away = row.point("position", optional=True)
    origin = origin[0] + away[0], origin[1] + away[1]
    most = limits.MOST_SEATS_IN_A_ROW
    seats = row.items("seats", most, _("A row has at most %(most)s seats.", most=most))
    if seats:
        # A row that is cut by an aisle is often written as two rows of one name.
        spots = block.rows.setdefault(name, [])
        taken = {spot.place for spot in spots}
        spots += [spot for seat in seats if (spot := _seat(seat, origin, taken, zones))]


def _seat(seat: At, origin: tuple[float, float], taken: set[str], zones: _Zones) -> Spot | None:
    zones.seats += 1
    if zones.seats > limits.MOST_SEATS:
        raise refuse(_("A house has at most %(most)s seats.", most=f"{limits.MOST_SEATS:,}"), seat.path)
    guid, grade = seat.text("seat_guid"), seat.text("category")
    said, (x, y) = seat.text("seat_number"), seat.point("position")
    if guid is None or grade is None or said is None:
        return None
    place = zones.findings.name(said, limits.LONGEST_PLACE, f"{seat.path}.seat_number")
    if guid in zones.guids:
        zones.findings.add(f"{seat.path}.seat_guid", _("Another seat has this seat_guid."))
    if place in taken:
        zones.findings.add(f"{seat.path}.seat_number", _("The row has a seat %(seat)s already.", seat=place))
    if tidy(grade) not in zones.grades:
        sentence = _("There is no category “%(name)s” at the top of the file.", name=grade[:40])
        zones.findings.add(f"{seat.path}.category", sentence)
    zones.guids.add(guid)
    taken.add(place)
    return Spot(place, tidy(grade), origin[0] + x, origin[1] + y)
