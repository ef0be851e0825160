"""What stands in a form, compared with what is saved: so that nobody overwrites what they have not seen."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from webapp.errors import StaleEdit

State = dict[str, Any]
Change = tuple[State, State]


def spelled(value: Any) -> Any:
    """A value as the log keeps it: times in UTC, everything else as it is."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def fingerprint(state: Mapping[str, Any]) -> str:
    """A word that is another one when anything in the state is."""
    return sha256(json.dumps(state, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:20]


def is_new(before: State, wanted: State, seen: str) -> bool:
    """Whether there is something to save. Raises StaleEdit if what is saved is not what the form was made from.

    A form that wants what is saved already has nothing to overwrite: the second click of a double click.
    """
    if wanted == before:
        return False
    if seen != fingerprint(before):
        sentence = _(
            "Somebody has saved since you opened this page. What you typed is still here; save again to keep it."
        )
        raise StaleEdit(sentence=sentence, saved=before)
    return True


def in_zone(local: datetime, zone: str) -> datetime | None:
    """A time of the wall clock in that zone as a moment; None for one that the change to summer time leaves out."""
    moment = local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return moment if moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == local else None


def on_the_wall(moment: datetime, zone: str) -> datetime:
    """A moment as the clock on the wall shows it there."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
