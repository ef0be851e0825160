"""What a promoter edits: archives, drafts and texts of plans, posters, editions of a house, seats taken out of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COUNTED = "jsonb_array_length(jsonb_path_query_array(document, '$.sections[*].rows[*].seats[*]'))"
# The older tables know no seat outside a house, and a reservation cannot do without one: back in, behind all others.
BACK_IN = """
WITH gone AS (
    SELECT s.id, min(o.schedule_id) AS schedule_id FROM seats s
    JOIN reservations r ON r.seat_id = s.id JOIN orders o ON o.id = r.order_id
    WHERE s.schedule_id IS NULL GROUP BY s.id
), numbered AS (
    SELECT id, schedule_id, row_number() OVER (PARTITION BY schedule_id ORDER BY id)
        + (SELECT max(number) FROM seats WHERE seats.schedule_id = gone.schedule_id) AS number FROM gone
)
UPDATE seats SET schedule_id = n.schedule_id, number = n.number, row = 'gone ' || seats.id
FROM numbered n WHERE n.id = seats.id
"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("concerts", sa.Column("poster", sa.String(80), nullable=False, server_default=""))
    op.add_column("concerts", sa.Column("archived_at", moment))
    op.add_column("schedules", sa.Column("archived_at", moment))
    op.add_column("schedules", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    for column in (
        sa.Column("source", sa.Text()),
        sa.Column("prices", JSONB(), nullable=False, server_default="{}"),
        sa.Column("warnings", JSONB(), nullable=False, server_default="[]"),
        sa.Column("seat_count", sa.Integer(), sa.Computed(COUNTED, persisted=True), nullable=False),
        sa.Column("created_at", moment, nullable=False, server_default=sa.func.now()),
        sa.Column("saved_at", moment, server_default=sa.func.now()),
        sa.Column("archived_at", moment),
    ):
        op.add_column("seat_plans", column)
    op.alter_column("seats", "schedule_id", nullable=True)
    op.create_check_constraint(
        "nobody_has_what_is_gone", "seats", "schedule_id IS NOT NULL OR NOT is_sold AND held_until IS NULL"
    )


def downgrade() -> None:
    op.execute(BACK_IN)
    op.drop_constraint(op.f("ck_seats_nobody_has_what_is_gone"), "seats", type_="check")
    op.alter_column("seats", "schedule_id", nullable=False)
    op.execute("DELETE FROM seat_plans WHERE saved_at IS NULL")
    for column in ("archived_at", "saved_at", "created_at", "seat_count", "warnings", "prices", "source"):
        op.drop_column("seat_plans", column)
    for table, column in (
        ("schedules", "edition"),
        ("schedules", "archived_at"),
        ("concerts", "archived_at"),
        ("concerts", "poster"),
    ):
        op.drop_column(table, column)
