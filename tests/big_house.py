"""An arena of 50,000 seats, written in bulk, and what a plan of Postgres says."""

from typing import Any

from sqlalchemy import text

from tests.builders import NOW, concert, do, hall, schedule
from webapp.concerts.models import Schedule
from webapp.db import db

SEATS = 50_000
GRADES = ("VIP", "R", "S", "A")


def arena(nights: int = 1) -> list[Schedule]:
    """A concert with so many nights in an arena: four grades, dearest first, each a quarter of the house."""
    show = concert("arena")
    shows = [schedule(show, hall(rows=1, seats=1), days=night) for night in range(1, nights + 1)]
    seats = """
        INSERT INTO seats (schedule_id, number, section, row, place, grade, price)
        SELECT :schedule, n, 'Block ' || n / 1000, CAST(n / 25 AS text), CAST(n AS text),
               (ARRAY['VIP', 'R', 'S', 'A'])[1 + n * 4 / (:seats + 1)],
               (ARRAY[198000, 165000, 132000, 99000])[1 + n * 4 / (:seats + 1)]
        FROM generate_series(1, :seats) n
    """
    for one in shows:
        do(db.session.execute, text("DELETE FROM seats WHERE schedule_id = :id"), {"id": one.id})
        do(db.session.execute, text(seats), {"schedule": one.id, "seats": SEATS})
    do(db.session.execute, text("ANALYZE seats"))
    return shows


def sell(schedule: Schedule, but: int = 0, grade: str | None = None) -> None:
    """Every seat is sold, or those of one grade, but for so many: in bulk, and without anybody who has them."""
    statement = """
        UPDATE seats SET is_sold = true WHERE id IN (
            SELECT id FROM seats WHERE schedule_id = :schedule AND (CAST(:grade AS text) IS NULL OR grade = :grade)
            ORDER BY id OFFSET :but)
    """
    do(db.session.execute, text(statement), {"schedule": schedule.id, "grade": grade, "but": but})


def explained(statement: Any, **asked: Any) -> dict[str, Any]:
    """The plan of a statement as it was carried out, with the pages it looked at."""
    compiled = statement.compile(db.engine)
    facts = {**compiled.params, **asked}
    asking = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {compiled}"
    plan: dict[str, Any] = db.session.connection().exec_driver_sql(asking, facts).scalar_one()[0]
    db.session.rollback()
    return plan


def rows_seen(plan: dict[str, Any], table: str) -> float:
    """How many rows of a table were looked at, kept or not."""
    own = 0.0
    if plan.get("Relation Name") == table:
        rows = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0)
        own = (rows + plan.get("Rows Removed by Index Recheck", 0)) * plan["Actual Loops"]
    return own + sum(rows_seen(part, table) for part in plan.get("Plans", []))


def nodes(plan: dict[str, Any]) -> list[str]:
    """The kinds of steps in a plan, with what they go along."""
    own = f"{plan['Node Type']} {plan.get('Index Name', plan.get('Relation Name', ''))}".strip()
    return [own, *(step for part in plan.get("Plans", []) for step in nodes(part))]


__all__ = ["NOW", "arena", "explained", "nodes", "rows_seen", "sell"]
