"""Samples of each line, a count at each door, and indexes for what is left and for what was held when."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Whoever is in with a valid ticket, kept with the ticket's own change: a check-in, its undoing, a cancelled show.
COUNT_AT_THE_DOOR = """
CREATE FUNCTION count_at_the_door() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    came integer := CAST(NEW.checked_in_at IS NOT NULL AND NEW.voided_at IS NULL AS integer)
        - CAST(OLD.checked_in_at IS NOT NULL AND OLD.voided_at IS NULL AS integer);
    show integer;
BEGIN
    IF came = 0 THEN
        RETURN NULL;
    END IF;
    SELECT seats.schedule_id INTO show FROM reservations JOIN seats ON seats.id = reservations.seat_id
        WHERE reservations.id = NEW.reservation_id;
    INSERT INTO door_counts (schedule_id) VALUES (show) ON CONFLICT DO NOTHING;
    UPDATE door_counts SET admitted = admitted + came WHERE schedule_id = show;
    RETURN NULL;
END $$;
CREATE TRIGGER door_counts_who_comes AFTER UPDATE OF checked_in_at, voided_at ON tickets
    FOR EACH ROW WHEN (OLD.checked_in_at IS DISTINCT FROM NEW.checked_in_at
        OR OLD.voided_at IS DISTINCT FROM NEW.voided_at) EXECUTE FUNCTION count_at_the_door();
"""

COUNT_WHO_IS_IN = """
INSERT INTO door_counts (schedule_id, admitted)
SELECT seats.schedule_id, count(*) FROM tickets JOIN reservations ON reservations.id = tickets.reservation_id
JOIN seats ON seats.id = reservations.seat_id
WHERE tickets.checked_in_at IS NOT NULL AND tickets.voided_at IS NULL GROUP BY seats.schedule_id
"""


def upgrade() -> None:
    op.create_table(
        "line_samples",
        sa.Column("concert_id", sa.Integer(), nullable=False),
        sa.Column("sampled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("serving", sa.Integer(), nullable=False),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "waiting >= 0 AND serving >= 0 AND called >= 0", name=op.f("ck_line_samples_never_negative")
        ),
        sa.CheckConstraint("seconds > 0", name=op.f("ck_line_samples_covers_a_while")),
        sa.ForeignKeyConstraint(["concert_id"], ["concerts.id"], name=op.f("fk_line_samples_concert_id")),
        sa.PrimaryKeyConstraint("concert_id", "sampled_at", name=op.f("pk_line_samples")),
    )
    op.create_table(
        "door_counts",
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("admitted", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("admitted >= 0", name=op.f("ck_door_counts_never_negative")),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], name=op.f("fk_door_counts_schedule_id")),
        sa.PrimaryKeyConstraint("schedule_id", name=op.f("pk_door_counts")),
    )
    op.execute(COUNT_WHO_IS_IN)
    op.execute(COUNT_AT_THE_DOOR)
    op.create_index(
        "ix_tickets_came", "tickets", ["checked_in_at", "id"], postgresql_where=sa.text("checked_in_at IS NOT NULL")
    )
    op.create_index("ix_seats_unsold", "seats", ["schedule_id", "grade"], postgresql_where=sa.text("NOT is_sold"))
    op.create_index("ix_orders_concert_id_created_at", "orders", ["concert_id", "created_at"])
    op.drop_index("ix_orders_concert_id", "orders")


def downgrade() -> None:
    op.create_index("ix_orders_concert_id", "orders", ["concert_id"])
    op.drop_index("ix_orders_concert_id_created_at", "orders")
    op.drop_index("ix_seats_unsold", "seats")
    op.drop_index("ix_tickets_came", "tickets")
    op.execute("DROP TRIGGER door_counts_who_comes ON tickets")
    op.execute("DROP FUNCTION count_at_the_door")
    op.drop_table("door_counts")
    op.drop_table("line_samples")
