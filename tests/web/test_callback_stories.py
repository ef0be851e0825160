"""What callbacks do to an order, each told whole: the provider calls over HTTP, a real worker settles."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from tests.builders import NOW, begin_card, do, fan, hold, house, seat
from tests.races.racing import race
from tests.timepiece import Timepiece
from tests.web.conftest import Browser, Visitor
from tests.web.test_callbacks import PATH, PRICE, signed
from tests.workers.conftest import work
from webapp import jobs
from webapp.booking.models import Order
from webapp.checkout import payments, points
from webapp.checkout.models import Payment, PaymentEvent, Ticket
from webapp.concerts.models import Schedule
from webapp.db import db

__all__ = ["work"]

Work = Callable[[], None]


class Story:
    """One order that is being paid by card, and its provider."""

    def __init__(self, visit: Visitor, work: Work) -> None:
        self.work, self.evening, self.holder = work, house(), fan("holder", point=30_000)
        self.order = hold(self.holder, self.evening, 1)
        self.payment = begin_card(self.order, PRICE, in_points=30_000)
        self.company, self.fan = visit(None), visit(self.holder)

    def event(self, status: str = "paid", event_id: str = "", **changes: Any) -> tuple[str, dict[str, str]]:
        facts = {"id": self.payment.provider_key, "reference": self.payment.public_id, "status": status}
        body = json.dumps(
            {"type": f"payment.{status}", "data": {**facts, "amount": 70_000, "currency": "KRW", **changes}}
        )
        return body, signed(body, event_id or f"evt_{status}")

    def call(self, status: str = "paid", event_id: str = "", **changes: Any) -> int:
        """The provider calls, and the worker does what there is to do."""
        body, headers = self.event(status, event_id, **changes)
        answer = self.company.post(PATH, data=body, headers=headers).status_code
        self.work()
        return answer

    def outcome(self) -> tuple[str, int, int]:
        """The payment's status, how many tickets there are, and the fan's points."""
        db.session.rollback()
        status = db.session.get_one(Payment, self.payment.id, populate_existing=True).status
        tickets = db.session.scalar(select(func.count()).select_from(Ticket)) or 0
        return status, tickets, points.balance(self.holder)

    def page(self) -> str:
        return self.fan.get(f"/orders/{self.order.public_id}").text


SOLD, WAITING, FAILED = ("paid", 1, 0), ("pending", 0, 0), ("failed", 0, 30_000)
GOING_BACK, IN_REVIEW = ("cancelling", 0, 30_000), ("in_review", 0, 30_000)


@pytest.fixture
def story(visit: Visitor, work: Work) -> Story:
    return Story(visit, work)


def test_a_callback_replayed_ten_times_sells_once(story: Story) -> None:
    assert [story.call() for _ in range(10)] == [202] * 10
    assert story.outcome() == SOLD
    assert [story.call(event_id=f"evt {number}") for number in range(10)] == [202] * 10
    assert story.outcome() == SOLD


def test_twenty_identical_callbacks_in_parallel_are_stored_and_settled_once(story: Story) -> None:
    body, headers = story.event()
    app: Any = story.company.application
    browsers = [Browser(app, app.response_class) for _ in range(20)]
    answers = race(*[partial(browser.post, PATH, data=body, headers=headers) for browser in browsers])
    assert [answer.status_code for answer in answers] == [202] * 20
    assert sorted(answer.json["status"] for answer in answers) == ["known"] * 19 + ["stored"]
    story.work()
    assert story.outcome() == SOLD


def test_a_forged_callback_sells_nothing(story: Story) -> None:
    body, _ = story.event()
    forged = signed(body, secret="whsec_" + "QUJD" * 8)
    assert story.company.post(PATH, data=body, headers=forged).status_code == 401
    story.work()
    assert story.outcome() == WAITING


def test_an_altered_callback_sells_nothing(story: Story) -> None:
    body, headers = story.event()
    assert story.company.post(PATH, data=body.replace("70000", "1"), headers=headers).status_code == 401
    story.work()
    assert story.outcome() == WAITING


@pytest.mark.parametrize("amount", [69_999, 70_001, 0, -70_000, 2**31, 2**63, 10**30])
def test_a_wrong_amount_buys_nothing_is_in_review_and_goes_back(story: Story, amount: int) -> None:
    assert story.call(amount=amount) == 202
    assert story.outcome() == IN_REVIEW
    assert "It bought nothing and goes back" in story.page()
    story.call("cancelled", amount=amount)
    assert story.outcome() == ("cancelled", 0, 30_000)
    assert "on its way back" in story.page()


@pytest.mark.parametrize("amount", [70_000.5, "70000", None, True, [70_000]])
def test_an_amount_that_is_no_whole_number_is_malformed_and_not_rounded(story: Story, amount: object) -> None:
    assert story.call(amount=amount) == 400
    assert story.outcome() == WAITING


@pytest.mark.parametrize("currency", ["USD", "KRWX", "krw"])
def test_a_wrong_currency_buys_nothing_is_in_review_and_goes_back(story: Story, currency: str) -> None:
    assert story.call(currency=currency) == 202
    assert story.outcome() == IN_REVIEW


def test_an_order_of_one_with_the_payment_of_another_sells_neither_of_them_twice(story: Story) -> None:
    other = begin_card(hold(fan("other"), story.evening, 2), PRICE)
    assert story.call(id=other.provider_key) == 202
    assert story.outcome() == WAITING
    assert db.session.get_one(Payment, other.id, populate_existing=True).status == "pending"
    assert story.call(event_id="evt_right") == 202
    assert story.outcome() == SOLD


def test_a_failure_after_the_success_is_ignored(story: Story) -> None:
    story.call()
    story.call("failed")
    assert story.outcome() == SOLD


def test_a_success_after_a_failure_is_worth_the_seats_while_the_hold_lives(visit: Visitor, work: Work) -> None:
    story = Story(visit, work)
    story.payment = begin_card(story.order, PRICE, key="without points")
    story.call("failed", amount=PRICE)
    assert story.outcome() == FAILED
    story.call(amount=PRICE)
    assert story.outcome() == ("paid", 1, 30_000)


def test_a_callback_before_the_fan_is_back_shows_the_tickets_at_once(story: Story) -> None:
    story.call()
    answer = story.fan.get(f"/payments/{story.payment.public_id}/return")
    assert answer.headers["Location"] == f"/orders/{story.order.public_id}"
    assert "/tickets/" in story.page()


def test_a_callback_after_the_fan_is_back_finds_a_page_that_waits(story: Story) -> None:
    story.fan.get(f"/payments/{story.payment.public_id}/return")
    assert "Waiting for the payment company" in story.page()
    story.call()
    assert "/tickets/" in story.page()


def test_a_fan_who_is_back_and_still_waits_a_second_later_has_the_provider_asked_once(
    story: Story, timepiece: Timepiece
) -> None:
    asking = jobs.queue(jobs.ASKING)
    story.page()
    story.fan.get(f"/payments/{story.payment.public_id}/return")
    story.page()
    assert asking.count == 0
    timepiece.pass_(seconds=1)
    for _ in range(2):
        story.page()
    assert [job.args for job in asking.jobs] == [(story.payment.id,)]
    story.call()


def test_a_late_callback_with_the_seat_still_free_sells_it(story: Story, timepiece: Timepiece) -> None:
    timepiece.pass_(minutes=7, seconds=1)
    story.call()
    assert story.outcome() == SOLD


def test_a_late_callback_with_the_seat_resold_sends_the_money_back_and_tells_the_fan_when(
    story: Story, timepiece: Timepiece
) -> None:
    timepiece.pass_(minutes=7, seconds=1)
    hold(fan("latecomer"), story.evening, 1, now=timepiece.shows)
    story.call()
    assert story.outcome() == GOING_BACK
    assert "We asked the payment company to send all of it back" in story.page()
    timepiece.pass_(minutes=8)
    story.call("cancelled", refunded_amount=70_000)
    assert story.outcome() == ("cancelled", 0, 30_000)
    page = story.page()
    assert "somebody else has the seats" in page
    assert "a card shows it within three to five working days" in page


def test_a_callback_after_the_fan_cancelled_sends_the_money_back(story: Story) -> None:
    do(payments.give_up, story.holder, story.order.id, NOW)
    assert story.outcome() == FAILED
    story.call()
    assert story.outcome() == ("cancelling", 0, 30_000)
    assert not seat(db.session.get_one(Schedule, story.evening.id), 1).is_sold


def test_a_stored_callback_survives_an_empty_redis_and_a_dead_worker(story: Story, timepiece: Timepiece) -> None:
    from webapp import jobs
    from workers import payments as money

    body, headers = story.event()
    story.company.post(PATH, data=body, headers=headers)
    jobs.redis().flushall()
    story.work()
    assert story.outcome() == WAITING
    assert db.session.scalars(select(PaymentEvent.settled_at)).all() == [None]
    timepiece.pass_(seconds=10)
    assert money.settle_forgotten() == "1 done"
    assert story.outcome() == SOLD


def test_somebody_elses_payment_does_not_exist(story: Story, visit: Visitor) -> None:
    stranger: FlaskClient = visit(fan("stranger"))
    for path in (f"/payments/{story.payment.public_id}/return", f"/payments/{story.payment.public_id}/card"):
        assert stranger.get(path).status_code == stranger.get("/payments/none/return").status_code == 404


def test_a_double_clicked_pay_is_one_attempt(story: Story) -> None:
    form = {"method": "points", "amount": str(PRICE), "idempotency_key": "one form"}
    other = hold(story.holder, story.evening, 2)
    for _ in range(2):
        story.fan.post(f"/orders/{other.public_id}/payments", data=form)
    attempts = select(func.count()).select_from(Payment).join(Order, Order.id == Payment.order_id)
    assert db.session.scalar(attempts.where(Order.id == other.id)) == 0, (
        "30,000 points do not pay for it, once or twice"
    )
    form |= {"method": "split", "points": "0"}
    # Nobody answers at the provider's address here; who clicks again is told so by the order's page.
    answers = [story.fan.post(f"/orders/{other.public_id}/payments", data=form).status_code for _ in range(2)]
    assert answers == [503, 303]
    assert db.session.scalar(attempts.where(Order.id == other.id)) == 1
