"""What is wrong with a request, field by field: a stable code and a sentence in the reader's language."""

from typing import Any

from flask_babel import gettext as _
from pydantic import ValidationError

MOST = 20  # a request with more faults than this is told of the first
LONGEST_NAME = 100
TAGS = {"number", "seats"}  # which of two bodies was meant; no part of the field's name
UNIONS = {"union_tag_invalid", "union_tag_not_found"}


def named(error: ValidationError, where: str) -> list[dict[str, str]]:
    """Each fault with the field it stands in."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return [wrong(_place(fault["loc"], where), _code(fault["type"])) for fault in faults[:MOST]]


def wrong(field: str, code: str) -> dict[str, str]:
    """One fault."""
    return {"field": field, "code": code, "detail": _sentence(code)}


def _place(location: tuple[Any, ...], where: str) -> str:
    steps = [str(step)[:LONGEST_NAME] for at, step in enumerate(location) if not (at == 0 and step in TAGS)]
    return ".".join([where, *steps])


def _code(kind: str) -> str:
    return {"missing": "missing", "extra_forbidden": "unknown-field"}.get(kind, kind.replace("_", "-"))


def _sentence(code: str) -> str:
    known = {
        "missing": _("This is needed."),
        "unknown-field": _("Nothing here has this name."),
        "given-twice": _("This may be given once."),
        "not-a-key": _("A key has 1 to 64 letters, digits, dots, colons, underscores or hyphens."),
        "not-a-whole-number": _("This must be a whole number."),
        "not-a-date": _("This must be a date like 2026-12-24."),
        "string-too-short": _("This is too short."),
        "string-too-long": _("This is too long."),
        "too-short": _("There are too few of these."),
        "too-long": _("There are too many of these."),
        "greater-than-equal": _("This is too small."),
        "less-than-equal": _("This is too large."),
        "email-with-password": _("Give both email and password, or a token and neither."),
    }
    return str(known.get(code) or _("This is not a value we can take."))
