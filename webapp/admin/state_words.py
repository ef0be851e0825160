"""What the log keeps of a state before and after, for people: its names are columns of ours, its values plain facts."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _lazy

from webapp import pages
from webapp.checkout import reasons
from webapp.checkout.voices import OPERATOR
from webapp.layout import money

NAMES = {
    "admissions_per_minute": _lazy("Admissions per minute"),
    "archived_at": _lazy("Archived"),
    "artist": _lazy("Artist"),
    "artist_en": _lazy("Artist, in English"),
    "artist_ko": _lazy("Artist, in Korean"),
    "attempts": _lazy("Attempts"),
    "came_at": _lazy("Came in"),
    "capacity": _lazy("Served at once"),
    "city": _lazy("City"),
    "city_en": _lazy("City, in English"),
    "city_ko": _lazy("City, in Korean"),
    "description": _lazy("Description"),
    "description_en": _lazy("About the evening, in English"),
    "description_ko": _lazy("About the evening, in Korean"),
    "difference": _lazy("Difference"),
    "doors_at": _lazy("Doors open"),
    "fee": _lazy("Fee"),
    "flat_fee": _lazy("Flat fee"),
    "flat_fee_most_percent": _lazy("Flat fee, at most percent"),
    "free_days": _lazy("Free days after booking"),
    "free_ends_days_before": _lazy("Free until days before"),
    "gate": _lazy("Gate"),
    "grades": _lazy("Grades"),
    "handling": _lazy("Handled by"),
    "is_paused": _lazy("Paused"),
    "lobby_minutes": _lazy("Lobby, minutes before"),
    "message": _lazy("Message"),
    "name": _lazy("Name"),
    "outcome": _lazy("Outcome"),
    "plan": _lazy("Seat plan"),
    "poster": _lazy("Poster"),
    "prices": _lazy("Prices"),
    "published_at": _lazy("Published"),
    "reason": _lazy("Reason"),
    "sale_closed_at": _lazy("Sale closed"),
    "sale_opens_at": _lazy("Sale opens"),
    "seats": _lazy("Seats"),
    "starts_at": _lazy("Begins"),
    "status": _lazy("State"),
    "steps": _lazy("Steps, from days before"),
    "time_zone": _lazy("Time zone"),
    "title": _lazy("Title"),
    "title_en": _lazy("Title, in English"),
    "title_ko": _lazy("Title, in Korean"),
    "to_card": _lazy("To the card"),
    "to_points": _lazy("To points"),
    "venue": _lazy("Venue"),
    "venue_en": _lazy("Venue, in English"),
    "venue_ko": _lazy("Venue, in Korean"),
}
VALUES = {
    "asked": _lazy("Asked, not confirmed"),
    "cancelled": _lazy("Cancelled"),
    "cancelling": _lazy("Being refunded"),
    "discarded": _lazy("Discarded"),
    "failed": _lazy("Failed"),
    "ignored": _lazy("Nothing to do"),
    "in_review": _lazy("In review"),
    "kept": _lazy("Kept"),
    "operator": _lazy("Operator"),
    "paid": _lazy("Paid"),
    "pending": _lazy("Pending"),
    "refunded": _lazy("Refunded"),
    "refused": _lazy("Refused"),
    "returned": _lazy("Returned"),
    "sending": _lazy("Being sent"),
    "sent": _lazy("Sent"),
    "waiting": _lazy("Waiting"),
}
CODED = {"status", "handling", "outcome"}
MONEY = {"fee", "flat_fee", "to_card", "to_points"}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
YES, NO, NOTHING = _lazy("yes"), _lazy("no"), "–"


def shown(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(name, value) for each of the state; what has no words of its own as it is stored."""
    return [(str(NAMES.get(name, name)), _value(name, value)) for name, value in state.items()]


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, dict):
        return ", ".join(f"{grade} {money(price)}" for grade, price in value.items()) or NOTHING
    if name == "steps":
        return ", ".join(f"{days}: {percent}%" for days, percent in value) or NOTHING
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    if name in MONEY:
        return money(int(value))
    return f"{value:,}" if isinstance(value, int) else _text(name, value)


def _text(name: str, value: str) -> str:
    if name == "reason":
        return reasons.sentence(value, OPERATOR)
    if name == "difference":
        return reasons.difference(value)["what"]
    if name in CODED:
        return str(VALUES.get(value, value))
    return pages.moment(datetime.fromisoformat(value)) if MOMENT.fullmatch(value) else value
