"""What is worth a look in a plan file that can be read: kept as a code and its facts, said in the reader's words."""

from typing import Any

from flask_babel import lazy_gettext as _lazy

NO_STAGE, ZONE_AGAIN, ROW_UNNAMED = "no-stage", "zone-again", "row-unnamed"
Warned = dict[str, Any]

WORDS = {
    NO_STAGE: _lazy("No area is called the stage, so one was set before the front."),
    ZONE_AGAIN: _lazy("There are several zones %(name)s; this one is called %(new)s."),
    ROW_UNNAMED: _lazy("%(place)s has no name; it is called %(new)s."),
}


def said(warning: Warned | str) -> str:
    """The warning as a sentence. Those of plans imported long ago were stored as one, in their reader's language."""
    return warning if isinstance(warning, str) else str(WORDS[warning["code"]]) % warning
