"""A plan as it was written, before anything has a place on the ground."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from webapp.concerts.plan_files.naming import Named

if TYPE_CHECKING:
    from webapp.concerts.plan_files.row_lines import Rows


@dataclass
class Part:
    """A section: its names, its rows by name, each with its grade and seats. `place` is where the file begins it."""

    name: Named
    place: str
    rows: "dict[str, tuple[str, Rows]]" = field(default_factory=dict)


@dataclass
class Floor:
    """Sections that stand side by side, left to right."""

    name: Named
    parts: list[Part] = field(default_factory=list)
    is_said: bool = True


@dataclass
class Sketch:
    """The house so far, floors from the stage backwards; `grade` is that of the rows to come."""

    name: str = ""
    stage: str = ""
    floors: list[Floor] = field(default_factory=list)
    grade: str = ""
    prices: dict[str, int] = field(default_factory=dict)
    grades: list[str] = field(default_factory=list)
    seats: int = 0

    def parts(self) -> Iterator[Part]:
        for floor in self.floors:
            yield from floor.parts
