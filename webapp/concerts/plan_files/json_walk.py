"""Walking through JSON with the path in hand, so that whatever is wrong can be said with its place."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits
from webapp.concerts.plan_files.problems import Findings, refuse

Point = tuple[float, float]


@dataclass(frozen=True)
class At:
    """A value and the path to it. What is wrong is noted in `findings`, and something harmless returned."""

    value: Any
    path: str
    findings: Findings
    origin: Point = (0, 0)

    def items(self, key: str, most: int, too_many: str, *, optional: bool = False) -> list["At"]:
        """The objects of a list; one of more than `most` is refused with `too_many` before any is looked at."""
        found = self._get(key)
        path = self._path(key)
        if found is None and optional:
            return []
        if not isinstance(found, list):
            self.findings.add(path, _("A list belongs here."))
            return []
        if len(found) > most:
            raise refuse(too_many, path)
        items = []
        for index, one in enumerate(found):
            if isinstance(one, dict):
                items.append(At(one, f"{path}[{index}]", self.findings))
            else:
                self.findings.add(f"{path}[{index}]", _("An object belongs here."))
        return items

    def text(self, key: str, *, optional: bool = False) -> str | None:
        """A text with something in it, or None."""
        found = self._get(key)
        if isinstance(found, str) and found.strip():
            return found
        if not optional:
            self.findings.add(self._path(key), _("A text belongs here."))
        return None

    def point(self, key: str, *, optional: bool = False) -> Point:
        """A position of finite numbers, or (0, 0)."""
        found = self._get(key)
        if found is None and optional:
            return 0, 0
        if not isinstance(found, dict):
            self.findings.add(self._path(key), _("A position with x and y belongs here."))
            return 0, 0
        return self._number(found, key, "x"), self._number(found, key, "y")

    def moved(self, origin: Point) -> "At":
        """The same value, counted from another origin."""
        return At(self.value, self.path, self.findings, origin)

    def _number(self, found: dict[str, Any], key: str, axis: str) -> float:
        value = found.get(axis)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.findings.add(f"{self._path(key)}.{axis}", _("A number belongs here."))
        elif not -limits.FARTHEST <= value <= limits.FARTHEST or not isfinite(value):
            most = f"{limits.FARTHEST:,}"
            self.findings.add(f"{self._path(key)}.{axis}", _("A position is at most %(most)s from 0.", most=most))
        else:
            return float(value)
        return 0.0

    def _get(self, key: str) -> Any:
        return self.value.get(key)

    def _path(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
