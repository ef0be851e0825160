"""A hold while it is paid for: two minutes longer, once, and never more than seven from its start."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.builders import NOW, admit, at, begin_card, do, fan, fans, hold, house, report, seat
from webapp.booking import claims, extending
from webapp.booking.models import Order, Reservation
from webapp.checkout import payments, settling
from webapp.checkout.payments import Wish
from webapp.checkout.reasons import timeline
from webapp.db import db
from webapp.errors import HoldExpired, SeatsTaken
from webapp.waiting_room import admission

pytestmark = pytest.mark.usefixtures("house")

PRICE = 100_000


def ends(order: Order) -> set[object]:
    """When the order, its reservations and its seats say that the hold is over."""
    db.session.rollback()
    found = select(Reservation).where(Reservation.order_id == order.id)
    held = db.session.scalars(found, execution_options={"populate_existing": True}).all()
    fresh = db.session.get_one(Order, order.id, populate_existing=True)
    evening = [claims.lock([one.seat_id])[0].held_until for one in held]
    db.session.rollback()
    return {fresh.expires_at, *(one.expires_at for one in held), *evening}


def test_paying_by_card_keeps_the_order_its_holds_and_its_seats_two_minutes_longer() -> None:
    order = hold(fan("holder"), house(), 1, 2)
    assert ends(order) == {at(minutes=5)}
    begin_card(order, 2 * PRICE, now=at(minutes=4))
    assert ends(order) == {at(minutes=7)}
    sentences = [event["sentence"] for event in timeline(db.session.get_one(Order, order.id), [])]
    assert sentences == ["Seats held for you.", "Your seats are kept two minutes longer while you pay."]


def test_no_seat_is_lost_while_a_card_number_is_typed() -> None:
    evening, (holder, latecomer) = house(), fans(2)
    payment = begin_card(hold(holder, evening, 1), PRICE, now=at(minutes=4, seconds=59))
    with pytest.raises(SeatsTaken):
        hold(latecomer, evening, 1, now=at(minutes=6, seconds=59))
    assert do(settling.settle, payment.id, report(payment), at(minutes=6, seconds=59)) == "paid"


def test_a_hold_is_never_longer_than_seven_minutes_however_often_a_payment_is_begun() -> None:
    order = hold(fan("holder"), house(), 1)
    for number in range(8):
        now = at(seconds=number * 52)
        payment = begin_card(order, PRICE, key=f"try {number}", now=now)
        do(settling.settle, payment.id, report(payment, "failed"), now)
        assert ends(order) == {at(minutes=7)}
    with pytest.raises(HoldExpired):
        begin_card(order, PRICE, key="too late", now=at(minutes=7))


def test_the_database_itself_knows_no_longer_hold() -> None:
    order = hold(fan("holder"), house(), 1)
    begin_card(order, PRICE)
    for model in (Order, Reservation):
        found = db.session.scalars(select(model)).one()
        found.expires_at = at(minutes=7, seconds=1)
        with pytest.raises(IntegrityError, match="seven_minutes"):
            db.session.flush()
        db.session.rollback()


def test_paying_with_points_alone_extends_nothing() -> None:
    holder = fan("holder", point=PRICE)
    order = hold(holder, house(), 1)
    do(payments.start, holder, order.id, Wish(PRICE, PRICE, "sandbox", "k"), NOW)
    assert db.session.get_one(Order, order.id).extended_at is None


def test_the_extension_keeps_the_seats_and_not_the_place_in_the_sale() -> None:
    evening, holder = house(capacity=1), fan("holder")
    admit(holder, evening.concert_id)
    payment = begin_card(hold(holder, evening, 1, now=at(minutes=6)), PRICE, now=at(minutes=9))
    place = admission.latest(holder, evening.concert_id)
    assert place is not None
    assert place.expires_at == at(minutes=10)
    assert not place.expires_at > at(minutes=12)
    assert do(settling.settle, payment.id, report(payment), at(minutes=12)) == "paid"


def test_a_seat_taken_over_while_paying_was_begun_is_not_extended() -> None:
    """A latecomer's clock may be ahead of ours by a moment, and they came first."""
    evening, (holder, latecomer) = house(), fans(2)
    order = hold(holder, evening, 1, 2)
    hold(latecomer, evening, 2, now=at(minutes=5))
    with pytest.raises(HoldExpired):
        do(extending.extend, db.session.get_one(Order, order.id), 2, at(minutes=4, seconds=59))
    assert seat(evening, 1).held_until == at(minutes=5)
    assert seat(evening, 2).held_until == at(minutes=10)
