"""Cancelling a paid order: what goes back, what is freed, what is void, and only once."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, at, begin_card, concert, do, fan, hall, hold, report, schedule, seat
from tests.builders import house as evening
from webapp.booking.models import Order
from webapp.checkout import payments, points, refunding, returning, settling, views
from webapp.checkout.mail_models import Mail
from webapp.checkout.models import Payment, Ticket
from webapp.checkout.payments import Wish
from webapp.checkout.refund_models import Refund
from webapp.concerts.models import Concert, Schedule
from webapp.db import db
from webapp.errors import FeeChanged, NotFound, TicketUsed, TooLateToCancel

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000
FLAT = 4_000
LATER = {"minutes": 60 * 24 * 20}  # long after the free week, long before the show


def buy(night: Schedule, holder: int, *numbers: int, in_points: int = 0, now: datetime = NOW) -> Order:
    order = hold(holder, night, *numbers, now=now)
    total = PRICE * len(numbers)
    payment = begin_card(order, total, key=f"key {order.id}", in_points=in_points, now=now)
    assert do(settling.settle, payment.id, report(payment), now) == "paid"
    return order


def fresh(order: Order) -> Order:
    return db.session.get_one(Order, order.id, populate_existing=True)


def payment_of(order: Order) -> Payment:
    return db.session.scalars(select(Payment).where(Payment.order_id == order.id)).one()


def test_within_a_week_everything_goes_back_and_the_seats_are_free() -> None:
    night, holder = evening(), fan("holder", point=30_000)
    order = buy(night, holder, 1, 2, in_points=30_000)
    before = seat(night, 1).version
    refund = do(refunding.cancel, holder, order.id, 0, at(minutes=60 * 24 * 7))
    assert (refund.fee, refund.card_amount, refund.points_amount) == (0, 170_000, 30_000)
    assert fresh(order).status == "refunded"
    assert points.balance(holder) == 30_000
    assert (seat(night, 1).is_sold, seat(night, 1).version) == (False, before + 1)
    assert all(db.session.scalars(select(Ticket.voided_at)))
    assert hold(fan("latecomer"), night, 1, 2, now=at(minutes=60 * 24 * 7)).status == "open"


def test_after_the_week_a_fee_is_kept_and_both_ways_bear_it() -> None:
    holder = fan("holder", point=50_000)
    order = buy(evening(), holder, 1, 2, in_points=50_000)
    refund = do(refunding.cancel, holder, order.id, 2 * FLAT, at(**LATER))
    assert (refund.fee, refund.card_amount, refund.points_amount) == (8_000, 144_000, 48_000)
    assert points.balance(holder) == 48_000


def test_points_alone_are_back_at_once_and_nobody_is_asked() -> None:
    holder = fan("holder", point=PRICE)
    night = evening()
    order = hold(holder, night, 1)
    do(payments.start, holder, order.id, Wish(PRICE, PRICE, "sandbox", "key"), NOW)
    refund = do(refunding.cancel, holder, order.id, 0, NOW)
    assert (refund.status, refund.card_amount, refund.points_amount) == ("returned", 0, PRICE)
    assert returning.due(NOW, 10) == []
    assert points.balance(holder) == PRICE


def test_a_second_click_gets_the_refund_of_the_first() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    first = do(refunding.cancel, holder, order.id, 0, NOW)
    second = do(refunding.cancel, holder, order.id, 0, NOW)
    assert first.id == second.id
    assert len(db.session.scalars(select(Refund)).all()) == 1


def test_a_fee_that_has_moved_on_is_shown_again_first() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    with pytest.raises(FeeChanged) as problem:
        do(refunding.cancel, holder, order.id, 0, at(**LATER))
    assert problem.value.facts == {"fee": FLAT}
    assert fresh(order).status == "paid"


def test_somebody_elses_order_and_an_unpaid_one_do_not_exist() -> None:
    night, holder, stranger = evening(), fan("holder"), fan("stranger")
    order = buy(night, holder, 1)
    unpaid = hold(holder, night, 2)
    for user, order_id in ((stranger, order.id), (holder, unpaid.id), (holder, 999)):
        with pytest.raises(NotFound):
            do(refunding.cancel, user, order_id, 0, NOW)
    assert fresh(order).status == "paid"


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York", "Pacific/Auckland"])
def test_the_days_are_those_of_the_concerts_time_zone(zone: str) -> None:
    show = concert()
    show_id = show.id
    do(db.session.execute, update(Concert).where(Concert.id == show_id).values(time_zone=zone))
    night = schedule(db.session.get_one(Concert, show_id), hall())
    holder = fan("holder")
    order = buy(night, holder, 1)
    midnight = datetime(night.date.year, night.date.month, night.date.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    ahead = midnight - NOW
    eve = at(seconds=ahead.total_seconds() - 1)
    assert refunding.quote(order, eve).fee == PRICE * 30 // 100
    with pytest.raises(TooLateToCancel):
        do(refunding.cancel, holder, order.id, PRICE, at(seconds=ahead.total_seconds()))
    assert do(refunding.cancel, holder, order.id, 30_000, eve).fee == 30_000


def test_an_operator_may_cancel_on_the_day_but_only_without_a_fee() -> None:
    holder, night = fan("holder"), evening()
    order = buy(night, holder, 1)
    on_the_day = at(seconds=(night.starts_at - NOW).total_seconds() - 3600)
    with pytest.raises(TooLateToCancel):
        do(refunding.cancel_for_operator, order.id, False, PRICE, on_the_day)
    refund = do(refunding.cancel_for_operator, order.id, True, 0, on_the_day)
    assert (refund.cause, refund.fee, refund.card_amount) == ("operator", 0, PRICE)


def test_an_order_whose_ticket_was_used_stays_paid() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1, 2)
    first = db.session.scalars(select(Ticket.id).order_by(Ticket.id)).first()
    do(db.session.execute, update(Ticket).where(Ticket.id == first).values(checked_in_at=NOW))
    with pytest.raises(TicketUsed):
        do(refunding.cancel, holder, order.id, 0, NOW)
    assert fresh(order).status == "paid"


def test_the_database_knows_one_refund_for_a_payment() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    refund = do(refunding.cancel, holder, order.id, 0, NOW)
    twin = Refund(
        payment_id=refund.payment_id,
        order_id=order.id,
        cause="fan",
        fee=0,
        card_amount=PRICE,
        points_amount=0,
        status="asked",
        created_at=NOW,
        ask_at=NOW,
    )
    with pytest.raises(IntegrityError, match="uq_refunds"):
        do(lambda: (db.session.add(twin), db.session.flush()))


def test_a_void_ticket_does_not_come_back_to_life() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    do(refunding.cancel, holder, order.id, 0, NOW)
    for change in ({"voided_at": None}, {"checked_in_at": NOW}):
        with pytest.raises(IntegrityError, match="not let in"):
            do(db.session.execute, update(Ticket).values(**change))


def test_callbacks_after_the_refund_change_nothing() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    do(refunding.cancel, holder, order.id, 0, NOW)
    payment = payment_of(order)
    for status in ("paid", "failed", "cancelled"):
        assert do(settling.settle, payment.id, report(payment, status), NOW) == "ignored"
    assert payment_of(order).status == "refunded"


def test_the_provider_is_asked_until_it_confirms() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    refund = do(refunding.cancel, holder, order.id, 0, NOW)
    assert returning.due(NOW, 10) == [refund.id]
    assert do(returning.no_answer, refund.id, NOW) == "unreachable"
    assert returning.due(at(seconds=29), 10) == []
    assert returning.due(at(seconds=30), 10) == [refund.id]
    assert do(returning.returned, refund.id, PRICE - 1, at(seconds=30)) == "postponed"
    assert views.page(fresh(order), NOW)["order"].status == "refunding"
    assert do(returning.returned, refund.id, PRICE, at(minutes=5)) == "returned"
    assert do(returning.returned, refund.id, PRICE, at(minutes=5)) == "ignored"
    assert views.page(fresh(order), NOW)["order"].status == "refunded"


def test_a_refusal_waits_for_an_operator_and_can_be_asked_again() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    refund = do(refunding.cancel, holder, order.id, 0, NOW)
    assert do(returning.refused, refund.id, at(minutes=2)) == "refused"
    said = views.page(fresh(order), at(minutes=2))["timeline"][-1]
    assert (said["at"], "Our staff are looking at it." in said["sentence"]) == (at(minutes=2), True)
    assert returning.due(at(minutes=60), 10) == []
    assert do(returning.ask_again, refund.id, NOW) == ({"status": "refused"}, {"status": "asked"})
    with pytest.raises(NotFound):
        do(returning.ask_again, refund.id, NOW)
    assert returning.due(NOW, 10) == [refund.id]


def test_the_timeline_says_when_the_money_returns() -> None:
    holder = fan("holder", point=50_000)
    order = buy(evening(), holder, 1, in_points=50_000)
    refund = do(refunding.cancel, holder, order.id, 0, NOW)
    asked = views.page(fresh(order), NOW)["timeline"][-1]["sentence"]
    assert "₩50,000 is back in your points." in asked
    assert "three to five working days" in asked
    do(returning.returned, refund.id, 50_000, at(minutes=1))
    assert "Tue 8 Dec 2026" in views.page(fresh(order), NOW)["timeline"][-1]["sentence"]


def test_the_fan_is_told_by_mail_once() -> None:
    holder = fan("holder")
    order = buy(evening(), holder, 1)
    do(refunding.cancel, holder, order.id, 0, NOW)
    do(refunding.cancel, holder, order.id, 0, NOW)
    kinds = db.session.scalars(select(Mail.kind).order_by(Mail.id)).all()
    assert kinds == ["order_confirmed", "refund_coming"]
