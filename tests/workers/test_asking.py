"""What cannot be asked about, a provider that is silent and one that is slow hold up nobody else's money or line."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.builders import NOW, begin_card, concert, do, fan, fans, hold, report
from tests.builders import house as evening
from tests.domain.bank import Bank
from tests.timepiece import Timepiece, timepiece
from webapp import clock
from webapp.booking.models import Order
from webapp.checkout import closing, inbox, payments, refunding, settling, strays
from webapp.checkout.models import Payment, StrayPayment
from webapp.checkout.providers import Callback, Charge, Report
from webapp.checkout.refund_models import Refund
from webapp.db import db
from webapp.errors import ProviderRefused
from webapp.waiting_room import admission, joining
from workers import asking, line, refunds
from workers import payments as money

__all__ = ["timepiece"]

PRICE = 100_000


class Recorder(Bank):
    """A bank that knows nothing, and notes what it was asked."""

    def __init__(self, app: Flask, key: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        app.extensions["providers"][key] = self

    def look_up(self, reference: str, provider_key: str | None) -> Report | None:
        self.asked.append(reference)
        return super().look_up(reference, provider_key)

    def refund(self, provider_key: str, amount: int, idempotency_key: str) -> Report:
        self.asked.append(idempotency_key)
        self._answer(on_the_way_there=True)
        return Report("", provider_key, "cancelled", amount, "KRW", amount)


@pytest.fixture
def companies(house: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Recorder]:
    monkeypatch.setitem(house.extensions, "providers", {})
    return lambda key: Recorder(house, key)


@pytest.fixture
def one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for jobs_of in (money, refunds):
        monkeypatch.setattr(jobs_of, "BATCH", 1)


def top_up(user_id: int, company: str, key: str) -> Payment:
    return do(payments.start_top_up, user_id, 1_000, company, key, clock.now())


def fresh(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, populate_existing=True)


@pytest.mark.usefixtures("one_at_a_time")
def test_payments_of_a_provider_that_is_gone_keep_no_other_from_being_asked_about(
    companies: Callable[[str], Recorder], timepiece: Timepiece
) -> None:
    here, user = companies("here"), fan("holder")
    gone = [top_up(user, "gone", f"gone {number}") for number in range(3)]
    timepiece.pass_(seconds=1)
    other = top_up(user, "here", "other")
    timepiece.pass_(seconds=120)
    assert [money.ask_providers() for _ in range(4)] == ["0 done"] * 3 + ["1 done"]
    assert here.asked == [other.public_id]
    assert fresh(other).status == "failed"
    assert {fresh(one).asks for one in gone} == {1}


@pytest.mark.usefixtures("one_at_a_time")
def test_a_silent_provider_ends_no_others_turn(companies: Callable[[str], Recorder], timepiece: Timepiece) -> None:
    silent, here, user = companies("silent"), companies("here"), fan("holder")
    silent.mood = "away"
    for number in range(3):
        top_up(user, "silent", f"silent {number}")
    other = top_up(user, "here", "other")
    timepiece.pass_(seconds=60)
    assert money.ask_providers() == "1 done"
    assert (len(silent.asked), here.asked) == (1, [other.public_id])


def test_a_provider_that_refuses_to_close_one_payment_now_is_asked_about_the_others(
    companies: Callable[[str], Recorder], timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, users = companies("here"), fans(2)
    charged, other = [top_up(user, "here", f"of {user}") for user in users]
    for one in (charged, other):
        here.start(Charge(one.public_id, one.public_id, 1_000, "KRW", "Points", "https://shop.test/", None))
    close = here.close

    def unless_charged(key: str, *rest: str) -> Report:
        if key.endswith(charged.public_id):
            raise ProviderRefused()
        return close(key, *rest)

    monkeypatch.setattr(here, "close", unless_charged)
    timepiece.pass_(minutes=31)
    assert money.ask_providers() == "2 done"
    assert [fresh(one).status for one in (charged, other)] == ["pending", "failed"]
    assert fresh(charged).asks == 1
    timepiece.pass_(minutes=32)
    monkeypatch.setattr(here, "close", close)
    assert money.ask_providers() == "1 done"
    assert fresh(charged).status == "failed"


def test_asking_takes_ten_seconds_and_not_a_minute(
    companies: Callable[[str], Recorder], timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, user, passed = companies("slow"), fan("holder"), [0.0]
    monkeypatch.setattr(asking.time, "monotonic", lambda: passed[0])

    def think(reference: str, provider_key: str | None) -> None:
        passed[0] += 4
        slow.asked.append(reference)

    monkeypatch.setattr(slow, "look_up", think)
    for number in range(9):
        top_up(user, "slow", f"slow {number}")
    timepiece.pass_(seconds=60)
    assert money.ask_providers() == "3 done"
    assert len(slow.asked) == 3


@pytest.mark.usefixtures("one_at_a_time")
def test_refunds_of_a_silent_provider_or_one_that_is_gone_keep_no_others(
    companies: Callable[[str], Recorder], timepiece: Timepiece
) -> None:
    silent, here, night = companies("silent"), companies("here"), evening()
    silent.mood = "away"
    for number, (user, company) in enumerate(zip(fans(4), ("gone", "silent", "silent", "here"), strict=True), start=1):
        _refunded(hold(user, night, number).id, company)
    assert [refunds.send_refunds() for _ in range(2)] == ["0 done", "1 done"]
    assert (len(silent.asked), len(here.asked)) == (1, 1)
    assert _statuses() == ["asked", "asked", "asked", "returned"]


@pytest.mark.usefixtures("one_at_a_time")
def test_stray_money_at_a_provider_that_is_gone_keeps_no_other(
    companies: Callable[[str], Recorder], timepiece: Timepiece
) -> None:
    for company in ("gone", "here"):
        do(strays.keep, company, Report("?", f"key of {company}", "paid", 5_000, "KRW"), strays.UNKNOWN, NOW)
    here = companies("here")
    here.cancel = lambda *_: Report("?", "key of here", "cancelled", 5_000, "KRW", 5_000)  # type: ignore[method-assign]
    assert [money.finish_cancellations() for _ in range(2)] == ["0 done, 0 done of strays", "0 done, 1 done of strays"]
    assert [bool(one.returned_at) for one in db.session.query(StrayPayment).order_by(StrayPayment.id)] == [False, True]


@pytest.mark.usefixtures("one_at_a_time")
def test_callbacks_and_orders_that_cannot_be_ended_are_passed_by_however_many(
    house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    night, crowd = evening(), fans(3)
    attempts = [begin_card(hold(user, night, seat), PRICE) for seat, user in enumerate(crowd, start=1)]
    for payment in attempts:
        do(inbox.store, "sandbox", Callback(payment.public_id, "payment.paid", report(payment)), b"{}", NOW)
    timepiece.pass_(seconds=10)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "settle", _failing(settling.settle, [one.id for one in attempts[:2]]))
        assert money.settle_forgotten() == "1 done"
    assert money.settle_forgotten() == "2 done"
    do(closing.cancel_schedules, [night.id], clock.now())
    with monkeypatch.context() as patch:
        patch.setattr(closing, "end_order", _failing(closing.end_order, [one.order_id for one in attempts[:2]]))
        assert refunds.refund_cancelled_shows() == "1 ended"
        assert refunds.refund_cancelled_shows() == "0 ended"
    assert [refunds.refund_cancelled_shows() for _ in range(2)] == ["1 ended", "1 ended"]


def test_a_line_that_fails_holds_up_no_other(
    house: Flask, timepiece: Timepiece, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, fine = concert("stuck", capacity=1), concert("fine", capacity=1)
    for show, waiters in zip((stuck, fine), (fans(2), [fan("third"), fan("fourth")]), strict=True):
        do(joining.join_all, waiters, show.id, NOW)
    timepiece.pass_(minutes=3)
    with monkeypatch.context() as patch:
        patch.setattr(admission, "expire", _failing(admission.expire, [stuck.id]))
        assert line.expire_sessions() == "1 ended"
    assert line.expire_sessions() == "1 ended"


def _failing(verb: Callable[..., object], ids: list[int | None]) -> Callable[..., object]:
    def failing(one: int, *rest: object) -> object:
        if one in ids:
            raise LookupError
        return verb(one, *rest)

    failing.__name__ = "failing"
    return failing


def _refunded(order_id: int, company: str) -> None:
    """An order that this provider was paid for and is to pay back."""
    order = db.session.get_one(Order, order_id)
    payment = begin_card(order, PRICE, key=f"at {company}")
    do(settling.settle, payment.id, report(payment), NOW)
    do(refunding.cancel, order.user_id, order.id, 0, NOW)
    do(db.session.execute, db.update(Payment).where(Payment.id == payment.id).values(provider=company))


def _statuses() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Refund.status).order_by(Refund.id)))
