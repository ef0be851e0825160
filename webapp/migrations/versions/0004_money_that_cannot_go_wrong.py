"""Room for every amount, stray money, and a hold that is extended once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WIDER = (
    ("payments", "amount"),
    ("payments", "points_amount"),
    ("payments", "captured_amount"),
    ("payment_events", "amount"),
    ("point_histories", "amount"),
    ("point_histories", "balance_after"),
    ("users", "point"),
)

# A column that a trigger names cannot change its type while the trigger is there.
DROP_FOLLOWER = "DROP TRIGGER points_follow_the_ledger ON users"
FOLLOWER = """
CREATE TRIGGER points_follow_the_ledger AFTER UPDATE OF point ON users
    FOR EACH ROW WHEN (OLD.point IS DISTINCT FROM NEW.point) EXECUTE FUNCTION refuse_other_points();
"""

MOVE_POINTS = """
CREATE OR REPLACE FUNCTION move_points() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    balance {type};
BEGIN
    UPDATE users SET point = point + NEW.amount, updated_at = NEW.created_at
        WHERE id = NEW.user_id RETURNING point INTO balance;
    UPDATE point_histories SET balance_after = balance WHERE id = NEW.id;
    RETURN NULL;
END $$;
"""

ASKED = "ask_at IS NOT NULL"
SEVEN_MINUTES = "expires_at <= created_at + interval '7 minutes'"
EXTENDED = "extended_at IS NULL OR expires_at > created_at + interval '5 minutes'"


def upgrade() -> None:
    _change_amounts(sa.Integer(), sa.BigInteger(), "bigint")
    op.alter_column("payment_events", "currency", type_=sa.String(40), existing_type=sa.String(3))
    op.add_column("payments", sa.Column("returned_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE payments SET returned_at = ended_at WHERE status = 'cancelled'")
    op.execute("UPDATE payments SET ask_at = NULL WHERE status = 'in_review'")
    _index_payments("'pending', 'cancelling', 'failed', 'in_review'")
    op.add_column("orders", sa.Column("extended_at", sa.DateTime(timezone=True)))
    op.create_check_constraint("held_for_seven_minutes_at_most", "orders", SEVEN_MINUTES)
    op.create_check_constraint("held_for_seven_minutes_at_most", "reservations", SEVEN_MINUTES)
    op.create_check_constraint("extended_once", "orders", EXTENDED)
    _create_strays()


def downgrade() -> None:
    op.drop_table("stray_payments")
    op.drop_constraint(op.f("ck_orders_extended_once"), "orders")
    op.drop_constraint(op.f("ck_reservations_held_for_seven_minutes_at_most"), "reservations")
    op.drop_constraint(op.f("ck_orders_held_for_seven_minutes_at_most"), "orders")
    op.drop_column("orders", "extended_at")
    _index_payments("'pending', 'cancelling', 'failed'")
    op.drop_column("payments", "returned_at")
    op.execute("UPDATE payment_events SET currency = left(currency, 3)")
    op.alter_column("payment_events", "currency", type_=sa.String(3), existing_type=sa.String(40))
    _change_amounts(sa.BigInteger(), sa.Integer(), "integer")


def _change_amounts(old: sa.types.TypeEngine[int], new: sa.types.TypeEngine[int], name: str) -> None:
    op.execute(DROP_FOLLOWER)
    for table, column in WIDER:
        op.alter_column(table, column, type_=new, existing_type=old)
    op.execute(FOLLOWER)
    op.execute(MOVE_POINTS.format(type=name))


def _index_payments(statuses: str) -> None:
    op.drop_index("ix_payments_ask_at", "payments")
    where = sa.text(f"status IN ({statuses}) AND {ASKED}")
    op.create_index("ix_payments_ask_at", "payments", ["status", "ask_at"], postgresql_where=where)


def _create_strays() -> None:
    op.create_table(
        "stray_payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("provider_key", sa.String(120), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ask_at", sa.DateTime(timezone=True)),
        sa.Column("returned_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stray_payments")),
        sa.UniqueConstraint("provider", "provider_key", name=op.f("uq_stray_payments_provider_provider_key")),
        sa.CheckConstraint(
            "returned_at IS NULL OR ask_at IS NULL", name=op.f("ck_stray_payments_what_is_back_is_not_asked_for")
        ),
    )
    op.create_index("ix_stray_payments_ask_at", "stray_payments", ["ask_at"], postgresql_where=sa.text(ASKED))
