"""Money that is not for what it says: of an unknown order, under a foreign key, of another amount. It goes back."""

import pytest
from sqlalchemy import func, select

from tests.builders import NOW, at, begin_card, do, fan, fans, hold, house, report
from webapp.checkout import inbox, reconciling, settling, strays
from webapp.checkout.models import Payment, PaymentEvent, StrayPayment, Ticket
from webapp.checkout.providers import Callback, Report
from webapp.db import db
from webapp.errors import NotFound

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000
STRANGE = Report("nobody's order", "pay_strange", "paid", PRICE, "KRW")


def called_back(said: Report, event_id: str = "evt") -> str:
    """Store a callback and settle it, as the provider's call and its job do."""
    do(inbox.store, "sandbox", Callback(event_id, f"payment.{said.status}", said), b"{}", NOW)
    stored = db.session.scalars(select(PaymentEvent.id).where(PaymentEvent.event_id == event_id)).one()
    return do(inbox.settle_event, stored, NOW)


def tickets() -> int:
    return db.session.scalar(select(func.count()).select_from(Ticket)) or 0


def fresh(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, populate_existing=True)


def all_strays() -> list[StrayPayment]:
    return list(db.session.scalars(select(StrayPayment), execution_options={"populate_existing": True}))


def test_money_for_an_unknown_order_is_kept_in_view_and_sent_back_until_confirmed() -> None:
    assert [called_back(STRANGE, event) for event in ("evt 1", "evt 2")] == ["unknown_payment"] * 2
    (stray,) = all_strays()
    assert (stray.amount, stray.reason, stray.ask_at) == (PRICE, "unknown_payment", NOW)
    assert do(strays.postpone, stray.id, NOW) == "postponed"
    assert strays.due(at(seconds=29), 10) == []
    assert strays.due(at(seconds=30), 10) == [stray.id]
    back = Report(STRANGE.reference, "pay_strange", "cancelled", PRICE, "KRW", PRICE)
    outcomes = [do(strays.heard, stray.id, said, NOW) for said in (STRANGE, back, back)]
    assert outcomes == ["postponed", "returned", "ignored"]
    assert all_strays()[0].returned_at == NOW


@pytest.mark.parametrize("status", ["open", "failed", "cancelled"])
def test_an_unknown_order_without_money_leaves_nothing_to_send_back(status: str) -> None:
    assert called_back(Report("nobody's order", "pay_strange", status, PRICE, "KRW")) == "unknown_payment"
    assert all_strays() == []


def test_stray_money_that_is_not_returned_waits_for_an_operator() -> None:
    called_back(STRANGE)
    (stray,) = all_strays()
    do(strays.refused, stray.id)
    assert strays.due(at(days=1), 10) == []
    do(strays.send_back, stray.id, at(days=1))
    assert strays.due(at(days=1), 10) == [stray.id]
    with pytest.raises(NotFound):
        do(strays.send_back, stray.id, at(days=1))


def test_of_two_jobs_that_ask_for_stray_money_the_one_without_an_answer_changes_nothing() -> None:
    called_back(STRANGE)
    (stray,) = all_strays()
    do(strays.refused, stray.id)
    assert do(strays.postpone, stray.id, NOW) == "ignored"
    assert strays.due(at(days=1), 10) == [], "it waits for an operator"
    do(strays.send_back, stray.id, at(days=1))
    do(strays.heard, stray.id, Report("", "pay_strange", "cancelled", PRICE, "KRW", PRICE), at(days=1))
    assert do(strays.postpone, stray.id, at(days=1)) == "ignored"
    assert all_strays()[0].returned_at == at(days=1)


def test_what_is_not_back_yet_is_shown_before_what_is() -> None:
    for number in (1, 2, 3):
        called_back(Report("nobody's order", f"pay_{number}", "paid", PRICE, "KRW"), f"evt {number}")
    for key, said in (("pay_2", "cancelled"), ("pay_3", "cancelled")):
        stray = next(one for one in all_strays() if one.provider_key == key)
        do(strays.heard, stray.id, Report("nobody's order", key, said, PRICE, "KRW", PRICE), NOW)
    assert [one.provider_key for one in strays.newest(2)] == ["pay_1", "pay_3"]


def test_money_under_a_foreign_key_goes_back_by_that_key_and_our_own_payment_may_still_come() -> None:
    payment = begin_card(hold(fan("holder"), house(), 1), PRICE)
    own_key = payment.provider_key
    assert called_back(report(payment, provider_key="pay_foreign")) == "foreign_payment"
    (stray,) = all_strays()
    assert (stray.provider_key, stray.ask_at) == ("pay_foreign", NOW)
    assert (fresh(payment).status, fresh(payment).provider_key, tickets()) == ("pending", own_key, 0)
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    assert called_back(report(payment, provider_key="pay_third"), "evt 3") == "foreign_payment"
    assert (len(all_strays()), tickets()) == (2, 1)


def test_money_for_an_attempt_that_was_closed_there_under_a_key_nobody_had_noted_goes_back() -> None:
    payment = begin_card(hold(fan("holder"), house(), 1), PRICE)
    fresh(payment).provider_key = None
    db.session.commit()
    assert called_back(report(payment, "cancelled", provider_key="pay_closed"), "evt 1") == "failed"
    assert called_back(report(payment, provider_key="pay_again"), "evt 2") == "foreign_payment"
    assert [(one.provider_key, one.ask_at) for one in all_strays()] == [("pay_again", NOW)]
    assert (fresh(payment).status, fresh(payment).provider_key, tickets()) == ("failed", "pay_closed", 0)


@pytest.mark.parametrize("is_noted", [True, False])
def test_an_order_of_one_with_the_payment_of_another_sells_nothing_and_the_other_keeps_its_own(is_noted: bool) -> None:
    evening, (one, other) = house(), fans(2)
    mine, theirs = begin_card(hold(one, evening, 1), PRICE), begin_card(hold(other, evening, 2), PRICE)
    if not is_noted:
        fresh(mine).provider_key = None
        db.session.commit()
    assert called_back(report(mine, provider_key=theirs.provider_key)) == "foreign_payment"
    (stray,) = all_strays()
    assert stray.ask_at is None, "the money of another payment of ours is not sent away under its feet"
    assert (fresh(mine).status, tickets()) == ("pending", 0)
    assert do(settling.settle, theirs.id, report(theirs), NOW) == "paid"
    assert tickets() == 1


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failure_under_a_foreign_key_ends_no_attempt(status: str) -> None:
    payment = begin_card(hold(fan("holder"), house(), 1), PRICE)
    assert called_back(report(payment, status, provider_key="pay_foreign")) == "ignored"
    assert fresh(payment).status == "pending"


@pytest.mark.parametrize("amount", [2**31, 2**63, 10**30, -PRICE, 0, PRICE - 1])
def test_a_callback_of_any_amount_is_stored_and_its_money_goes_back(amount: int) -> None:
    payment = begin_card(hold(fan("holder"), house(), 1), PRICE)
    assert called_back(report(payment, amount=amount)) == "wrong_amount"
    assert (fresh(payment).status, fresh(payment).ask_at, tickets()) == ("in_review", NOW, 0)
    back = report(payment, "cancelled", amount=amount, refunded=max(amount, 0))
    assert do(reconciling.money_returned, payment.id, back, NOW) == "cancelled"
    assert (fresh(payment).returned_at, fresh(payment).reason) == (NOW, "wrong_amount")


def test_enormous_stray_money_is_kept_too() -> None:
    assert called_back(Report("nobody's order", "pay_strange", "paid", 10**30, "KRW")) == "unknown_payment"
    assert all_strays()[0].amount == 10**15


def test_a_currency_that_only_begins_like_ours_is_another() -> None:
    payment = begin_card(hold(fan("holder"), house(), 1), PRICE)
    assert called_back(report(payment, currency="KRWX")) == "wrong_currency"
    assert tickets() == 0
