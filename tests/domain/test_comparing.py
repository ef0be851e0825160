"""A provider's day beside ours: every way of differing, in words, and what putting it right does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, begin_card, do, fan, fans, hold, house, report
from webapp.checkout import comparing, payments, points, reasons, refunding, returning, settling, strays
from webapp.checkout.comparing import Difference
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Payment, StrayPayment
from webapp.checkout.providers import Report
from webapp.checkout.refund_models import Refund
from webapp.db import db

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def fresh(payment: Payment) -> Payment:
    return db.session.get_one(Payment, payment.id, populate_existing=True)


def begin() -> Payment:
    return begin_card(hold(fan("holder"), house(), 1), PRICE)


def paid() -> Payment:
    payment = begin()
    assert do(settling.settle, payment.id, report(payment), NOW) == "paid"
    return payment


def resold() -> Payment:
    evening, (holder, latecomer) = house(), fans(2)
    payment = begin_card(hold(holder, evening, 1), PRICE)
    hold(latecomer, evening, 1, now=at(minutes=7))
    assert do(settling.settle, payment.id, report(payment), at(minutes=8)) == "cancelling"
    return payment


def the_difference(said: Report) -> Difference:
    (found,) = comparing.differences("sandbox", [said])
    return found


def test_what_is_the_same_there_and_here_is_no_difference() -> None:
    payment = paid()
    other = Report("elsewhere", "pay_open", "open", PRICE, "KRW")
    assert comparing.differences("sandbox", [report(payment), other]) == []
    assert comparing.unmentioned("sandbox", [report(payment)], NOW, at(days=1)) == []


def test_paid_there_and_not_here_is_settled() -> None:
    payment = begin()
    found = the_difference(report(payment))
    assert (found.kind, found.needs_a_person) == ("paid_there", False)
    assert do(comparing.repair, found, at(minutes=1)) == "paid"
    assert do(comparing.repair, found, at(minutes=1)) == "ignored"


def test_paid_there_after_it_was_closed_here_goes_back() -> None:
    payment = begin()
    do(settling.settle, payment.id, report(payment, "cancelled"), NOW)
    assert do(comparing.repair, the_difference(report(payment)), NOW) == "cancelling"
    assert (fresh(payment).captured_amount, fresh(payment).reason) == (PRICE, "reopened")
    assert db.session.scalars(select(Mail.kind)).all() == ["hold_refunded"], "the fan is told"


def test_an_attempt_whose_key_was_never_noted_is_found_by_its_reference() -> None:
    holder = fan("holder")
    payment = do(payments.start_top_up, holder, 10_000, "sandbox", "k", NOW)
    found = the_difference(Report(payment.public_id, "pay_1", "paid", 10_000, "KRW"))
    assert do(comparing.repair, found, NOW) == "paid"
    assert points.balance(holder) == 10_000


def test_money_unknown_here_is_sent_back_and_then_no_difference_while_it_is_on_its_way() -> None:
    strange = Report("elsewhere", "pay_strange", "paid", PRICE, "KRW")
    found = the_difference(strange)
    assert (found.kind, found.subject) == ("unknown_here", "pay_strange")
    assert do(comparing.repair, found, NOW) == "unknown_payment"
    assert db.session.scalars(select(StrayPayment.provider_key)).all() == ["pay_strange"]
    assert comparing.differences("sandbox", [strange]) == []


def test_money_unknown_here_that_is_there_again_after_it_was_back_is_asked_for_again() -> None:
    strange = Report("elsewhere", "pay_strange", "paid", PRICE, "KRW")
    do(comparing.repair, the_difference(strange), NOW)
    (stray,) = strays.newest(5)
    back = Report("elsewhere", "pay_strange", "cancelled", PRICE, "KRW", PRICE)
    assert do(strays.heard, stray.id, back, NOW) == "returned"
    assert do(comparing.repair, the_difference(strange), at(minutes=1)) == "reopened"
    assert strays.due(at(minutes=1), 5) == [stray.id]
    assert comparing.differences("sandbox", [strange]) == []


def test_money_returned_there_and_awaited_here_is_noted() -> None:
    payment = resold()
    assert comparing.differences("sandbox", [report(payment)]) == []
    found = the_difference(report(payment, "cancelled", refunded=PRICE))
    assert found.kind == "returned_there"
    assert [do(comparing.repair, found, at(minutes=9)) for _ in range(2)] == ["cancelled", "ignored"]


def test_money_returned_here_and_kept_there_is_asked_for_again() -> None:
    payment = resold()
    do(settling.settle, payment.id, report(payment, "cancelled"), at(minutes=9))
    found = the_difference(report(payment))
    assert found.kind == "kept_there"
    assert [do(comparing.repair, found, at(minutes=10)) for _ in range(2)] == ["cancelling", "ignored"]


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"amount": PRICE + 1}, "amount_differs"),
        ({"currency": "USD"}, "amount_differs"),
        ({"refunded": 1}, "refunded_there"),
        ({"status": "cancelled", "refunded": PRICE}, "refunded_there"),
        ({"status": "open"}, "paid_here_only"),
        ({"status": "cancelled"}, "paid_here_only"),
    ],
)
def test_what_concerns_tickets_that_are_out_is_left_to_a_person(facts: dict[str, object], kind: str) -> None:
    payment = paid()
    found = the_difference(report(payment, **facts))
    assert (found.kind, found.needs_a_person) == (kind, True)
    assert do(comparing.repair, found, NOW) == "by_hand"
    assert fresh(payment).status == "paid"


def test_what_was_paid_here_and_is_not_in_their_records_is_looked_up() -> None:
    payment = paid()
    (missing,) = comparing.unmentioned("sandbox", [], NOW, at(days=1))
    assert missing.id == payment.id
    assert comparing.judge(missing, report(payment)) is None
    found = comparing.judge(missing, None)
    assert found is not None
    assert found.kind == "paid_here_only"
    assert comparing.unmentioned("sandbox", [], NOW - timedelta(days=1), NOW) == []


def refunded() -> tuple[Payment, Refund]:
    payment = paid()
    refund = do(refunding.cancel, payment.user_id, payment.order_id, 0, NOW)
    return fresh(payment), refund


def status_of(refund: Refund) -> str:
    return db.session.get_one(Refund, refund.id, populate_existing=True).status


def test_a_refund_that_was_confirmed_and_did_not_happen_is_asked_for_once_more() -> None:
    payment, refund = refunded()
    assert comparing.differences("sandbox", [report(payment)]) == [], "it is still being asked for"
    do(returning.returned, refund.id, PRICE, NOW)
    assert comparing.differences("sandbox", [report(payment, "cancelled", refunded=PRICE)]) == []
    found = the_difference(report(payment))
    assert (found.kind, found.needs_a_person) == ("refund_missing", False)
    assert [do(comparing.repair, found, at(minutes=1)) for _ in range(2)] == ["asked", "ignored"]
    assert returning.due(at(minutes=1), 10) == [refund.id]
    assert do(returning.returned, refund.id, PRICE, at(minutes=2)) == "returned"


def test_a_refund_of_which_only_a_part_is_there_is_left_to_a_person() -> None:
    payment, refund = refunded()
    do(returning.returned, refund.id, PRICE, NOW)
    found = the_difference(report(payment, refunded=PRICE - 1))
    assert (found.kind, found.needs_a_person) == ("refund_short", True)
    assert do(comparing.repair, found, NOW) == "by_hand"
    assert status_of(refund) == "returned"


def test_a_refused_refund_that_somebody_made_there_by_hand_is_noted() -> None:
    payment, refund = refunded()
    do(returning.refused, refund.id, NOW)
    assert comparing.differences("sandbox", [report(payment)]) == [], "it stands on the operators page already"
    found = the_difference(report(payment, "cancelled", refunded=PRICE))
    assert (found.kind, found.needs_a_person) == ("returned_there", False)
    assert [do(comparing.repair, found, at(minutes=1)) for _ in range(2)] == ["returned", "ignored"]
    assert status_of(refund) == "returned"


def test_every_difference_has_its_words() -> None:
    kinds = {value for name, value in vars(comparing).items() if name.isupper() and isinstance(value, str)}
    named = kinds & set(reasons.DIFFERENCES)
    assert named == set(reasons.DIFFERENCES)
    assert len(named) == 9
