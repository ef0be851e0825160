"""What a shop may ask for, checked field by field. No database here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from webapp.dev.gateway import moments
from webapp.dev.gateway.refusals import Refused

LONGEST_TEXT = 500
LARGEST_AMOUNT = 1_000_000_000
MOST_RECORDS = 1_000  # in one answer


@dataclass(frozen=True)
class PaymentOrder:
    """A payment the shop wants; amount in won, hold_ends_at spelled as moments.spell does."""

    reference: str
    amount: int
    currency: str
    description: str
    return_url: str
    callback_url: str
    hold_ends_at: str | None


@dataclass(frozen=True)
class CancellationOrder:
    """A cancellation the shop wants; no amount means all that is left.

    With `unpaid_only` it is refused for what has been paid.
    """

    amount: int | None
    reason: str
    unpaid_only: bool = False


@dataclass(frozen=True)
class Search:
    """Which payments a shop wants listed, times spelled as moments.spell does; `after` is the last id it has."""

    reference: str | None
    created_from: str | None
    created_before: str | None
    after: str | None
    limit: int


def read_document(body: bytes) -> dict[str, Any]:
    """The JSON object in a request body, or Refused with 400."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "broken_json", "The body is not JSON.") from error
    if not isinstance(document, dict):
        raise Refused(400, "broken_json", "The body is not a JSON object.")
    return document


def read_payment(document: dict[str, Any]) -> PaymentOrder:
    """The payment a document asks for, or Refused with 422 naming the first bad field."""
    return PaymentOrder(
        reference=_text(document, "reference"),
        amount=_amount(document, "amount"),
        currency=_currency(document),
        description=_text(document, "description"),
        return_url=_url(document, "return_url"),
        callback_url=_url(document, "callback_url"),
        hold_ends_at=_hold_end(document),
    )


def read_cancellation(document: dict[str, Any]) -> CancellationOrder:
    """The cancellation a document asks for, or Refused with 422 naming the first bad field."""
    amount = None if document.get("amount") is None else _amount(document, "amount")
    return CancellationOrder(amount, _text(document, "reason"), _yes_or_no(document, "unpaid_only"))


def read_search(query: Mapping[str, str]) -> Search:
    """The search a query asks for, or Refused with 422 naming the bad field."""
    day, since, before = query.get("day"), _moment(query, "created_from"), _moment(query, "created_before")
    if day is not None:
        # "T" follows the day in every spelled time, and "U" follows "T".
        since, before = f"{read_day(day)}T", f"{day}U"
    if query.get("reference") is None and since is None:
        raise Refused(422, "missing", "Give a reference, a day or created_from.", "reference")
    return Search(query.get("reference"), since, before, query.get("after"), _limit(query.get("limit")))


def read_idempotency_key(value: str | None) -> str:
    """The Idempotency-Key header, or Refused with 422."""
    return _text({"Idempotency-Key": value}, "Idempotency-Key")


def read_day(value: str) -> str:
    """A day spelled YYYY-MM-DD and no other way, or Refused with 422."""
    try:
        if date.fromisoformat(value).isoformat() == value:
            return value
        raise ValueError("another ISO 8601 spelling")
    except ValueError as error:
        raise Refused(422, "invalid_day", "day must be spelled YYYY-MM-DD.", "day") from error


def _required(document: Mapping[str, Any], field: str) -> Any:
    if document.get(field) is None:
        raise Refused(422, "missing", f"{field} is missing.", field)
    return document[field]


def _yes_or_no(document: Mapping[str, Any], field: str) -> bool:
    value = document.get(field)
    if value is not None and not isinstance(value, bool):
        raise Refused(422, "invalid_choice", f"{field} must be true or false.", field)
    return bool(value)


def _text(document: Mapping[str, Any], field: str) -> str:
    value = _required(document, field)
    if not isinstance(value, str) or not value.strip() or not _is_storable(value):
        raise Refused(422, "invalid_text", f"{field} must be a text that is not blank.", field)
    if len(value) > LONGEST_TEXT:
        raise Refused(422, "too_long", f"{field} must have at most {LONGEST_TEXT} characters.", field)
    return value


def _is_storable(text: str) -> bool:
    # JSON can spell half a surrogate pair ("\ud800"), which no UTF-8 store can keep.
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _amount(document: dict[str, Any], field: str) -> int:
    value = _required(document, field)
    if type(value) is not int or value <= 0:  # true is an int to Python, and 1000.0 is not won
        raise Refused(422, "invalid_amount", f"{field} must be a whole number of won above zero.", field)
    if value > LARGEST_AMOUNT:
        raise Refused(422, "amount_too_large", f"{field} must be at most {LARGEST_AMOUNT:,} won.", field)
    return value


def _currency(document: dict[str, Any]) -> str:
    if _required(document, "currency") != "KRW":
        raise Refused(422, "unsupported_currency", "currency must be KRW.", "currency")
    return "KRW"


def _url(document: dict[str, Any], field: str) -> str:
    value = _text(document, field)
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not value.isprintable() or " " in value:
        raise Refused(422, "invalid_url", f"{field} must be an http or https address.", field)
    return value


def _limit(value: str | None) -> int:
    if value is None:
        return MOST_RECORDS
    if not value.isascii() or not value.isdigit() or len(value) > 4 or not 1 <= int(value) <= MOST_RECORDS:
        raise Refused(422, "invalid_limit", f"limit must be a whole number from 1 to {MOST_RECORDS:,}.", "limit")
    return int(value)


def _hold_end(document: dict[str, Any]) -> str | None:
    return None if document.get("hold_ends_at") is None else _moment(document, "hold_ends_at")


def _moment(document: Mapping[str, Any], field: str) -> str | None:
    if document.get(field) is None:
        return None
    try:
        moment = datetime.fromisoformat(_text(document, field))
        if moment.tzinfo is None or moment.year == MAXYEAR:
            raise ValueError("no time zone, or no time left after it")
        return moments.spell(moment.astimezone(UTC))
    except (ValueError, OverflowError) as error:
        raise Refused(422, "invalid_time", f"{field} must be an ISO 8601 time with its time zone.", field) from error
