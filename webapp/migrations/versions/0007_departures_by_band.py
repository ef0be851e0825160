"""The departures of a line by bands of wait numbers, on its counter."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Whoever has left by now is counted in one band; the line's next change makes finer ones of it.
COUNT = """
UPDATE counters SET band_width = 1 << 30, departures = ARRAY[skipped_count] WHERE skipped_count > 0
"""


def upgrade() -> None:
    op.add_column("counters", sa.Column("band_width", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("counters", sa.Column("bands_from", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("counters", sa.Column("departures", ARRAY(sa.Integer()), nullable=False, server_default="{}"))
    op.execute(COUNT)


def downgrade() -> None:
    for column in ("departures", "bands_from", "band_width"):
        op.drop_column("counters", column)
