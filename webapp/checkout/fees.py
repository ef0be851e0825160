"""What cancelling a paid order costs: the concert's ladder, by calendar days in the concert's time zone.

A ladder is laid out as bands of days, and the band of today decides: the table a fan reads and the amount
they pay come from the same rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

FREE, FLAT, PERCENT, NEVER = "free", "flat", "percent", "never"


@dataclass(frozen=True)
class Terms:
    """One concert's ladder, as `concerts.refund_terms` keeps it. Days count calendar days, money is won.

    Free for `free_days` after the day of booking, while more than `free_ends_days_before` days are left. After
    that `flat_fee` a ticket, at most `flat_fee_most_percent` of its price. `steps` are (least days before the
    performance, percent of the price), furthest first; nearer than the last step nothing can be cancelled.
    """

    free_days: int
    free_ends_days_before: int
    flat_fee: int
    flat_fee_most_percent: int
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Band:
    """Days with one rule. `first` None: from the booking; `last` None: for ever. `fee` is for the whole order."""

    first: date | None
    last: date | None
    rule: str
    percent: int
    fee: int


def read_terms(document: Mapping[str, Any]) -> Terms:
    """The stored document as terms. Raises ValueError for one that is no ladder."""
    terms = Terms(
        free_days=int(document["free_days"]),
        free_ends_days_before=int(document["free_ends_days_before"]),
        flat_fee=int(document["flat_fee"]),
        flat_fee_most_percent=int(document["flat_fee_most_percent"]),
        steps=tuple((int(days), int(percent)) for days, percent in document["steps"]),
    )
    days = [step[0] for step in terms.steps]
    percents = [terms.flat_fee_most_percent, *(step[1] for step in terms.steps)]
    falling = all(one > other for one, other in zip([terms.free_ends_days_before, *days], days, strict=False))
    never_negative = min([*days, terms.free_days, terms.flat_fee]) >= 0
    if not (falling and never_negative and all(0 <= one <= 100 for one in percents)):
        raise ValueError("a ladder goes down in days, and its fees are from 0 to 100 percent")
    return terms


def is_kinder(terms: Terms, than: Terms) -> bool:
    """Whether nobody pays more under `terms`, whenever they booked and whenever they cancel."""
    furthest = max(terms.free_ends_days_before, than.free_ends_days_before)
    return (
        terms.free_days >= than.free_days
        and terms.free_ends_days_before <= than.free_ends_days_before
        and terms.flat_fee <= than.flat_fee
        and all(_percent(terms, days) <= _percent(than, days) for days in range(furthest + 2))
    )


def _percent(terms: Terms, days: int) -> int:
    """The most of a price that cancelling so many days before costs; 101 where it is not possible."""
    steps = ((terms.free_ends_days_before, terms.flat_fee_most_percent), *terms.steps)
    return next((percent for least, percent in steps if days >= least), 101)


def bands(terms: Terms, prices: Sequence[int], booked_on: date, plays_on: date) -> list[Band]:
    """The whole ladder of one order, oldest days first, without the bands that were over before the booking."""
    flat_until = plays_on - timedelta(days=terms.free_ends_days_before)
    free_until = min(booked_on + timedelta(days=terms.free_days), flat_until - timedelta(days=1))
    ends = [(free_until, FREE, 0), (flat_until, FLAT, terms.flat_fee_most_percent)]
    ends += [(plays_on - timedelta(days=days), PERCENT, percent) for days, percent in terms.steps]
    laid: list[Band] = []
    first = booked_on
    for last, rule, percent in ends:
        if last >= first:
            laid.append(Band(first if laid else None, last, rule, percent, _fee(terms, rule, percent, prices)))
            first = last + timedelta(days=1)
    return [*laid, Band(first if laid else None, None, NEVER, 0, sum(prices))]


def band_of(laid: Sequence[Band], today: date) -> Band:
    """The band a day falls in."""
    return next(band for band in laid if band.last is None or today <= band.last)


def split(refund: int, captured: int, points: int) -> tuple[int, int]:
    """A refund as (to the card, to points), in the proportion of what was paid, in whole won.

    The card's part is rounded down and points get the rest, so the sum is exact and neither exceeds its payment.
    """
    total = captured + points
    if not 0 <= refund <= total:
        raise ValueError("a refund is never more than what was paid")
    to_card = refund * captured // total if total else 0
    return to_card, refund - to_card


def _fee(terms: Terms, rule: str, percent: int, prices: Sequence[int]) -> int:
    """Counted for each ticket and rounded down to whole won: in doubt for the fan."""
    if rule == FREE:
        return 0
    each = [price * percent // 100 for price in prices]
    return sum(min(one, terms.flat_fee) for one in each) if rule == FLAT else sum(each)
