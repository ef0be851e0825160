"""What is asked of a house costs the same in a big one that has just been put on, after others that Postgres knows."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.big_house import explained, rows_seen
from tests.builders import NOW, concert, do, hall, schedule
from webapp.booking import best, claims, plainly, rehousing, seat_map
from webapp.booking.models import HOLD
from webapp.concerts import schedules, stock
from webapp.concerts.models import Schedule, SeatPlan, is_free
from webapp.db import db

ROWS, PLACES = 60, 50
SEATS = ROWS * PLACES
HOLDS = """
    WITH opened AS (
        INSERT INTO orders (public_id, user_id, concert_id, schedule_id, status, created_at, expires_at)
        SELECT 'order-' || :schedule || '-' || id, id, :concert, :schedule, 'open', :now,
            CAST(:now AS timestamptz) + interval '5 min'
        FROM users RETURNING id, user_id, expires_at
    )
    INSERT INTO reservations
        (seat_id, seat_version, price, slot, user_id, concert_id, order_id, created_at, expires_at)
    SELECT seat.id, 1, 1000, 1, opened.user_id, :concert, opened.id, :now, opened.expires_at
    FROM (SELECT *, row_number() OVER (ORDER BY id) AS nth FROM opened) AS opened
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS nth FROM seats WHERE schedule_id = :schedule) AS seat
        USING (nth)
"""
FANS = """
    INSERT INTO users (email, name, password)
    SELECT n || '@frontrow.test', 'Fan', '-' FROM generate_series(1, 2000) n
"""
PLANS = ["force_custom_plan", "force_generic_plan"]


def put_on(slug: str) -> Schedule:
    return schedule(concert(slug), hall(rows=ROWS, seats=PLACES))


def evening() -> Schedule:
    """A house with two thousand holds that nobody has told Postgres of, after one that it knows."""
    do(db.session.execute, text(FANS))
    hold_many(put_on("last-night"))
    do(db.session.execute, text("ANALYZE"))
    return hold_many(put_on("tonight"))


def hold_many(house: Schedule) -> Schedule:
    do(db.session.execute, text(HOLDS), {"concert": house.concert_id, "schedule": house.id, "now": NOW})
    return house


def asked(tonight: Schedule) -> dict[str, tuple[Any, dict[str, Any], int]]:
    """What a fan of thousands asks of the house, and how many of its rows that may look at."""
    fan = db.session.scalar(text("SELECT id FROM users ORDER BY id OFFSET 1000 LIMIT 1"))
    free = text("SELECT id FROM seats WHERE schedule_id = :schedule ORDER BY id DESC LIMIT 4")
    ids = list(db.session.scalars(free, {"schedule": tonight.id}))
    here = {"schedule": tonight.id, "now": NOW}
    wish = {f"number_{nth}": SEATS - nth for nth in range(1, 5)} | {
        "user_id": fan,
        "concert_id": tonight.concert_id,
        "schedule_id": tonight.id,
        "public_id": "order",
        "status": "open",
        "expires_at": NOW + HOLD,
        "edition": None,
        "how_many": 4,
    }
    near = {"firsts": [SEATS - 20], "lasts": [SEATS], "schedule_id": tonight.id, "now": NOW}
    return {
        "the seats that are mine": (seat_map.MINE, here | {"user_id": fan}, 4),
        "what I hold": (claims.HELD, {"user_id": fan, "concert_id": tonight.concert_id, "now": NOW}, 4),
        "seats by their numbers": (seat_map.NUMBERED, {"schedule": tonight.id, "numbers": [7, 8, 9, 10]}, 8),
        "taking seats": (claims._taking(is_free, claims.IN_ORDER), here | {"seat_ids": ids, "until": NOW}, 16),
        "a plain hold": (plainly.PLACE, wish | here, 24),
        "what is left": (stock.FREE, {"grades": ["R"], "enough": [300], "schedule_ids": [tonight.id], "now": NOW}, 301),
        "locking seats": (claims.SEATS, {"ids": ids}, 8),
        "the best of a block": (best.FREE, near, 50),
    }


def too_many(tonight: Schedule, plans: str) -> dict[str, float]:
    """Who looks at more rows of the house than they may, and at how many."""
    seen = {}
    for what, (statement, facts, most) in asked(tonight).items():
        db.session.connection().exec_driver_sql(f"SET plan_cache_mode = {plans}")
        plan = explained(statement, **facts)["Plan"]
        rows = rows_seen(plan, "seats") + rows_seen(plan, "reservations")
        if rows > most:
            seen[what] = rows
    return seen


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("plans", PLANS)
def test_a_house_is_not_looked_through_for_one_fan(plans: str) -> None:
    assert too_many(evening(), plans) == {}


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize("plans", PLANS)
def test_holds_and_maps_do_not_wait_for_postgres_to_know_the_house(monkeypatch: pytest.MonkeyPatch, plans: str) -> None:
    monkeypatch.setattr(schedules, "survey", lambda _model: None)
    assert set(too_many(evening(), plans)) <= {"seats by their numbers", "a plain hold", "the best of a block"}


@pytest.mark.usefixtures("stage")
def test_postgres_is_shown_a_house_that_is_put_on_or_changed() -> None:
    def shown() -> int:
        houses = "SELECT coalesce(array_length(most_common_vals::text::text[], 1), 0) FROM pg_stats"
        return int(db.session.scalar(text(f"{houses} WHERE tablename = 'seats' AND attname = 'schedule_id'")) or 0)

    put_on("first")
    second = put_on("second")
    assert shown() == 2
    do(db.session.execute, text("DELETE FROM pg_statistic WHERE starelid = 'seats'::regclass"))
    assert shown() == 0
    stored = db.session.get_one(Schedule, second.id)
    do(rehousing.replace, stored, db.session.get_one(SeatPlan, stored.seat_plan_id), {"R": 1}, NOW)
    assert shown() == 2
