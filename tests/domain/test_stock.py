"""What is still on sale: said coarsely, counted cheaply, by the clock."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.big_house import GRADES, SEATS, arena, explained, rows_seen, sell
from tests.builders import NOW, at, concert, do, fan, fans, hall, hold, schedule, seat_ids
from webapp import memory
from webapp.booking import holds
from webapp.checkout import closing
from webapp.concerts import listing, stock
from webapp.db import db

SMALL = pytest.mark.usefixtures("house")
BULK = pytest.mark.usefixtures("stage")  # seats sold in bulk belong to nobody, which the audit would say


def words(concert_id: int, now=NOW) -> dict[str, str]:  # type: ignore[no-untyped-def]
    memory.forget()
    return {grade.name: grade.stock for grade in stock.count(concert_id, now)}


@SMALL
def test_a_grade_goes_from_plenty_to_few_to_gone_and_comes_back() -> None:
    show = concert()
    evening, crowd = schedule(show, hall(rows=2, seats=10)), fans(5)
    assert words(show.id) == {"R": "plenty"}
    orders = [hold(one, evening, *range(4 * n + 1, 4 * n + 5)) for n, one in enumerate(crowd[:4])]
    hold(crowd[4], evening, 17, 18)
    assert words(show.id) == {"R": "few"}
    hold(fan("last"), evening, 19, 20)
    assert words(show.id) == {"R": "gone"}
    do(holds.release, crowd[0], orders[0].id, NOW)
    assert words(show.id) == {"R": "plenty"}


@SMALL
def test_a_hold_that_ran_out_counts_no_more_before_anybody_tidies() -> None:
    show = concert()
    evening = schedule(show, hall(rows=1, seats=4))
    hold(fan("holder"), evening, 1, 2, 3, 4)
    assert words(show.id) == {"R": "gone"}
    assert words(show.id, at(minutes=5)) == {"R": "plenty"}


@SMALL
def test_a_grade_costs_from_and_to_over_all_nights_and_the_last_seat_is_one_of_few() -> None:
    show = concert()
    schedule(show, hall(rows=1, seats=4), price=88_000, days=1)
    late = schedule(show, hall(rows=1, seats=1, grade="A"), price=50_000, days=2)
    schedule(show, hall(rows=1, seats=4), price=132_000, days=3)
    grades = stock.count(show.id, NOW)
    assert [(one.name, one.price, one.price_to, one.stock) for one in grades] == [
        ("R", 88_000, 132_000, "plenty"),
        ("A", 50_000, 50_000, "few"),
    ]
    hold(fan("holder"), late, 1)
    assert words(show.id)["A"] == "gone"


@SMALL
def test_of_a_cancelled_night_and_of_one_that_is_over_nothing_is_left() -> None:
    show = concert()
    cancelled, over = schedule(show, days=1), schedule(show, days=2)
    do(closing.cancel_schedules, [cancelled.id], NOW)
    assert words(show.id, over.starts_at - timedelta(seconds=1)) == {"R": "plenty"}
    assert words(show.id, over.starts_at) == {"R": "gone"}


@SMALL
def test_nobody_is_told_the_price_of_a_night_that_is_not_sold_any_more() -> None:
    show = concert()
    cancelled = schedule(show, price=10_000, days=1)
    over = schedule(show, price=990_000, days=2)
    schedule(show, price=88_000, days=3)
    do(closing.cancel_schedules, [cancelled.id], NOW)
    memory.forget()
    (grade,) = stock.count(show.id, over.starts_at)
    assert (grade.price, grade.price_to) == (88_000, 88_000)
    (card,) = listing.cards(over.starts_at)
    assert (card.price_from, card.price_to) == (88_000, 88_000)


@SMALL
def test_with_no_night_left_a_grade_costs_what_it_cost() -> None:
    over = schedule(concert(), price=55_000)
    memory.forget()
    (grade,) = stock.count(over.concert_id, over.starts_at)
    assert (grade.price, grade.stock) == (55_000, "gone")


@SMALL
def test_a_hold_writes_no_index_for_what_is_counted() -> None:
    # On pages with room: what earlier tests have left behind may fill one to its last seat.
    do(db.session.execute, text("TRUNCATE seats CASCADE"))
    evening, holder = schedule(concert(), hall()), fan("holder")
    written = text(
        "SELECT pg_stat_get_xact_tuples_updated(t), pg_stat_get_xact_tuples_hot_updated(t)"
        " FROM CAST('seats' AS regclass) t"
    )

    def hold_and_look() -> tuple[int, int]:
        before = db.session.execute(written).one()  # of other transactions too that this connection has not told of yet
        holds.place(holder, evening, seat_ids(evening, 1, 2), NOW)
        after = db.session.execute(written).one()
        return after[0] - before[0], after[1] - before[1]

    assert do(hold_and_look) == (2, 2)


@BULK
def test_counting_an_arena_looks_at_a_tenth_of_it_at_most() -> None:
    (tonight,) = arena()
    seen = []
    for but in (50_000, 30_000, 10, 0):
        sell(tonight, but=but)
        grades = stock.count(tonight.concert_id, NOW)
        assert [one.name for one in grades] == list(GRADES)
        facts = stock._seldom(tonight.concert_id, NOW)
        asked = {"grades": list(GRADES), "enough": [one.enough for one in facts], "schedule_ids": [tonight.id]}
        seen.append(rows_seen(explained(stock.FREE, now=NOW, **asked)["Plan"], "seats"))
    assert seen[0] <= SEATS * 0.11
    assert seen[1] <= SEATS * 0.11
    assert seen[2:] == [10, 0]
