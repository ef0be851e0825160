"""What fans and operators do in a random evening, and what the model makes of it. The bank's side is in evening.py."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests import builders
from tests.builders import do
from tests.domain.bank import Bank, Entry
from tests.domain.money_books import expecting
from tests.domain.money_model import LEAST_TOP_UP, PAID, PRICE, Attempt, Model, ModelOrder
from webapp.booking import holds
from webapp.checkout import closing, payments, refunding, sending
from webapp.checkout.models import Payment
from webapp.checkout.payments import Wish
from webapp.concerts.models import Schedule
from webapp.db import db
from webapp.errors import ProviderUnavailable
from workers import refunds, seats

SEATS, FANS, POINTS, DAYS_BEFORE = 4, 3, 25_000, 14
SHARES, TOP_UPS = (0, 0, 1, 2, 4), (1_000, 20_000, 20_000, 999)
MINUTES, DAYS = (0.5, 1, 1, 8, 8, 31), (1, 2, 4, 8)


@dataclass(frozen=True)
class Draw:
    """What is drawn for one step: whichever it means is for each action to say."""

    which: int
    number: int
    mood: str
    is_twice: bool


class Fans:
    """One performance of four seats and its three fans."""

    now = builders.NOW
    move_on: Callable[[datetime], None]

    def begin(self) -> None:
        self.bank, self.ids = Bank(), dict[int, int]()
        # Two weeks before the performance: its ladder's days are within reach.
        self.night = builders.schedule(builders.concert(), builders.hall(1, SEATS), price=PRICE, days=DAYS_BEFORE - 31)
        self.seats = builders.seat_ids(self.night, *range(1, SEATS + 1))
        self.model = Model(dict.fromkeys(builders.fans(FANS, POINTS), POINTS), self.night.starts_at)
        self.orders: list[ModelOrder] = []

    def hold(self, draw: Draw) -> None:
        first = (draw.which + draw.number) % SEATS
        self.take(self.fan(draw), self.seats[first : first + 1 + draw.number % 3])

    def take(self, fan: int, wanted: list[int]) -> None:
        may = self.model.may_hold(fan, wanted, self.now)
        night = db.session.get_one(Schedule, self.night.id)
        order = expecting(may, holds.place, fan, night, wanted, self.now)
        if order is not None:
            self.orders.append(ModelOrder(order.id, fan, wanted, order.expires_at))
            self.model.hold(self.orders[-1])

    def let_go(self, draw: Draw) -> None:
        order = self.one(self.held(), draw)
        do(payments.give_up, order.fan, order.id, self.now)
        self.model.release(order)

    def pay(self, draw: Draw) -> None:
        """By card, by points or by both; now and then the process dies before the provider was told."""
        order = self.one(self.held() or self.orders, draw)
        in_points = order.price * SHARES[draw.number % len(SHARES)] // 4
        wish = Wish(order.price, in_points, "sandbox", f"attempt {len(self.model.attempts)}")
        may = self.model.may_pay(order, in_points, self.now)
        payment = expecting(may, payments.start, order.fan, order.id, wish, self.now)
        if payment is None:
            return
        if draw.is_twice:
            assert do(payments.start, order.fan, order.id, wish, self.now).id == payment.id
        self.send(self.model.begin(order, in_points, self.now), payment, draw)

    def top_up(self, draw: Draw) -> None:
        amount, fan = TOP_UPS[draw.number % len(TOP_UPS)], self.fan(draw)
        key = f"attempt {len(self.model.attempts)}"
        asked = (payments.start_top_up, fan, amount, "sandbox", key, self.now)
        payment = expecting(amount >= LEAST_TOP_UP, *asked)
        if payment is None:
            return
        if draw.is_twice:
            assert do(*asked).id == payment.id
        self.send(self.model.top_up(fan, amount), payment, draw)

    def send(self, attempt: Attempt, payment: Payment, draw: Draw) -> None:
        """Send the fan to the bank, unless the process dies before that."""
        self.ids[id(attempt)] = payment.id
        if draw.number % 7 == 0 or not attempt.card:
            return
        self.bank.mood = draw.mood
        try:
            sending.send(payment, "Show", "https://shop.test/")
            attempt.key = f"pay_{payment.public_id}"
        except ProviderUnavailable:
            self.model.fail(attempt)
            attempt.is_watched = True
        self.bank.mood = "well"

    def cancel(self, draw: Draw) -> None:
        """A fan cancels by the ladder, or an operator does, perhaps for nothing."""
        attempt = self.one(self.sold(), draw)
        order = attempt.order
        is_free, by_operator = draw.number % 4 == 0, draw.number % 2 == 0
        fee = 0 if is_free else self.model.fee_of(attempt, order, self.now)
        if by_operator:
            refund = expecting(fee is not None, refunding.cancel_for_operator, order.id, is_free, fee or 0, self.now)
        else:
            refund = expecting(fee is not None, refunding.cancel, order.fan, order.id, fee or 0, self.now)
        if refund is None:
            return
        if draw.is_twice and not by_operator:
            assert do(refunding.cancel, order.fan, order.id, fee, self.now).id == refund.id
        self.model.refund(attempt, order, fee or 0)

    def days_later(self, draw: Draw) -> None:
        """Another day, with another fee."""
        self.move_on(self.now + timedelta(days=DAYS[draw.number % len(DAYS)]))
        self.cancel(draw)

    def call_off(self, draw: Draw) -> None:
        """The performance is cancelled; the refunds begin later."""
        do(closing.cancel_schedules, [self.night.id], self.now)
        self.model.is_called_off = True

    def end_orders(self) -> None:
        """What the job of cancelled performances does; holds whose time is over are tidied away before, as always."""
        seats.release_holds()
        if self.model.is_called_off:
            refunds.refund_cancelled_shows()
            self.model.end_orders(self.now)

    def wait(self, draw: Draw) -> None:
        self.move_on(self.now + timedelta(minutes=MINUTES[draw.number % len(MINUTES)]))

    def tidy(self, draw: Draw) -> None:
        if draw.is_twice:
            self.end_orders()
        else:
            seats.release_holds()

    def one(self, things: Any, draw: Draw) -> Any:
        """Low numbers, which are drawn most often, mean the newest: an evening gets on."""
        return things[-1 - draw.which % len(things)]

    def fan(self, draw: Draw) -> int:
        return list(self.model.balance)[draw.number % FANS]

    def held(self) -> list[ModelOrder]:
        return [one for one in self.orders if one.status == "open" and one.ends_at > self.now]

    def sold(self) -> list[Any]:
        return [one for one in self.model.attempts if one.status == PAID and one.order is not None]

    def open_pages(self) -> list[Entry]:
        return [one for one in self.bank.book.values() if one.status == "open"]
