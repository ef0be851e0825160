"""Random evenings: fans hold, pay, give up and cancel while callbacks come in any order, against a small model.

After every step the books and the model agree on every seat, ticket, balance and attempt. The audit runs at the end of
each evening, before and after the janitors: at every step it would cost most of the time, and most of the evenings.
"""

from collections import Counter
from datetime import timedelta
from typing import Any, ClassVar

from flask import current_app
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)
from sqlalchemy import select

from tests import builders
from tests.builders import do
from tests.domain.bank import Bank, Entry
from tests.domain.money_books import (
    attempts_in_the_books,
    empty,
    expecting,
    owed_to_the_shop,
    reference_of,
    seats_in_the_books,
)
from tests.domain.money_model import BACK, PAID, PRICE, Attempt, Model, ModelOrder
from webapp.audit import broken_promises
from webapp.booking import holds
from webapp.checkout import inbox, payments, points, refunding, sending
from webapp.checkout.models import Payment, PaymentEvent
from webapp.checkout.payments import Wish
from webapp.checkout.providers import Callback
from webapp.checkout.refund_models import Refund
from webapp.db import db
from webapp.errors import ProviderUnavailable
from workers import payments as money
from workers import refunds, seats

SEATS, FANS, POINTS = 4, 3, 25_000
JANITORS = (
    money.settle_forgotten,
    money.ask_providers,
    money.finish_cancellations,
    refunds.send_refunds,
    seats.release_holds,
)

ACTIONS = (
    *["hold"] * 4,
    *["pay"] * 5,
    *["approve"] * 5,
    *["call"] * 6,
    *["ask"] * 2,
    *["wait"] * 3,
    *["be overtaken"] * 2,
    *["cancel"] * 3,
    *["tidy", "let go", "decline"],
)
SHARES, WRONG_BY, MINUTES = (0, 0, 1, 2, 4), (0, 0, 0, 0, 0, 0, 1, -1), (0.5, 1, 1, 8, 8, 31)
pick = st.integers(0, 1_000)
moods = st.sampled_from(["well"] * 4 + ["away", "answers are lost"])


class Evening(RuleBasedStateMachine):
    """One performance of four seats, three fans, and a bank that says things late, twice, and in any order."""

    now = builders.NOW
    outcomes: ClassVar[Counter[str]] = (
        Counter()
    )  # how the attempts of all evenings ended, so that none passes on nothing

    @initialize()
    def open(self) -> None:
        empty()
        self.now = Evening.now = builders.NOW
        self.bank, self.ids = Bank(), {}
        current_app.extensions["providers"]["sandbox"] = self.bank
        self.night = builders.schedule(builders.concert(), builders.hall(1, SEATS), price=PRICE)
        self.seats = builders.seat_ids(self.night, *range(1, SEATS + 1))
        self.model = Model(dict.fromkeys(builders.fans(FANS, POINTS), POINTS))
        self.orders: list[ModelOrder] = []

    @rule(what=st.sampled_from(ACTIONS), which=st.integers(0, 3), number=pick, mood=moods, twice=st.booleans())
    def happen(self, what: str, which: int, number: int, mood: str, twice: bool) -> None:
        """One rule and not one for each action: which happens how often is ours to weigh, so that evenings get on."""
        match what:
            case "hold":
                self.hold(number, which + number, 1 + number % 3)
            case "pay" if self.orders:
                self.pay(which, SHARES[number % len(SHARES)], mood, twice, number % 7 == 0)
            case "approve" if self.open_pages():
                self.approve(which, WRONG_BY[number % len(WRONG_BY)])
            case "call" if self.bank.told:
                self.call(which)
            case "ask" if self.model.attempts:
                self.ask(which, mood)
            case "let go" if self.held():
                self.let_go(which)
            case "decline" if self.open_pages():
                self.decline(which)
            case "be overtaken" if self.open_pages():
                self.be_overtaken(which, number)
            case "cancel" if self.sold():
                self.cancel(which)
            case "wait":
                self.wait(MINUTES[number % len(MINUTES)])
            case "tidy":
                seats.release_holds()

    def hold(self, who: int, first: int, count: int) -> None:
        fan, first = self.one(list(self.model.balance), who), first % SEATS
        wanted = self.seats[first : first + count]
        may = self.model.may_hold(fan, wanted, self.now)
        order = expecting(may, holds.place, fan, self.night, wanted, self.now)
        if order is not None:
            self.orders.append(ModelOrder(order.id, fan, wanted, order.expires_at))
            self.model.hold(self.orders[-1])

    def let_go(self, which: int) -> None:
        order = self.one(self.held(), which)
        do(payments.give_up, order.fan, order.id, self.now)
        self.model.release(order)

    def pay(self, which: int, share: int, mood: str, twice: bool, dies: bool) -> None:
        """By card, by points or by both; now and then the process dies before the provider was told."""
        order = self.one(self.held() or self.orders, which)
        in_points = order.price * share // 4
        wish = Wish(order.price, in_points, "sandbox", f"attempt {len(self.model.attempts)}")
        may = self.model.may_pay(order, in_points, self.now)
        payment = expecting(may, payments.start, order.fan, order.id, wish, self.now)
        if payment is None:
            return
        if twice:
            assert do(payments.start, order.fan, order.id, wish, self.now).id == payment.id
        attempt = self.model.begin(order, in_points, self.now)
        self.ids[id(attempt)] = payment.id
        if not dies:
            self.send(attempt, payment, mood)

    def approve(self, which: int, amount: int) -> None:
        """The fan approves at the bank, which now and then takes another amount than it was asked for."""
        entry = self.one(self.open_pages(), which)
        self.bank.approve(entry, entry.amount + amount)

    def decline(self, which: int) -> None:
        """A card is declined; the bank's page stays open, for another card."""
        self.bank.tell(self.one(self.open_pages(), which), "failed")

    def be_overtaken(self, which: int, number: int) -> None:
        """A fan stays at the bank's page until their time is over and somebody has the first of their seats.

        Half of them pay then, all the same.
        """
        entry = self.one(self.open_pages(), which)
        order = self.attempt_of(entry.reference).order
        self.now = Evening.now = max(self.now, order.ends_at)
        self.hold(number, self.seats.index(order.seats[0]), 1)
        if number % 2:
            self.bank.approve(entry, entry.amount)
            self.call(0)

    def call(self, which: int) -> None:
        """Any callback there ever was comes, for the first time or again, and is settled."""
        event_id, report = self.one(self.bank.told, which)
        do(inbox.store, "sandbox", Callback(event_id, f"payment.{report.status}", report), b"{}", self.now)
        stored = select(PaymentEvent.id, PaymentEvent.settled_at).where(PaymentEvent.event_id == event_id)
        row = db.session.execute(stored).one()
        money.settle_event(row.id)
        if row.settled_at is None:
            self.model.hear(self.attempt_of(report.reference), report, self.now)

    def ask(self, which: int, mood: str) -> None:
        """The bank is asked what became of an attempt, or to send its money back."""
        attempt = self.one(self.model.attempts, which)
        self.bank.mood = mood
        self.ask_about(attempt, mood)
        self.bank.mood = "well"

    def wait(self, minutes: float) -> None:
        self.now = Evening.now = self.now + timedelta(minutes=minutes)

    def cancel(self, which: int) -> None:
        attempt = self.one(self.sold(), which)
        order = attempt.order
        refund = do(refunding.cancel, order.fan, order.id, 0, self.now)
        self.model.refund(attempt, refund.fee, refund.card_amount)

    @invariant()
    def the_model_agrees(self) -> None:
        db.session.rollback()
        assert seats_in_the_books(self.now) == {
            seat: (one.id, one.status == "paid")
            for seat, one in self.model.owner.items()
            if self.model.is_live(one, self.now)
        }
        assert {fan: points.balance(fan) for fan in self.model.balance} == self.model.balance
        books = attempts_in_the_books()
        assert [books[self.ids[id(one)]] for one in self.model.attempts] == [
            (one.status, one.captured) for one in self.model.attempts
        ]

    def teardown(self) -> None:
        """The bank tells all it has to tell, and the janitors finish by themselves: it keeps what it was paid for."""
        if not hasattr(self, "model"):
            return
        assert broken_promises(self.now) == []
        for which in range(len(self.bank.told)):
            self.call(which)
        self.the_model_agrees()
        for minutes in (2, 31, 31, 31):
            self.now = Evening.now = self.now + timedelta(minutes=minutes)
            for janitor in JANITORS:
                janitor()
        owed = owed_to_the_shop()
        assert {reference: entry.kept for reference, entry in self.bank.book.items()} == {
            reference: owed[reference] for reference in self.bank.book
        }
        assert broken_promises(self.now) == []
        Evening.outcomes.update(status for status, _ in attempts_in_the_books().values())

    def ask_about(self, attempt: Attempt, mood: str) -> None:
        """Ask what became of it, then for its money, then for its refund: whichever there is to ask."""
        payment_id = self.ids[id(attempt)]
        entry = self.bank.book.get(reference_of(payment_id))
        is_asked, was_open = self.model.is_asked_about(attempt), entry is not None and entry.status == "open"
        money.ask_provider(payment_id)
        was_closed = was_open and entry is not None and entry.status != "open"
        if is_asked and mood != "away" and not (was_closed and mood != "well"):
            self.model.asked(attempt, entry.report if entry else None, self.now)
        money.cancel_payment(payment_id)
        if attempt.status == BACK and mood == "well":
            self.model.returned(attempt)
        for refund_id in db.session.scalars(select(Refund.id).where(Refund.payment_id == payment_id)).all():
            refunds.send_refund(refund_id)

    def send(self, attempt: Attempt, payment: Payment, mood: str) -> None:
        """Send the fan to the bank."""
        self.bank.mood = mood
        try:
            sending.send(payment, "Show", "https://shop.test/")
        except ProviderUnavailable:
            self.model.fail(attempt)
            attempt.is_watched = True
        self.bank.mood = "well"

    def one(self, things: Any, which: int) -> Any:
        """Low numbers, which are drawn most often, mean the newest: an evening gets on."""
        return things[-1 - which % len(things)]

    def held(self) -> list[ModelOrder]:
        return [one for one in self.orders if one.status == "open" and one.ends_at > self.now]

    def sold(self) -> list[Attempt]:
        return [one for one in self.model.attempts if one.status == PAID]

    def open_pages(self) -> list[Entry]:
        return [one for one in self.bank.book.values() if one.status == "open"]

    def attempt_of(self, reference: str) -> Attempt:
        return next(one for one in self.model.attempts if reference_of(self.ids[id(one)]) == reference)
