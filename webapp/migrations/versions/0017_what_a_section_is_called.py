"""A section may have a Korean name beside the one it is found by."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seats", sa.Column("section_ko", sa.String(60), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("seats", "section_ko")
