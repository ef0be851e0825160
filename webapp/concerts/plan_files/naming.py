"""What a section is called: the name it is found by, and its name in Korean where that is another."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits
from webapp.concerts.plan_files.problems import Findings

BAR = "|"


class Named(NamedTuple):
    """A name and the Korean one, empty where there is none."""

    name: str
    korean: str = ""

    @property
    def in_korean(self) -> str:
        return self.korean or self.name

    def within(self, floor: "Named") -> "Named":
        """The same with the floor's names before its own."""
        korean = f"{floor.in_korean} {self.in_korean}".strip() if self.korean or floor.korean else ""
        return Named(f"{floor.name} {self.name}".strip(), korean)

    def numbered(self, count: int) -> "Named":
        """The same for the second section, or a later one, that is called so."""
        return Named(f"{self.name} ({count})", f"{self.korean} ({count})" if self.korean else "")

    def taken_by(self, others: Sequence["Named"]) -> str | None:
        """The name that one of the others has too, in one language or the other."""
        if any(self.name == one.name for one in others):
            return self.name
        return self.in_korean if any(self.in_korean == one.in_korean for one in others) else None


def names(said: str, place: str, findings: Findings) -> Named:
    """The names in “Floor A | 플로어 A”, or the one. Both sides of the bar need something that can be read."""
    if BAR not in said:
        return Named(findings.name(said, limits.LONGEST_SECTION, place))
    sides = [findings.name(side, limits.LONGEST_SECTION, place) for side in said.split(BAR)]
    if len(sides) != 2 or not all(sides):
        findings.add(place, _("Write the name, one “|”, and the Korean name behind it."))
    return Named(sides[0], sides[1] if sides[1] != sides[0] else "")


def fitting(named: Named, place: str, findings: Findings) -> Named:
    """Names that were put together from parts, once more within their limit."""
    return Named(*(findings.name(one, limits.LONGEST_SECTION, place) for one in named))
