"""The rules of product.md's "Money" once more, as small as they can be said: a model to hold the real thing against.

No database, no locks, no janitors: seats have an owner, attempts come to an end once, money is where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.domain.money_ladder import share_kept
from webapp.checkout.providers import Report

PRICE = 10_000
MOST = 4
LEAST_TOP_UP = 1_000
PENDING, PAID, FAILED, BACK, RETURNED, REFUNDED = "pending", "paid", "failed", "back", "returned", "refunded"
REVIEW = "in review"
GOING_BACK = (BACK, REVIEW)


@dataclass
class ModelOrder:
    id: int
    fan: int
    seats: list[int]
    ends_at: datetime
    is_extended: bool = False
    status: str = "open"

    @property
    def price(self) -> int:
        return PRICE * len(self.seats)


@dataclass
class Attempt:
    """One attempt to pay an order, or a top-up. `holds_points` while its points are taken; `is_watched` while its
    provider is to be asked. `key` is the provider's, once the shop has noted it."""

    fan: int
    order: ModelOrder | None
    card: int
    points: int
    status: str = PENDING
    key: str | None = None
    holds_points: bool = True
    is_watched: bool = False
    is_dead: bool = False  # the provider has cancelled it unpaid
    captured: int = 0
    paid_at: datetime | None = None
    fee: int = 0
    to_card: int = 0

    @property
    def kept(self) -> int:
        """What of its card money stays with the shop."""
        return self.captured - self.to_card if self.status in (PAID, REFUNDED) else 0

    @property
    def refund(self) -> tuple[int, int, int]:
        """Its refund as (fee, to the card, to points)."""
        return self.fee, self.to_card, self.captured + self.points - self.fee - self.to_card


@dataclass
class Model:
    """Who has which seat, whose points are how many, what became of each attempt, and whether stray money is back."""

    balance: dict[int, int]
    starts_at: datetime
    is_called_off: bool = False
    owner: dict[int, ModelOrder] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)
    strays: dict[str, bool] = field(default_factory=dict)

    def is_live(self, order: ModelOrder, now: datetime) -> bool:
        return order.status == PAID or (order.status == "open" and order.ends_at > now)

    def is_free(self, seat: int, now: datetime) -> bool:
        return seat not in self.owner or not self.is_live(self.owner[seat], now)

    def owned(self, fan: int, now: datetime) -> int:
        return sum(one.fan == fan and self.is_live(one, now) for one in self.owner.values())

    def may_hold(self, fan: int, seats: Sequence[int], now: datetime) -> bool:
        is_on = not self.is_called_off and now < self.starts_at
        return is_on and all(self.is_free(one, now) for one in seats) and self.owned(fan, now) + len(seats) <= MOST

    def hold(self, order: ModelOrder) -> None:
        self.owner.update(dict.fromkeys(order.seats, order))

    def let_go(self, order: ModelOrder, status: str) -> None:
        order.status = status
        self.owner = {seat: one for seat, one in self.owner.items() if one is not order}

    def release(self, order: ModelOrder) -> None:
        self.let_go(order, "released")
        self.close_open(order)

    def may_pay(self, order: ModelOrder, points: int, now: datetime) -> bool:
        coming = sum(one.points for one in self.open_attempts(order))
        in_time = order.status == "open" and order.ends_at > now and not self.is_called_off
        return in_time and self.balance[order.fan] + coming >= points

    def is_asked_about(self, attempt: Attempt) -> bool:
        return attempt.status == PENDING or (attempt.status == FAILED and attempt.is_watched)

    def asked(self, attempt: Attempt, report: Report | None, now: datetime) -> None:
        """What the answer to our question changes; without a record there nobody can pay."""
        if attempt.status == FAILED:
            attempt.is_watched = False
            attempt.is_dead |= report is not None and report.status == "cancelled"
        elif report is None:
            self.fail(attempt)
        if report is not None:
            self.hear(attempt, report, now)

    def begin(self, order: ModelOrder, points: int, now: datetime) -> Attempt:
        if points < order.price and not order.is_extended:
            order.is_extended, order.ends_at = True, order.ends_at + timedelta(minutes=2)
        self.close_open(order)
        attempt = Attempt(order.fan, order, order.price - points, points)
        self.attempts.append(attempt)
        self.balance[order.fan] -= points
        if not attempt.card:
            self.paid(attempt, 0, now)
        return attempt

    def top_up(self, fan: int, amount: int) -> Attempt:
        self.attempts.append(Attempt(fan, None, amount, 0))
        return self.attempts[-1]

    def open_attempts(self, order: ModelOrder) -> list[Attempt]:
        return [one for one in self.attempts if one.order is order and one.status == PENDING]

    def close_open(self, order: ModelOrder) -> None:
        for one in self.open_attempts(order):
            self.fail(one)
            one.is_watched = True

    def fail(self, attempt: Attempt) -> None:
        attempt.status, attempt.is_watched = FAILED, False
        self.return_points(attempt)

    def return_points(self, attempt: Attempt) -> None:
        if attempt.holds_points:
            attempt.holds_points = False
            self.balance[attempt.fan] += attempt.points

    def hear(self, attempt: Attempt | None, report: Report, now: datetime) -> None:
        """What any report of the provider changes, whenever it comes."""
        if attempt is None or attempt.key not in (None, report.provider_key):
            if report.status == PAID:
                self.strays.setdefault(report.provider_key, False)
            return
        if report.status in (PAID, "cancelled"):
            attempt.key = report.provider_key
        if report.status == PAID and attempt.status in (PENDING, FAILED):
            if (report.amount, report.currency) != (attempt.card, "KRW"):
                self.return_points(attempt)
                attempt.status, attempt.captured = REVIEW, report.amount
            elif not attempt.is_dead:
                self.paid(attempt, report.amount, now)
        elif report.status == "cancelled" and attempt.status in GOING_BACK:
            self.returned(attempt)
        elif report.status in ("failed", "cancelled") and attempt.status == PENDING:
            self.fail(attempt)
            attempt.is_dead = report.status == "cancelled"

    def paid(self, attempt: Attempt, captured: int, now: datetime) -> None:
        order, attempt.captured = attempt.order, captured
        if order is not None and not self.wins(attempt, order, now):
            attempt.status = BACK
            self.return_points(attempt)
            return
        attempt.status, attempt.paid_at = PAID, now
        if order is None:
            self.balance[attempt.fan] += captured
            return
        order.status = PAID
        self.hold(order)
        self.close_open(order)

    def wins(self, attempt: Attempt, order: ModelOrder, now: datetime) -> bool:
        if order.status != "open" or (attempt.status == FAILED and attempt.points) or self.is_called_off:
            return False
        if order.ends_at <= now and self.starts_at <= now:
            return False
        lost = [one for one in order.seats if self.owner.get(one) is not order]
        others = sum(one.fan == order.fan and one is not order for one in self._live(now))
        return all(self.is_free(one, now) for one in lost) and (not lost or others + len(order.seats) <= MOST)

    def returned(self, attempt: Attempt) -> None:
        attempt.status = RETURNED
        self.return_points(attempt)

    def fee_of(self, attempt: Attempt, order: ModelOrder, now: datetime) -> int | None:
        """What cancelling a paid order costs; None when it is too late for that."""
        assert attempt.paid_at is not None
        share = 0 if self.is_called_off else share_kept(attempt.paid_at, now, self.starts_at)
        return None if share is None else order.price * share // 100

    def refund(self, attempt: Attempt, order: ModelOrder, fee: int) -> None:
        paid = attempt.captured + attempt.points
        attempt.status, attempt.fee = REFUNDED, fee
        attempt.to_card = (paid - fee) * attempt.captured // paid
        self.balance[attempt.fan] += attempt.refund[2]
        self.let_go(order, "refunded")

    def end_orders(self, now: datetime) -> None:
        """The performance is called off: what was paid goes back whole, what is held is let go."""
        for one in self.attempts:
            if one.status == PAID and one.order is not None:
                self.refund(one, one.order, 0)
        for order in {id(one): one for one in self._live(now)}.values():
            self.release(order)

    def _live(self, now: datetime) -> list[ModelOrder]:
        return [one for one in self.owner.values() if self.is_live(one, now)]
