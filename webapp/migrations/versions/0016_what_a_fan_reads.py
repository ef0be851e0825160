"""What a fan reads is kept apart from what they have chosen: only a choice outranks the browser."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("reads", sa.String(5), nullable=True))
    op.execute("UPDATE users SET reads = language WHERE language IS NOT NULL")
    op.create_check_constraint("reads_a_known_language", "users", "reads IN ('en', 'ko')")


def downgrade() -> None:
    op.drop_column("users", "reads")
