"""What becomes of money on its way back, beside why it goes: nothing is overwritten, and points do not wait for it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Points used to wait for the card's part. Those that still do are returned now, as settling does it.
RETURN_POINTS = """
INSERT INTO point_histories (user_id, amount, type, payment_id, created_at)
SELECT user_id, points_amount, 'REFUND', id, now() FROM payments
WHERE status IN ('cancelling', 'in_review') AND points_amount > 0
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.add_column("payments", sa.Column("handling", sa.String(length=20), nullable=True))
    op.create_check_constraint("handling_known", "payments", "handling IN ('refused', 'operator')")
    op.execute("UPDATE payments SET handling = reason WHERE reason IN ('refused', 'operator')")
    op.add_column("refunds", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE refunds SET refused_at = created_at WHERE status = 'refused'")
    op.create_check_constraint("refused_has_a_time", "refunds", "status <> 'refused' OR refused_at IS NOT NULL")
    op.execute(RETURN_POINTS)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_refunds_refused_has_a_time"), "refunds", type_="check")
    op.drop_column("refunds", "refused_at")
    op.drop_constraint(op.f("ck_payments_handling_known"), "payments", type_="check")
    op.drop_column("payments", "handling")
