"""What is asked again and again costs the same in a full house: the door's count, and the holds of the last hour."""

import pytest
from sqlalchemy import select, text

from tests.big_house import explained, nodes, rows_seen
from tests.builders import NOW, at, begin_card, concert, do, fan, hold, house, operator, report
from tests.domain.test_bands import crowd, leave_all
from webapp import memory
from webapp.admin import figures
from webapp.admin import house as operators_house
from webapp.booking.models import Order
from webapp.checkout import closing, door, settling
from webapp.checkout.door_models import DoorCount
from webapp.checkout.models import Ticket
from webapp.concerts.models import Schedule
from webapp.db import db
from webapp.waiting_room import admission, steering

BULK = pytest.mark.usefixtures("stage")  # written in bulk: the audit would ask whose it is


def admitted(evening: Schedule) -> tuple[int, int]:
    memory.forget()
    counted = door.count(evening.id)
    return counted.admitted, counted.sold


@pytest.mark.usefixtures("house")
def test_the_door_counts_who_comes_and_who_is_taken_back() -> None:
    evening, gatekeeper = house(), operator()
    payment = begin_card(hold(fan("holder"), evening, 1, 2), 200_000)
    do(settling.settle, payment.id, report(payment), NOW)
    first, second = db.session.scalars(select(Ticket.code).order_by(Ticket.id)).all()
    assert admitted(evening) == (0, 2)
    for code in (first, first, second):
        do(door.admit, code, evening.id, gatekeeper, "Gate 1", NOW)
    assert admitted(evening) == (2, 2)
    do(door.take_back, first, evening.id)
    assert admitted(evening) == (1, 2)


@pytest.mark.usefixtures("house")
def test_at_a_cancelled_show_nobody_is_in_any_more() -> None:
    evening, gatekeeper = house(), operator()
    order = hold(fan("holder"), evening, 1)
    payment = begin_card(order, 100_000)
    do(settling.settle, payment.id, report(payment), NOW)
    do(door.admit, db.session.scalars(select(Ticket.code)).one(), evening.id, gatekeeper, "", NOW)
    assert admitted(evening) == (1, 1)
    do(closing.cancel_schedules, [evening.id], NOW)
    do(closing.end_order, order.id, NOW)
    assert admitted(evening) == (0, 0)


@BULK
def test_a_scan_in_a_full_house_looks_at_one_count_and_the_last_few_who_came() -> None:
    evening = house()
    hold(fan("holder"), evening, 1)
    order = db.session.scalars(select(Order)).one()
    crowd = """
        WITH came AS (
            INSERT INTO reservations (seat_id, seat_version, user_id, concert_id, order_id, slot, price, created_at,
                                      expires_at, is_cancelled, cancelled_at, cancel_reason)
            SELECT min(seats.id) OVER (), 0, :user, :concert, :order, 1, 1, :now, :now, true, :now, 'bulk'
            FROM seats, generate_series(1, 500) RETURNING id
        )
        INSERT INTO tickets (code, reservation_id, issued_at, checked_in_at)
        SELECT 'CODE' || id, id, :now, CAST(:now AS timestamptz) + make_interval(secs => id) FROM came
    """
    facts = {"user": order.user_id, "concert": order.concert_id, "order": order.id, "now": NOW}
    do(db.session.execute, text(crowd), facts)
    do(db.session.execute, text("INSERT INTO door_counts VALUES (:id, 6000)"), {"id": evening.id})
    do(db.session.execute, text("ANALYZE tickets, reservations, orders, seats, users, schedules, concerts"))
    came = door._tickets().where(Schedule.id == evening.id, Ticket.checked_in_at.is_not(None))
    plan = explained(came.order_by(Ticket.checked_in_at.desc(), Ticket.id.desc()).limit(10))["Plan"]
    assert rows_seen(plan, "tickets") <= 20
    assert any("ix_tickets_came" in step for step in nodes(plan))
    counting = explained(select(DoorCount.admitted).where(DoorCount.schedule_id == evening.id))["Plan"]
    assert rows_seen(counting, "door_counts") == 1
    assert len(door.latest(evening.id, 10)) == 10


@BULK
def test_an_operators_look_at_a_long_line_costs_those_who_were_called_or_left() -> None:
    show = concert(capacity=0)
    crowd(show, 5_000)
    leave_all(show, 2, 4_000)
    do(steering.set_capacity, show.id, 3, NOW)
    leave_all(show, 1)
    do(admission.expire, show.id, at(minutes=4))
    do(db.session.execute, text("ANALYZE sessions"))
    seen = operators_house.line(show.id, at(minutes=4))
    assert seen["called"] == seen["serving_number"] - 1 == 7  # but for number 2, who had left
    assert sorted((one["reason"], one["count"]) for one in seen["ended"]) == [("left", 3), ("no_show", 3)]
    plan = explained(operators_house.FATES, concert_id=show.id)["Plan"]
    assert rows_seen(plan, "sessions") <= 20


@BULK
def test_an_operator_who_looks_again_at_once_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    show, asked = concert(), list[object]()
    monkeypatch.setattr(operators_house, "fetch", lambda statement, **facts: asked.append(facts) or [])
    for _ in range(3):
        operators_house.line(show.id, NOW)
    assert asked == [{"concert_id": show.id}]


@BULK
def test_the_last_hour_of_fifty_thousand_holds_is_all_that_is_looked_at() -> None:
    evening, buyer = house(), fan("buyer")
    orders = """
        INSERT INTO orders (public_id, user_id, concert_id, schedule_id, status, created_at, expires_at)
        SELECT 'order-' || n, :buyer, :concert, :schedule, 'expired', at, at
        FROM (SELECT n, CAST(:now AS timestamptz) - make_interval(mins => n) AS at FROM generate_series(1, 50000) n) o
    """
    facts = {"buyer": buyer, "concert": evening.concert_id, "schedule": evening.id, "now": NOW}
    do(db.session.execute, text(orders), facts)
    do(db.session.execute, text("ANALYZE orders"))
    course = figures.course(evening.concert_id, 1, NOW)
    assert sum(one.lost for one in course.holds) == 60
    asked = {"concert_id": evening.concert_id, "since": course.since, "now": NOW, "width": course.coarse}
    plan = explained(figures.HOLDS, **asked)["Plan"]
    assert rows_seen(plan, "orders") == 60
    assert any("ix_orders_concert_id_created_at" in step for step in nodes(plan))
