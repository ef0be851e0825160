"""The plan written by hand: a line for a section, a grade, or rows. docs/seat-plans.md describes it.

name   Blue Hall
section Floor
grade  VIP 165,000
A-C    1-24   aisle 8, 16   missing 12-13
"""

from collections.abc import Iterator

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits
from webapp.concerts.plan_files.naming import Named, fitting, names
from webapp.concerts.plan_files.problems import Findings, refuse
from webapp.concerts.plan_files.row_layout import lay_out
from webapp.concerts.plan_files.row_lines import Line, Rows, parse_grade, parse_rows
from webapp.concerts.plan_files.sketch import Floor, Part, Sketch
from webapp.concerts.plan_files.warnings import Warned
from webapp.concerts.plans import Plan

KEYWORDS = ("name", "stage", "floor", "section", "grade")


def read(text: str) -> tuple[Plan, dict[str, int], list[Warned]]:
    """The plan, its prices by grade and warnings. Raises BadPlanFile with every problem and its line."""
    findings, sketch = Findings(), Sketch()
    for line in _lines(text):
        _take(line, sketch, findings)
        if sketch.seats > limits.MOST_SEATS:
            findings.add(line.place(), _("A house has at most %(most)s seats.", most=f"{limits.MOST_SEATS:,}"))
            break
    for part in sketch.parts():
        if not part.rows and not findings.problems:
            findings.add(part.place, _("Section %(name)s has no rows.", name=part.name.name))
    findings.end()
    if not sketch.seats:
        raise refuse(_("There is no row in this plan. Write one like “A-C 1-20” beneath a section and a grade."))
    return lay_out(sketch), sketch.prices, findings.warnings


def _lines(text: str) -> Iterator[Line]:
    for number, raw in enumerate(text.splitlines(), start=1):
        content = raw.split("#", 1)[0]
        if content.strip():
            yield Line(number, content)


def _take(line: Line, sketch: Sketch, findings: Findings) -> None:
    word, rest, column = line.first_word()
    keyword = word.lower().rstrip(":")
    if keyword not in KEYWORDS:
        return _take_rows(line, sketch, findings)
    if not rest and keyword != "floor":
        return findings.add(line.place(), _("After “%(word)s” comes a name.", word=keyword))
    if keyword in {"name", "stage"}:
        setattr(sketch, keyword, findings.name(rest, limits.LONGEST_NAME, line.place(column)))
    elif keyword == "floor":
        sketch.floors.append(Floor(names(rest, line.place(column), findings)))
    elif keyword == "section":
        _take_section(line, rest, column, sketch, findings)
    else:
        parse_grade(line, rest, column, sketch, findings)
    return None


def _take_section(line: Line, rest: str, column: int, sketch: Sketch, findings: Findings) -> None:
    # Without a floor line, sections stand one behind the other.
    if not sketch.floors or (not sketch.floors[-1].is_said and sketch.floors[-1].parts):
        sketch.floors.append(Floor(Named(""), is_said=False))
    floor, place = sketch.floors[-1], line.place(column)
    name = fitting(names(rest, place, findings).within(floor.name), place, findings)
    if taken := name.taken_by([part.name for part in sketch.parts()]):
        findings.add(place, _("There is a section %(name)s already.", name=taken))
    if sum(1 for _part in sketch.parts()) >= limits.MOST_SECTIONS:
        raise refuse(_("A house has at most %(most)s sections.", most=limits.MOST_SECTIONS), line.place())
    floor.parts.append(Part(name, line.place()))


def _take_rows(line: Line, sketch: Sketch, findings: Findings) -> None:
    if not sketch.floors or not sketch.floors[-1].parts:
        sketch.floors = sketch.floors or [Floor(Named(""), is_said=False)]
        name = sketch.floors[-1].name
        sketch.floors[-1].parts.append(Part(name if name.name else Named(_("Floor")), line.place()))
    rows = parse_rows(line, findings)
    if rows is None:
        return
    if not sketch.grade:
        findings.add(line.place(), _("Say the grade before the rows, as in “grade R 132,000”."))
        sketch.grade = "?"
    _keep(rows, sketch, line, findings)


def _keep(rows: Rows, sketch: Sketch, line: Line, findings: Findings) -> None:
    part = sketch.floors[-1].parts[-1]
    for name in rows.names:
        if name in part.rows:
            findings.add(
                line.place(), _("Section %(section)s has a row %(name)s already.", section=part.name.name, name=name)
            )
            continue
        part.rows[name] = (sketch.grade, rows)
        sketch.seats += len(rows.places)
