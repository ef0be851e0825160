"""Random evenings: fans hold, pay, give up and cancel while callbacks come in any order, against a small model.

After every step the books and the model agree on every seat, ticket, balance, attempt, refund and stray payment. The
audit runs when days pass and at the end of each evening, before and after the janitors: at every step, as it does where
there is time for it, it would cost most of the evenings.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from flask import current_app
from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from tests import builders
from tests.builders import do
from tests.domain.bank import Entry
from tests.domain.evening_fans import Draw, Fans
from tests.domain.money_books import (
    attempts_in_the_books,
    empty,
    reference_of,
    refunds_in_the_books,
    seats_in_the_books,
    strays_in_the_books,
)
from tests.domain.money_model import BACK, GOING_BACK, REFUNDED, Attempt
from webapp.audit import broken_promises
from webapp.checkout import inbox, points
from webapp.checkout.models import PaymentEvent, StrayPayment
from webapp.checkout.providers import Callback, Report
from webapp.checkout.refund_models import Refund
from webapp.db import db
from workers import payments as money
from workers import refunds

JANITORS = (money.settle_forgotten, money.ask_providers, money.finish_cancellations, refunds.send_refunds)
# How often each action is drawn, of those for which there is something.
WEIGHTS = {
    "hold": 4, "pay": 6, "approve": 7, "call": 6, "buy": 3, "ask": 4, "wait": 3, "be_overtaken": 2, "cancel": 3,
    "top_up": 1, "days_later": 2, "go_astray": 1, "tidy": 1, "let_go": 1, "decline": 2, "call_off": 1,
}  # fmt: skip
AUDITED = ("days_later", "call_off", "tidy")
ACTIONS = [name for name, weight in WEIGHTS.items() for _ in range(weight)]
WRONG_BY, CURRENCIES = (0,) * 5 + (1, -1), ("KRW",) * 4 + ("USD",)
MOODS = ("well",) * 5 + ("away", "answers are lost", "a fan is faster")
DRAWS = st.builds(Draw, st.integers(0, 3), st.integers(0, 1_000), st.sampled_from(MOODS), st.booleans())


def agree(books: Any, model: Any) -> None:
    assert books == model, f"the books say {books}, the model {model}"


class Evening(Fans, RuleBasedStateMachine):
    """One performance of four seats, three fans, and a bank that says things late, twice, and in any order."""

    is_audited = False  # after every step
    # How the attempts of all evenings ended, so that none passes on nothing.
    outcomes: ClassVar[Counter[str]] = Counter()

    @initialize()
    def open(self) -> None:
        empty()
        self.move_on(builders.NOW)
        self.begin()
        current_app.extensions["providers"]["sandbox"] = self.bank

    @rule(action=st.integers(0, 10_000), draw=DRAWS)
    def happen(self, action: int, draw: Draw) -> None:
        """One rule and not one for each action: which happens how often is ours to weigh, so that evenings get on."""
        idle = self.idle()
        possible = [one for one in ACTIONS if one not in idle]
        name = possible[action % len(possible)]
        note(name)
        getattr(self, name)(draw)
        if Evening.is_audited or name in AUDITED:
            agree(broken_promises(self.now), [])

    def idle(self) -> set[str]:
        """The actions for which there is nothing now."""
        there_is = {
            "pay": self.orders,
            "let_go": self.held(),
            "approve": self.open_pages(),
            "decline": self.open_pages(),
            "go_astray": self.bank.book,
            "be_overtaken": [one for one in self.open_pages() if self.order_of(one)],
            "call": self.bank.told,
            "ask": self.model.attempts,
            "cancel": self.sold(),
            "days_later": self.sold(),
            "call_off": len(self.model.attempts) > 4 and not self.model.is_called_off,
        }
        return {name for name, things in there_is.items() if not things}

    def approve(self, draw: Draw) -> None:
        """The fan approves at the bank, which now and then takes another amount than it was asked for, or dollars."""
        entry = self.one(self.open_pages(), draw)
        wrong_by, currency = WRONG_BY[draw.number % len(WRONG_BY)], CURRENCIES[draw.number % len(CURRENCIES)]
        self.bank.approve(entry, entry.amount + wrong_by, currency)

    def buy(self, draw: Draw) -> None:
        """From the choice to the callback with nothing in between: there has to be something to cancel."""
        before = len(self.orders), len(self.bank.book)
        self.hold(draw)
        if len(self.orders) == before[0]:
            return
        self.pay(replace(draw, which=0, mood="well"))
        if len(self.bank.book) > before[1]:
            entry, dollars = list(self.bank.book.values())[-1], draw.number % 7 == 6
            self.bank.approve(entry, entry.amount, "USD" if dollars else "KRW")
            self.settle(*self.bank.told[-1])

    def decline(self, draw: Draw) -> None:
        """A card is declined; the bank's page stays open, for another card, which half of them have at hand."""
        attempts = [(one, self.attempt_of(one.reference)) for one in self.open_pages()]
        in_part = [entry for entry, attempt in attempts if attempt and attempt.points]
        entry = self.one(in_part or self.open_pages(), draw)
        self.bank.tell(entry, "failed")
        if draw.is_twice:
            self.settle(*self.bank.told[-1])
            self.bank.approve(entry, entry.amount)

    def go_astray(self, draw: Draw) -> None:
        """The bank takes money a second time for something of ours, or for something that nobody knows."""
        entry = self.one(list(self.bank.book.values()), draw)
        self.bank.take_astray(entry.reference if draw.is_twice else "nobody's", entry.amount)

    def be_overtaken(self, draw: Draw) -> None:
        """A fan stays at the bank's page until their time is over and somebody has the first of their seats.

        Half of them pay then, all the same.
        """
        entry = self.one([one for one in self.open_pages() if self.order_of(one)], draw)
        order: Any = self.order_of(entry)
        self.move_on(max(self.now, order.ends_at))
        self.take(self.fan(draw), [order.seats[0]])
        if draw.number % 2:
            self.bank.approve(entry, entry.amount)
            self.settle(*self.bank.told[-1])

    def call(self, draw: Draw) -> None:
        """Any callback there ever was comes, for the first time or again, and is settled."""
        self.settle(*self.one(self.bank.told, draw))

    def settle(self, event_id: str, report: Report) -> None:
        do(inbox.store, "sandbox", Callback(event_id, f"payment.{report.status}", report), b"{}", self.now)
        stored = select(PaymentEvent.id, PaymentEvent.settled_at).where(PaymentEvent.event_id == event_id)
        row = db.session.execute(stored).one()
        money.settle_event(row.id)
        if row.settled_at is None:
            self.model.hear(self.attempt_of(report.reference), report, self.now)

    def ask(self, draw: Draw) -> None:
        """The bank is asked what became of an attempt, to send its money back, and stray money too."""
        unsure = [one for one in self.model.attempts if self.model.is_asked_about(one)]
        attempt = self.one((draw.mood == "a fan is faster" and unsure) or self.model.attempts, draw)
        self.bank.mood = draw.mood
        self.ask_about(attempt, draw.mood)
        self.ask_for_its_money(attempt, draw.mood in ("well", "a fan is faster"))
        self.bank.mood = "well"

    def ask_about(self, attempt: Attempt, mood: str) -> None:
        payment_id = self.ids[id(attempt)]
        entry = self.bank.found(reference_of(payment_id), attempt.key)
        is_asked, was_open = self.model.is_asked_about(attempt), entry is not None and entry.status == "open"
        money.ask_provider(payment_id)
        was_closed = was_open and entry is not None and entry.status == "cancelled"
        is_unheard = mood == "away" or (was_closed and mood == "answers are lost")
        # What was open when we looked, and was paid before it was closed, says so when it is asked again.
        is_faster = was_open and mood == "a fan is faster"
        if is_asked and not is_unheard and not is_faster:
            self.model.asked(attempt, entry.report if entry else None, self.now)

    def ask_for_its_money(self, attempt: Attempt, is_heard: bool) -> None:
        payment_id = self.ids[id(attempt)]
        money.cancel_payment(payment_id)
        if attempt.status in GOING_BACK and is_heard:
            self.model.returned(attempt)
        for refund_id in db.session.scalars(select(Refund.id).where(Refund.payment_id == payment_id)).all():
            refunds.send_refund(refund_id)
        for stray in db.session.scalars(select(StrayPayment)).all():
            money.return_stray(stray.id)
            self.model.strays[stray.provider_key] |= is_heard

    @invariant()
    def the_model_agrees(self) -> None:
        db.session.rollback()
        model = self.model
        live = {seat: one for seat, one in model.owner.items() if model.is_live(one, self.now)}
        agree(seats_in_the_books(self.now), {seat: (one.id, one.status == "paid") for seat, one in live.items()})
        agree({fan: points.balance(fan) for fan in model.balance}, model.balance)
        attempts = {self.ids[id(one)]: one for one in model.attempts}
        said = {payment_id: (one.status, one.captured, one.key) for payment_id, one in attempts.items()}
        agree(attempts_in_the_books(), said)
        refunded = {payment_id: one.refund for payment_id, one in attempts.items() if one.status == REFUNDED}
        agree(refunds_in_the_books(), refunded)
        agree(strays_in_the_books(), model.strays)

    def teardown(self) -> None:
        """The bank tells all it has to tell, and the janitors finish by themselves: it keeps what it was paid for."""
        if not hasattr(self, "model"):
            return
        agree(broken_promises(self.now), [])
        for told in reversed(self.bank.told):
            self.settle(*told)
        self.end_orders()
        self.the_model_agrees()
        kept = {one.key: one.kept for one in self.model.attempts}
        self.let_the_janitors_finish()
        agree({key: one.kept for key, one in self.bank.book.items()}, {key: kept.get(key, 0) for key in self.bank.book})
        assert {status for status, *_ in attempts_in_the_books().values()}.isdisjoint((BACK, *GOING_BACK))
        assert all(strays_in_the_books().values())
        agree(broken_promises(self.now), [])
        self.count()

    def let_the_janitors_finish(self) -> None:
        for minutes in (2, 31, 31, 31):
            self.move_on(self.now + timedelta(minutes=minutes))
            self.end_orders()
            for janitor in JANITORS:
                janitor()

    def count(self) -> None:
        Evening.outcomes.update(status for status, *_ in attempts_in_the_books().values())
        Evening.outcomes.update("fee" for one in self.model.attempts if one.fee)
        Evening.outcomes.update("topped up" for one in self.model.attempts if one.order is None and one.kept)
        Evening.outcomes.update("stray" for _ in self.model.strays)
        Evening.outcomes.update("called off" for _ in range(self.model.is_called_off and len(self.orders)))

    def move_on(self, now: datetime) -> None:
        self.now = Evening.now = now

    def attempt_of(self, reference: str) -> Attempt | None:
        return next((one for one in self.model.attempts if reference_of(self.ids[id(one)]) == reference), None)

    def order_of(self, entry: Entry) -> Any:
        attempt = self.attempt_of(entry.reference)
        return attempt and attempt.order
