"""Rows that name two others name two that belong together: keys of several columns instead of one each."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# What the keys below refer to.
NAMED = (
    ("schedules", ("id", "concert_id")),
    ("orders", ("id", "user_id", "concert_id")),
    ("orders", ("id", "user_id")),
    ("payments", ("id", "order_id")),
    ("payments", ("id", "user_id")),
    ("reservations", ("id", "order_id")),
)
# Table, its columns, and the table whose row must have all of them; the first of the columns had the key until now.
AGREEING = (
    ("orders", ("schedule_id", "concert_id"), "schedules"),
    ("reservations", ("order_id", "user_id", "concert_id"), "orders"),
    ("payments", ("order_id", "user_id"), "orders"),
    ("reservations", ("payment_id", "order_id"), "payments"),
    ("payment_items", ("payment_id", "order_id"), "payments"),
    ("payment_items", ("reservation_id", "order_id"), "reservations"),
    ("refunds", ("payment_id", "order_id"), "payments"),
    ("point_histories", ("payment_id", "user_id"), "payments"),
    ("mails", ("payment_id", "user_id"), "payments"),
)


def upgrade() -> None:
    op.add_column("payment_items", sa.Column("order_id", sa.Integer()))
    op.execute("UPDATE payment_items i SET order_id = p.order_id FROM payments p WHERE p.id = i.payment_id")
    op.alter_column("payment_items", "order_id", nullable=False)
    for table, columns in NAMED:
        op.create_unique_constraint(op.f(f"uq_{table}_{'_'.join(columns)}"), table, columns)
    for table, columns, other in AGREEING:
        op.drop_constraint(op.f(f"fk_{table}_{columns[0]}"), table, type_="foreignkey")
        op.create_foreign_key(_key(table, columns), table, other, columns, ["id", *columns[1:]])


def downgrade() -> None:
    for table, columns, other in reversed(AGREEING):
        op.drop_constraint(_key(table, columns), table, type_="foreignkey")
        op.create_foreign_key(op.f(f"fk_{table}_{columns[0]}"), table, other, [columns[0]], ["id"])
    for table, columns in reversed(NAMED):
        op.drop_constraint(op.f(f"uq_{table}_{'_'.join(columns)}"), table, type_="unique")
    op.drop_column("payment_items", "order_id")


def _key(table: str, columns: tuple[str, ...]) -> str:
    return op.f(f"fk_{table}_{'_'.join(columns)}")
