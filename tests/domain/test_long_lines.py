"""A line costs the same however long it is, also while Postgres knows nothing of it: in the first minutes of a sale its
statistics are those of the evening before."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.big_house import explained, rows_seen
from tests.builders import NOW, concert, do
from webapp.admin import house
from webapp.concerts.models import Concert
from webapp.db import db
from webapp.waiting_room import admission, calling, estimate, insiders, joining, lobby, visiting, watching

PEOPLE = 6_000
SERVED = 200
ASKING = 64
# Sessions of each who asks, tonight's and the evening before's, and rows that were changed, which are seen twice.
OF_THESE = 4 * ASKING
OF_ONE = 4
# Whoever is or was served: as many as the house has room for, not as stand in the line.
OF_THE_SERVED = 3 * SERVED

SIGN_UP = """
    WITH fan AS (
        INSERT INTO users (email, name, password)
        SELECT n || '@frontrow.test', 'Fan', '-' FROM generate_series(1, :people) n RETURNING id
    )
    INSERT INTO sign_ins (key, user_id, created_at) SELECT 'key-' || id, id, :now FROM fan
"""
GATHER = "INSERT INTO lobby_entries (user_id, concert_id, entered_at) SELECT id, :concert, :now FROM users"
JOIN = """
    INSERT INTO sessions (user_id, concert_id, wait_number, created_at, called_at, claim_by, claimed_at, expires_at)
    SELECT id, :concert, n, :now, called, called + interval '3 min', called, called + interval '10 min'
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users) fan,
    LATERAL (SELECT CASE WHEN n <= :served THEN CAST(:now AS timestamptz) END AS called) turn
"""
COUNT = """
    UPDATE counters SET created_count = :people, serving_number = :served, capacity = :served
    WHERE concert_id = :concert
"""


def gather_and_join(show: Concert) -> None:
    facts = {"concert": show.id, "now": NOW, "people": PEOPLE, "served": SERVED}
    for statement in (GATHER, JOIN, COUNT):
        do(db.session.execute, text(statement), facts)


@pytest.fixture
def tonight(stage: object) -> int:
    """A line that Postgres has not looked at yet, after one that it has."""
    evening_before, evening = concert("last-night", capacity=0), concert("tonight", capacity=0)
    do(db.session.execute, text(SIGN_UP), {"people": PEOPLE, "now": NOW})
    gather_and_join(evening_before)
    do(db.session.execute, text("ANALYZE"))
    gather_and_join(evening)
    return evening.id


def asked(line: int) -> dict[str, tuple[Any, dict[str, Any], int]]:
    """What is asked of a line on the night, by fans in its midst, and how many rows each may look at."""
    middle = {"many": PEOPLE // 2, "most": ASKING}
    fans = list(db.session.scalars(text("SELECT id FROM users ORDER BY id OFFSET :many LIMIT :most"), middle))
    keys = [f"key-{fan}" for fan in fans]
    here = {"line": line, "now": NOW}
    called = {"serving": SERVED, "slots": ASKING, "claim_until": NOW, "admitted_until": NOW}
    return {
        "joining": (joining.LIVE, {"concert_id": line, "user_ids": fans}, OF_THESE),
        "pages": (visiting.VISIT, {"concert_id": line, "keys": keys}, OF_THESE),
        "a page": (visiting.ONE_VISIT, {"concert_id": line, "key": keys[0]}, OF_ONE),
        "sockets": (watching.PLACES, {"concert_id": line, "keys": keys}, OF_THESE),
        "maps": (insiders.ADMITTED, {"users": fans, "concerts": [line], "now": NOW}, OF_THE_SERVED),
        "a map": (admission.ADMITTED, {"user_id": fans[0], "concert_id": line, "now": NOW}, OF_ONE),
        "an end": (admission.END, here | {"fan_id": fans[0], "reason": "left"}, OF_ONE),
        "how many have left": (admission.AHEAD, {"line": line, "number": PEOPLE}, OF_ONE),
        "calling": (calling.CALLING, here | called, OF_THESE),
        "tidying": (calling.ENDING_OVERDUE, here | {"most": PEOPLE}, OF_THE_SERVED),
        "tidying before these join": (calling.ENDING_THEIRS, here | {"user_ids": fans}, OF_THESE),
        "the estimate": (estimate.SERVED, {"concert_id": line, "now": NOW, "since": NOW}, OF_THE_SERVED),
        "an operator's page": (house.FATES, {"concert_id": line}, OF_THE_SERVED),
        "a lot": (lobby.LOT, {"user_id": fans[0], "concert_id": line}, OF_ONE),
    }


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
def test_a_line_that_statistics_know_nothing_of_is_not_looked_through(tonight: int, plans: str) -> None:
    seen = {}
    for what, (statement, facts, most) in asked(tonight).items():
        db.session.connection().exec_driver_sql(f"SET plan_cache_mode = {plans}")
        plan = explained(statement, **facts)["Plan"]
        rows = rows_seen(plan, "sessions") + rows_seen(plan, "lobby_entries")
        if rows > most:
            seen[what] = rows
    assert seen == {}


def test_a_line_is_looked_through_where_the_concert_is_the_way_in(tonight: int) -> None:
    """What the test above would see: the same question as it was asked before."""
    _, facts, most = asked(tonight)["joining"]
    along_the_line = text(
        "SELECT id FROM sessions WHERE concert_id = :concert_id AND user_id = ANY(:user_ids) AND NOT is_terminated"
    )
    assert rows_seen(explained(along_the_line, **facts)["Plan"], "sessions") >= PEOPLE > most
