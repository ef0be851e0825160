"""What is wrong with a plan file: sentences, each with its place in the file, up to a bound and all at once."""

from dataclasses import dataclass, field
from unicodedata import category

from flask_babel import gettext as _

from webapp.concerts.plan_files.warnings import Warned

MOST_PROBLEMS = 20
HIDDEN = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class Problem:
    """One thing wrong. `place` is a line and column, or the path to a value; empty for the file as a whole."""

    place: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}" if self.place else self.sentence


class BadPlanFile(ValueError):
    """The file is no seat plan. `problems` says why, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


@dataclass
class Findings:
    """What a reader has found so far. Raises BadPlanFile once there are more problems than one mends in one go."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)

    def add(self, place: str, sentence: str) -> None:
        self.problems.append(Problem(place, sentence))
        if len(self.problems) >= MOST_PROBLEMS:
            raise BadPlanFile([*self.problems, Problem("", _("There may be more. Mend these first."))])

    def warn(self, code: str, **facts: str | int) -> None:
        if len(self.warnings) < MOST_PROBLEMS:
            self.warnings.append({"code": code, **facts})

    def name(self, value: str, most: int, place: str) -> str:
        """A name without what cannot be read, at most so long; one that is longer, or all hidden, is a problem."""
        text = tidy(value)
        if value.strip() and not text:
            self.add(place, _("There is nothing in this name that can be read."))
        if len(text) > most:
            self.add(place, _("“%(name)s…” is too long: at most %(most)s characters.", name=text[:20], most=most))
        return text[:most]

    def end(self) -> None:
        """Raises BadPlanFile if there was a problem."""
        if self.problems:
            raise BadPlanFile(self.problems)


def tidy(value: str) -> str:
    """A text without what cannot be read, and with single spaces."""
    return " ".join("".join(one for one in value if category(one) not in HIDDEN or one in "\t\n").split())


def refuse(sentence: str, place: str = "") -> BadPlanFile:
    """One reason that is enough."""
    return BadPlanFile([Problem(place, sentence)])
