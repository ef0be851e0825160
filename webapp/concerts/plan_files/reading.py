"""From the bytes of a file to a plan: what it is, whether it may be read at all, and who reads it."""

import logging
from dataclasses import dataclass, field

from flask_babel import gettext as _

from webapp.concerts.plan_files import limits, pretix, row_text
from webapp.concerts.plan_files.problems import refuse
from webapp.concerts.plan_files.warnings import Warned
from webapp.concerts.plans import Plan, PlanError, validate

log = logging.getLogger(__name__)
PACKED = (b"PK", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"\xfd7zXZ", b"Rar!", b"\x28\xb5\x2f\xfd")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
BOM = "\ufeff"


@dataclass(frozen=True)
class Reading:
    """What a file says. `prices` in won by grade, where it says them; `source` is its text if written by hand."""

    plan: Plan
    prices: dict[str, int] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    source: str | None = None


def read(data: bytes) -> Reading:
    """The plan in a file: JSON as pretix writes it, or rows written by hand. Raises BadPlanFile."""
    text = _decoded(data)
    is_json = text.lstrip().startswith(("{", "["))
    if not is_json and len(data) > limits.MOST_TEXT_BYTES:
        most = limits.MOST_TEXT_BYTES // 1024
        raise refuse(_("A plan written by hand has at most %(most)s kB; this one is larger.", most=most))
    try:
        plan, prices, warnings = pretix.read(text) if is_json else row_text.read(text)
        return Reading(validate(plan), prices, warnings, None if is_json else text)
    except PlanError as error:
        # The readers name what is wrong with its place; whatever they let through is told to developers.
        log.exception("a plan file was read into no plan")
        raise refuse(_("This plan contradicts itself in a way that we cannot name. Nothing was saved.")) from error


def _decoded(data: bytes) -> str:
    if len(data) > limits.MOST_BYTES:
        most = limits.MOST_BYTES // 1024 // 1024
        raise refuse(_("The file is larger than %(most)s MB.", most=most))
    if data.startswith(PACKED):
        raise refuse(_("This is a compressed file or a spreadsheet. Unpack it, or save it as text, and try again."))
    if data.startswith(UTF16) or b"\0" in data:
        raise refuse(_("This is not UTF-8 text. Save the file as UTF-8 and try again."))
    try:
        text = data.decode("utf-8").removeprefix(BOM)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        sentence = _("This is not UTF-8 text. Save the file as UTF-8 and try again.")
        raise refuse(sentence, _("line %(line)s", line=line)) from error
    if not text.strip():
        raise refuse(_("The file is empty."))
    return text
