"""One line of a plan written by hand: rows with their seats, aisles and gaps, or a grade with its price."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits
from webapp.concerts.plan_files.problems import Findings
from webapp.concerts.plan_files.row_names import names_of
from webapp.concerts.plan_files.sketch import Sketch

WORD = re.compile(r"\S+")
RANGE = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
PRICE = re.compile(r"(?:^|\s)₩?([0-9][0-9,]*)(?:원|won)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """A line of the file, without its comment. Lines and columns count from 1."""

    number: int
    text: str

    def place(self, column: int | None = None) -> str:
        at = column or len(self.text) - len(self.text.lstrip()) + 1
        return str(_("line %(line)s, column %(column)s", line=self.number, column=at))

    def words(self) -> list[tuple[str, int]]:
        return [(found[0], found.start() + 1) for found in WORD.finditer(self.text)]

    def first_word(self) -> tuple[str, str, int]:
        """The first word, what follows it, and the column where that begins."""
        word, column = self.words()[0]
        rest = self.text[column - 1 + len(word) :]
        return word, rest.strip(), column + len(word) + len(rest) - len(rest.lstrip())


@dataclass(frozen=True)
class Rows:
    """Rows that are alike: their names, the places of each in order with None for a gap, and where aisles follow."""

    names: list[str]
    slots: list[str | None]
    aisles: frozenset[str]

    @property
    def places(self) -> list[str]:
        return [slot for slot in self.slots if slot]


def parse_grade(line: Line, rest: str, column: int, sketch: Sketch, findings: Findings) -> None:
    """`R 132,000` or `R`: the grade of the rows to come, and what it costs."""
    found = PRICE.search(rest)
    label = rest[: found.start()].strip() if found else rest
    if not label:
        return findings.add(line.place(column), _("A grade needs a name, as in “grade R 132,000”."))
    sketch.grade = findings.name(label, limits.LONGEST_GRADE, line.place(column))
    if sketch.grade not in sketch.grades:
        sketch.grades.append(sketch.grade)
        if len(sketch.grades) == limits.MOST_GRADES + 1:
            findings.add(line.place(), _("A house has at most %(most)s grades.", most=limits.MOST_GRADES))
    if found:
        _take_price(line, column + found.start(1), found[1].replace(",", ""), sketch, findings)
    return None


def _take_price(line: Line, column: int, digits: str, sketch: Sketch, findings: Findings) -> None:
    price = int(digits) if len(digits) < 12 else limits.DEAREST + 1
    if not 0 < price <= limits.DEAREST:
        most = f"{limits.DEAREST:,}"
        return findings.add(line.place(column), _("A price goes from 1 to %(most)s won.", most=most))
    known = sketch.prices.setdefault(sketch.grade, price)
    if known != price:
        sentence = _("Grade %(grade)s costs %(known)s won further up.", grade=sketch.grade, known=f"{known:,}")
        findings.add(line.place(column), sentence)
    return None


def parse_rows(line: Line, findings: Findings) -> Rows | None:
    """`A-C 1-24 aisle 8, 16 missing 12-13`; None, with the problem noted, if it is not rows."""
    words = line.words()
    names = names_of(words[0][0], line.place(words[0][1]), findings)
    span = RANGE.fullmatch(words[1][0]) if len(words) > 1 else None
    if span is None:
        column = words[1][1] if len(words) > 1 else None
        findings.add(line.place(column), _("A row is its name and its seats, as in “A 1-24”."))
        return None
    first, last = int(span[1]), int(span[2])
    if abs(last - first) >= limits.MOST_SEATS_IN_A_ROW or max(first, last) > limits.HIGHEST_PLACE:
        sentence = _(
            "A row has at most %(most)s seats, numbered up to %(highest)s.",
            most=limits.MOST_SEATS_IN_A_ROW,
            highest=f"{limits.HIGHEST_PLACE:,}",
        )
        findings.add(line.place(words[1][1]), sentence)
        return None
    step = 1 if last >= first else -1
    places = [str(one) for one in range(first, last + step, step)]
    more = _options(words[2:], line, places, findings)
    if names is None or more is None:
        return None
    if len(more["missing"]) == len(places):
        findings.add(line.place(), _("No seat of this row is left."))
        return None
    slots = [None if place in more["missing"] else place for place in places]
    return Rows(names, slots, frozenset(more["aisle"]))


def _options(
    words: list[tuple[str, int]], line: Line, places: list[str], findings: Findings
) -> dict[str, set[str]] | None:
    found: dict[str, set[str]] = {"aisle": set(), "missing": set()}
    option, is_good = "", True
    for text, column in words:
        if text.lower().rstrip(":") in found:
            option = text.lower().rstrip(":")
            continue
        for piece in filter(None, text.split(",")):
            wrong = _take_option(piece, option, places, found)
            if wrong:
                findings.add(line.place(column), wrong)
                is_good = False
    return found if is_good else None


def _take_option(piece: str, option: str, places: list[str], found: dict[str, set[str]]) -> str | None:
    """Puts a number or a range where it belongs; or says what is wrong with it."""
    span = RANGE.fullmatch(piece)
    if not option or not (span or (piece.isascii() and piece.isdigit() and len(piece) < 12)):
        return str(_("“%(word)s” is neither “aisle” nor “missing” nor a seat's number.", word=piece[:20]))
    low, high = (int(span[1]), int(span[2])) if span else (int(piece), int(piece))
    wanted: Iterable[int] = range(min(low, high), max(low, high) + 1)
    known = set(places)
    if max(low, high) - min(low, high) >= len(known) or not known.issuperset(map(str, wanted)):
        return str(_("The row has no seat %(seat)s.", seat=piece[:20]))
    found[option] |= set(map(str, wanted))
    return None
