"""After a promise was broken on purpose: the house empty again, and its guards restored."""

from sqlalchemy import text

from tests.emptying import empty
from webapp.db import db, transaction

RULED = ("draws", "lobby_entries")
DROPPED = {
    "uq_reservations_one_live_per_seat": "(seat_id)",
    "uq_reservations_seat_limit": "(user_id, concert_id, slot)",
}


def sql(*statements: str) -> None:
    with transaction():
        for statement in statements:
            db.session.execute(text(statement))


def mend() -> None:
    indexes = [
        f"CREATE UNIQUE INDEX IF NOT EXISTS {name} ON reservations {columns} WHERE NOT is_cancelled"
        for name, columns in DROPPED.items()
    ]
    constraint = "ck_draws_commitment_is_the_seeds"
    checks = [
        f"ALTER TABLE draws DROP CONSTRAINT IF EXISTS {constraint}",
        f"ALTER TABLE draws ADD CONSTRAINT {constraint} CHECK (commitment = sha256(seed))",
    ]
    empty()
    sql(*indexes, *checks)
