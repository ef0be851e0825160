"""The fields of a plan's grades as they were sent: name-0, price-0, name-1 ... in the order of the grades."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import gettext as _

from webapp.admin.editing.forms import read_prices
from webapp.concerts.plan_files.limits import LONGEST_GRADE
from webapp.concerts.plan_files.problems import tidy


class Entry(NamedTuple):
    """One grade on the page: as it is called, as typed, and what is wrong with either."""

    grade: str
    name: str
    price: str
    wrong: list[str]


class Grades(NamedTuple):
    """The whole form: its fields, and where nothing is wrong the new names and the prices in won, by present name."""

    entries: list[Entry]
    names: dict[str, str]
    prices: dict[str, int]

    @property
    def is_valid(self) -> bool:
        return not any(entry.wrong for entry in self.entries)


def shown(grades: list[str], prices: Mapping[str, int]) -> Grades:
    """The form as a plan is."""
    return Grades([Entry(grade, grade, str(prices.get(grade, "")), []) for grade in grades], {}, dict(prices))


def read(typed: Mapping[str, str], grades: list[str]) -> Grades:
    """The form as it was sent. A grade without a price gets it with each date; a name that is not sent stays."""
    entered, prices, wrong = read_prices(typed, grades)
    names = {grade: tidy(typed.get(f"name-{index}", grade)) for index, grade in enumerate(grades)}
    problems = {
        grade: _name_problems(names, grade) + ([wrong[grade]] if entered[grade] and grade in wrong else [])
        for grade in grades
    }
    return Grades([Entry(one, names[one], entered[one], problems[one]) for one in grades], names, prices)


def _name_problems(names: Mapping[str, str], grade: str) -> list[str]:
    name = names[grade]
    if not name:
        return [_("A grade needs a name.")]
    if len(name) > LONGEST_GRADE:
        return [_("This is too long: at most %(most)s characters.", most=LONGEST_GRADE)]
    if list(names.values()).count(name) > 1:
        return [_("Two grades cannot have one name.")]
    return []
