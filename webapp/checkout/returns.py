"""A refund in sentences, the fan's or another reader's: what was cancelled, what goes where, when a card shows it."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from webapp.checkout.refund_models import ASKED, BY_OPERATOR, BY_SHOW, REFUSED, RETURNED, Refund
from webapp.checkout.voices import FAN, Voice

# Korean card companies take a cancellation back off the bill three to five working days after they hear of it.
WORKING_DAYS = 5
SATURDAY = 5


def timeline(refund: Refund | None, zone: str, voice: Voice = FAN) -> list[dict[str, Any]]:
    """What happened to a refund so far, oldest first: {at, sentence}."""
    if refund is None:
        return []
    events = [{"at": refund.created_at, "sentence": f"{_cause(refund, voice)} {_gone_back(refund, voice)}".strip()}]
    if refund.card_amount and refund.status == RETURNED and refund.returned_at:
        latest = _show("day", working_days_after(refund.returned_at.astimezone(ZoneInfo(zone))), zone)
        events.append({"at": refund.returned_at, "sentence": str(voice.confirmed) % {"day": latest}})
    if refund.status == REFUSED and refund.refused_at:
        events.append({"at": refund.refused_at, "sentence": str(voice.refused)})
    return events


def working_days_after(at: datetime) -> datetime:
    """Five working days later, in the zone of `at`. A public holiday in between, unknown here, makes it a day more."""
    day, left = at, WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def _cause(refund: Refund, voice: Voice) -> str:
    return str({BY_SHOW: voice.by_show, BY_OPERATOR: voice.by_operator}.get(refund.cause, voice.by_fan))


def _gone_back(refund: Refund, voice: Voice) -> str:
    said = []
    if refund.points_amount:
        said.append(str(voice.to_points) % {"amount": _show("money", refund.points_amount)})
    if refund.card_amount:
        words = voice.to_card_asked if refund.status == ASKED else voice.to_card
        said.append(str(words) % {"amount": _show("money", refund.card_amount)})
    return " ".join(said)


def _show(name: str, *values: Any) -> str:
    return str(current_app.jinja_env.filters[name](*values))
