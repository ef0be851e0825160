"""The names of rows that stand in one line: `1-12`, `A-F`, `AA-AC`, `가-다`."""

import re

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits
from webapp.concerts.plan_files.problems import Findings

NUMBERS = re.compile(r"([0-9]{1,12})-([0-9]{1,12})")
SPAN = re.compile(r"(\S*)(\S)-(\S*)(\S)")
DASHES = set("-‐‑‒–—~〜～")
# What follows what in the names of rows; Korean houses count them 가, 나, 다, without the syllables in between.
ORDERS = (
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz",
    "가나다라마바사아자차카타파하",
    "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
)


def names_of(text: str, place: str, findings: Findings) -> list[str] | None:
    """The names of one row or of several; None, with the problem noted, if it is neither."""
    if span := NUMBERS.fullmatch(text):
        return _numbers(int(span[1]), int(span[2]), place, findings)
    span = SPAN.fullmatch(text)
    order = next((one for one in ORDERS if span and span[2] in one and span[4] in one), None)
    if span and order and span[1] == span[3]:
        first, last = order.index(span[2]), order.index(span[4])
        if last < first:
            right = f"{span[3]}{span[4]}-{span[1]}{span[2]}"
            findings.add(place, _("Rows go upwards: write “%(rows)s”.", rows=right))
            return None
        return [_name(span[1] + one, place, findings) for one in order[first : last + 1]]
    if DASHES & set(text):
        findings.add(
            place, _("No rows go from and to like this. Several are written as “A-C”, “AA-AC”, “가-다” or “1-9”.")
        )
        return None
    return [_name(text, place, findings)]


def _name(text: str, place: str, findings: Findings) -> str:
    return findings.name(text, limits.LONGEST_ROW, place)


def _numbers(low: int, high: int, place: str, findings: Findings) -> list[str] | None:
    if not 0 <= high - low < limits.MOST_SEATS_IN_A_ROW:
        most = limits.MOST_SEATS_IN_A_ROW
        findings.add(place, _("Rows go upwards, at most %(most)s in one line.", most=most))
        return None
    return [str(one) for one in range(low, high + 1)]
