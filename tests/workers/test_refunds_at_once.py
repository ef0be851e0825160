"""Money going back while several ask for it at once: the provider pays it out once, and points return once."""

from functools import partial

from tests.builders import at, do, fan, fans, hold
from tests.builders import house as evening
from tests.races.racing import race
from tests.timepiece import Timepiece, timepiece
from tests.workers.test_jobs import begin_for_real, decide, fresh
from webapp import clock
from webapp.checkout import points, strays
from webapp.checkout.models import StrayPayment
from webapp.checkout.providers import Charge, Report
from webapp.checkout.providers.sandbox import Sandbox
from webapp.db import db
from workers import payments as money

__all__ = ["timepiece"]

PRICE = 100_000


def test_two_workers_sending_one_payment_back_at_once_do_it_once(provider: Sandbox, timepiece: Timepiece) -> None:
    night, latecomer, holder = evening(), fan("latecomer"), fan("holder", point=40_000)
    payment = begin_for_real(provider, hold(holder, night, 1), in_points=40_000)
    decide(payment, "approve")
    timepiece.pass_(minutes=8)
    hold(latecomer, night, 1, now=clock.now())
    assert money.ask_provider(payment.id) == "cancelling"
    outcomes = race(*[partial(money.cancel_payment, payment.id) for _ in range(4)])
    assert outcomes.count("cancelled") == 1
    assert set(outcomes) == {"cancelled", "ignored"}
    said = provider.look_up(payment.public_id, payment.provider_key)
    assert said is not None
    assert (said.status, said.refunded) == ("cancelled", 60_000)
    assert points.balance(holder) == 40_000


def test_two_refunds_of_a_part_at_once_under_one_key_pay_it_out_once(provider: Sandbox) -> None:
    payment = begin_for_real(provider, hold(fan("holder"), evening(), 1, now=clock.now()))
    decide(payment, "approve_silently")
    assert money.ask_provider(payment.id) == "paid"
    key = payment.provider_key or ""
    same = race(*[partial(provider.refund, key, 30_000, "one key") for _ in range(4)])
    assert {one.refunded for one in same} == {30_000}
    race(partial(provider.refund, key, 40_000, "a"), partial(provider.refund, key, 40_000, "b"))
    said = provider.look_up(payment.public_id, key)
    assert said is not None
    assert said.refunded == 70_000, "only one of two parts that do not fit together goes back"


def test_stray_money_goes_back_from_the_provider(provider: Sandbox, timepiece: Timepiece) -> None:
    started = provider.start(Charge("not ours", "k", PRICE, "KRW", "Show", "http://127.0.0.1:9/", None))
    from webapp.checkout.models import Payment

    decide(Payment(redirect_url=started.redirect_url), "approve_silently")
    do(strays.keep, "sandbox", Report("not ours", started.provider_key, "paid", PRICE, "KRW"), "unknown_payment", at())
    (stray,) = strays.newest(5)
    assert money.finish_cancellations() == "0 done, 1 done of strays"
    assert money.return_stray(stray.id) == "ignored"
    assert db.session.get_one(StrayPayment, stray.id, populate_existing=True).returned_at == at()
    said = provider.look_up("not ours", started.provider_key)
    assert said is not None
    assert (said.status, said.refunded) == ("cancelled", PRICE)


def test_stray_money_whose_payment_notes_its_key_late_is_not_sent_back(provider: Sandbox, timepiece: Timepiece) -> None:
    payment = begin_for_real(provider, hold(fan("holder"), evening(), 1))
    key = payment.provider_key or ""
    payment.provider_key = None
    db.session.commit()
    decide(payment, "approve_silently")
    do(strays.keep, "sandbox", Report("another", key, "paid", PRICE, "KRW"), strays.FOREIGN, at())
    (stray,) = strays.newest(5)
    assert stray.ask_at == at()
    assert money.ask_provider(payment.id) == "paid"
    assert money.finish_cancellations() == "0 done, 1 done of strays"
    said = provider.look_up(payment.public_id, key)
    assert said is not None
    assert (said.status, said.refunded) == ("paid", 0)
    assert (fresh(payment).status, db.session.get_one(StrayPayment, stray.id).ask_at) == ("paid", None)


def test_money_an_operator_sent_back_by_hand_is_believed(provider: Sandbox, timepiece: Timepiece) -> None:
    night, (holder, latecomer) = evening(), fans(2)
    payment = begin_for_real(provider, hold(holder, night, 1))
    decide(payment, "approve")
    timepiece.pass_(minutes=8)
    hold(latecomer, night, 1, now=clock.now())
    assert money.ask_provider(payment.id) == "cancelling"
    provider.cancel(payment.provider_key or "", "by hand", "another key")
    assert money.cancel_payment(payment.id) == "cancelled"
    assert fresh(payment).returned_at == clock.now()
