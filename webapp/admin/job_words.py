"""What recurring jobs came to and what workers do, for people. Jobs answer in short words of ours, workers in RQ's."""

import re

from flask_babel import format_timedelta
from flask_babel import lazy_gettext as _lazy

COUNTED = re.compile(r"(\d+) ([a-z ]+)")
COUNTS = {
    "ended": _lazy("%(count)s ended"),
    "called": _lazy("%(count)s called"),
    "sampled": _lazy("%(count)s sampled"),
    "drawn": _lazy("%(count)s drawn"),
    "sent": _lazy("%(count)s sent"),
    "freed": _lazy("%(count)s freed"),
    "forgotten": _lazy("%(count)s forgotten"),
    "done": _lazy("%(count)s done"),
    "done of strays": _lazy("%(count)s done of strays"),
    "answers": _lazy("%(count)s answers forgotten"),
    "tokens forgotten": _lazy("%(count)s tokens forgotten"),
}
WORDS = {
    "done": _lazy("Done"),
    "failed": _lazy("Failed"),
    "ignored": _lazy("Nothing to do"),
    "ours": _lazy("The money is a payment of ours"),
    "every promise holds": _lazy("Every promise holds"),
}
STATES = {
    "idle": _lazy("Waits for work"),
    "busy": _lazy("At work"),
    "started": _lazy("Starting"),
    "suspended": _lazy("Suspended"),
}


def outcome(said: str) -> str:
    """What a job answered, for people; what has no words of its own as it is."""
    return str(WORDS.get(said) or ", ".join(_part(one) for one in said.split(", ")))


def every(seconds: int | None) -> str:
    """How long a job rests between two runs: an hour, and not 3600 seconds. One that runs at set times has none."""
    return str(format_timedelta(seconds, threshold=1)) if seconds else "–"


def state(said: str) -> str:
    """What a worker does."""
    return str(STATES.get(said) or said)


def _part(said: str) -> str:
    found = COUNTED.fullmatch(said)
    words = COUNTS.get(found[2]) if found else None
    return str(words) % {"count": f"{int(found[1]):,}"} if found and words else said
