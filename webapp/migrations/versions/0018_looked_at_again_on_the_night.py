"""Postgres looks again at what a sale writes after some thousands of rows, not after a tenth of all there ever were."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WRITTEN_ON_THE_NIGHT = ("sessions", "lobby_entries", "orders", "reservations", "payments", "tickets", "seats")
ROWS = 5_000


def upgrade() -> None:
    for table in WRITTEN_ON_THE_NIGHT:
        op.execute(
            f"ALTER TABLE {table} SET (autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = {ROWS})"
        )


def downgrade() -> None:
    for table in WRITTEN_ON_THE_NIGHT:
        op.execute(f"ALTER TABLE {table} RESET (autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)")
