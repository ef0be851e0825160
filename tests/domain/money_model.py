"""The rules of product.md's "Money" once more, as small as they can be said: a model to hold the real thing against.

No database, no locks, no janitors: seats have an owner, attempts come to an end once, money is where it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from webapp.checkout.providers import Report

PRICE = 10_000
MOST = 4
PENDING, PAID, FAILED, BACK, RETURNED, REFUNDED = "pending", "paid", "failed", "back", "returned", "refunded"


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
    """One attempt to pay. `holds_points` while its points are taken; `is_watched` while its provider is to be asked."""

    order: ModelOrder
    card: int
    points: int
    begun_at: datetime
    status: str = PENDING
    holds_points: bool = True
    is_watched: bool = False
    is_dead: bool = False  # the provider has cancelled it unpaid
    captured: int = 0
    fee: int = 0
    to_card: int = 0


@dataclass
class Model:
    """Who has which seat, whose points are how many, and what became of each attempt."""

    balance: dict[int, int]
    owner: dict[int, ModelOrder] = field(default_factory=dict)
    attempts: list[Attempt] = field(default_factory=list)

    def is_live(self, order: ModelOrder, now: datetime) -> bool:
        return order.status == PAID or (order.status == "open" and order.ends_at > now)

    def is_free(self, seat: int, now: datetime) -> bool:
        return seat not in self.owner or not self.is_live(self.owner[seat], now)

    def owned(self, fan: int, now: datetime) -> int:
        return sum(one.fan == fan and self.is_live(one, now) for one in self.owner.values())

    def may_hold(self, fan: int, seats: Sequence[int], now: datetime) -> bool:
        return all(self.is_free(one, now) for one in seats) and self.owned(fan, now) + len(seats) <= MOST

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
        in_time = order.status == "open" and order.ends_at > now
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
        attempt = Attempt(order, order.price - points, points, now)
        self.attempts.append(attempt)
        self.balance[order.fan] -= points
        if not attempt.card:
            self.paid(attempt, 0, now)
        return attempt

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
            self.balance[attempt.order.fan] += attempt.points

    def hear(self, attempt: Attempt, report: Report, now: datetime) -> None:
        """What any report of the provider changes, whenever it comes."""
        if report.status == PAID and attempt.status in (PENDING, FAILED):
            if report.amount != attempt.card:
                self.return_points(attempt)
                attempt.status, attempt.captured = BACK, report.amount
            elif not attempt.is_dead:
                self.paid(attempt, report.amount, now)
        elif report.status == "cancelled" and attempt.status == BACK:
            self.returned(attempt)
        elif report.status in ("failed", "cancelled") and attempt.status == PENDING:
            self.fail(attempt)
            attempt.is_dead = report.status == "cancelled"

    def paid(self, attempt: Attempt, captured: int, now: datetime) -> None:
        order, attempt.captured = attempt.order, captured
        if not self.wins(attempt, now):
            attempt.status = BACK
            self.return_points(attempt)
            return
        attempt.status, order.status = PAID, PAID
        self.hold(order)
        self.close_open(order)

    def wins(self, attempt: Attempt, now: datetime) -> bool:
        order = attempt.order
        if order.status != "open" or (attempt.status == FAILED and attempt.points):
            return False
        lost = [one for one in order.seats if self.owner.get(one) is not order]
        others = sum(one.fan == order.fan and one is not order for one in self._live(now))
        return all(self.is_free(one, now) for one in lost) and (not lost or others + len(order.seats) <= MOST)

    def returned(self, attempt: Attempt) -> None:
        attempt.status = RETURNED
        self.return_points(attempt)

    def refund(self, attempt: Attempt, fee: int, to_card: int) -> None:
        attempt.status, attempt.fee, attempt.to_card = REFUNDED, fee, to_card
        self.balance[attempt.order.fan] += attempt.captured + attempt.points - fee - to_card
        self.let_go(attempt.order, "refunded")

    def _live(self, now: datetime) -> list[ModelOrder]:
        return [one for one in self.owner.values() if self.is_live(one, now)]
