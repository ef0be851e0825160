"""Another seat plan for a performance on sale: nobody loses a seat, and prices change for whoever buys next."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from tests.builders import NOW, at, begin_card, do, fan, hall, hold, house, report, seat, seat_ids
from webapp.admin import house as houses
from webapp.booking import best, holds, plainly, rehousing, views
from webapp.booking.models import Order, Reservation
from webapp.checkout import refunding, settling
from webapp.concerts import pricing
from webapp.concerts.models import Schedule, Seat, SeatPlan
from webapp.concerts.plans import Plan
from webapp.db import at_once, db
from webapp.errors import NotFound, SeatsTaken
from webapp.languages import speaking

pytestmark = pytest.mark.usefixtures("house")


def plan_of(document: Plan) -> int:
    made = SeatPlan(name="Another", document=document)

    def keep() -> None:
        db.session.add(made)

    do(keep)
    return made.id


def replace(schedule_id: int, plan_id: int, price: int = 100_000, now: datetime = NOW) -> rehousing.Outlook:
    return rehousing.replace(
        pricing.lock(schedule_id), db.session.get_one(SeatPlan, plan_id), {"R": price, "S": price}, now
    )


def longer() -> Plan:
    """The small hall with a row in front of row A: every seat gets another number."""
    document = hall(2, 6)
    rows = document["sections"][0]["rows"]
    front = [(place, str(place), 60 + place * 10, 40) for place in range(1, 7)]
    moved = [[(number + 6, place, x, y) for number, place, x, y in row["seats"]] for row in rows]
    for row, seats in zip(rows, moved, strict=True):
        row["seats"] = seats
    rows.insert(0, {"name": "Front", "grade": "R", "seats": front})
    return document


def pay(order: Order, total: int = 100_000) -> str:
    payment = begin_card(order, total)
    return do(settling.settle, payment.id, report(payment), NOW)


def test_a_held_and_a_sold_seat_are_the_same_seats_under_other_numbers() -> None:
    evening = house()
    held, sold = hold(fan("holder"), evening, 2), hold(fan("buyer"), evening, 7)
    assert pay(sold) == "paid"
    before = {number: seat(evening, number).id for number in (2, 7)}
    found = do(replace, evening.id, plan_of(longer()))
    assert (found.kept, found.added, found.removed) == (12, 6, 0)
    assert {number - 6: seat(evening, number).id for number in (8, 13)} == before
    assert seat(evening, 8).held_until == held.expires_at
    assert seat(evening, 13).is_sold
    assert pay(held) == "paid"


def test_another_plan_changes_what_korean_readers_call_a_section_and_no_seat() -> None:
    evening = house()
    order = hold(fan("holder"), evening, 2)
    before, renamed = seat(evening, 2), longer()
    renamed["sections"][0]["name_ko"] = "1층"
    found = do(replace, evening.id, plan_of(renamed))
    assert (found.kept, found.added, found.removed) == (12, 6, 0)
    assert (seat(evening, 8).id, seat(evening, 8).section) == (before.id, "Floor")
    assert {seat(evening, number).section_ko for number in range(1, 19)} == {"1층"}
    with speaking("ko"):
        assert views.items(order.id)[0].section_name == "1층"
    do(replace, evening.id, plan_of(longer()), now=at(minutes=1))
    assert {seat(evening, number).section_ko for number in range(1, 19)} == {""}


def test_seats_that_somebody_has_stand_in_the_way_by_name() -> None:
    evening = house()
    hold(fan("holder"), evening, 6)
    assert pay(hold(fan("buyer"), evening, 12)) == "paid"
    smaller = hall(2, 5)
    smaller["sections"][0]["rows"][0]["grade"] = "S"
    with pytest.raises(rehousing.SeatsInTheWay) as refused:
        do(replace, evening.id, plan_of(smaller))
    assert list(refused.value.facts["outlook"].conflicts) == [
        ("Floor A-6", False, "R", None),
        ("Floor B-6", True, "R", None),
    ]
    assert db.session.get_one(Schedule, evening.id, populate_existing=True).edition == 1
    assert len(seat_ids(evening, *range(1, 13))) == 12


def test_a_seat_that_somebody_has_keeps_its_grade() -> None:
    evening = house()
    hold(fan("holder"), evening, 1)
    with pytest.raises(rehousing.SeatsInTheWay) as refused:
        do(replace, evening.id, plan_of(hall(2, 6, "S")))
    assert list(refused.value.facts["outlook"].conflicts) == [("Floor A-1", False, "R", "S")]


def test_a_hold_that_has_run_out_keeps_no_seat() -> None:
    evening = house()
    order = hold(fan("holder"), evening, 12)
    later = at(minutes=6)
    do(replace, evening.id, plan_of(hall(2, 5)), now=later)
    gone = db.session.scalars(select(Seat).where(Seat.schedule_id.is_(None))).one()
    assert gone.name == "Floor B-6"
    assert views.items(order.id)[0].section_name == "Floor"
    assert db.session.scalars(select(Reservation)).one().is_cancelled


def test_money_for_a_seat_that_is_gone_goes_back() -> None:
    evening = house()
    payment = begin_card(hold(fan("latecomer"), evening, 12), 100_000)
    do(replace, evening.id, plan_of(hall(2, 5)), now=at(minutes=8))
    assert do(settling.settle, payment.id, report(payment), at(minutes=9)) == "cancelling"


def test_numbers_of_the_house_before_buy_nothing() -> None:
    evening, latecomer, holder = house(), fan("latecomer"), fan("holder")
    do(replace, evening.id, plan_of(longer()))
    db.session.refresh(evening)
    db.session.expunge(evening)  # as pages have it: of no database session
    with at_once():
        assert plainly.place(latecomer, evening, [2], NOW, edition=1) is None
    with at_once():
        assert plainly.place(holder, evening, [2], NOW, edition=2)
    assert seat(evening, 2).held_until == NOW + timedelta(minutes=5)


def test_best_available_knows_the_new_house() -> None:
    evening = house()
    do(replace, evening.id, plan_of(longer()))
    fresh = db.session.get_one(Schedule, evening.id, populate_existing=True)
    order = do(best.place_best, fan("holder"), fresh, 2, None, NOW)
    assert {item.row for item in views.items(order.id)} == {"Front"}


def test_a_removed_seat_that_nobody_ever_had_is_gone_for_good() -> None:
    evening = house()
    lost = seat_ids(evening, 12)
    do(replace, evening.id, plan_of(hall(2, 5)))
    assert db.session.get(Seat, lost[0]) is None
    with pytest.raises(NotFound):
        do(holds.place, fan("latecomer"), evening, lost, NOW)


def test_a_hold_keeps_its_price_and_the_revenue_is_what_was_paid() -> None:
    evening = house()
    order, later = hold(fan("holder"), evening, 1), fan("latecomer")
    do(_price, evening.id, 150_000)
    assert pay(order, 100_000) == "paid"
    assert pay(hold(later, evening, 2), 150_000) == "paid"
    (shown,) = houses.houses(evening.concert_id, NOW)
    assert (shown.sold, shown.revenue) == (2, 250_000)


def test_a_seat_that_comes_back_costs_what_seats_cost_now() -> None:
    evening = house()
    buyer = fan("buyer")
    order = hold(buyer, evening, 1)
    assert pay(order) == "paid"
    do(_price, evening.id, 150_000)
    assert do(refunding.cancel, buyer, order.id, 0, NOW).card_amount == 100_000
    assert views.items(hold(fan("latecomer"), evening, 1).id)[0].price == 150_000


def test_an_edit_that_changes_nothing_is_no_new_edition() -> None:
    evening = house()
    do(_price, evening.id, 100_000)
    assert db.session.get_one(Schedule, evening.id, populate_existing=True).edition == 1


def test_the_seat_is_lost_only_to_another_fan() -> None:
    evening = house()
    do(replace, evening.id, plan_of(longer()))
    hold(fan("holder"), evening, 5)
    with pytest.raises(SeatsTaken):
        hold(fan("latecomer"), evening, 5)


def _price(schedule_id: int, price: int) -> None:
    pricing.change(pricing.lock(schedule_id), {"R": price})
