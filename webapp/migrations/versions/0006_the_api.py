"""Refresh tokens, and the answers that idempotency keys stand for."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("sign_in_key", sa.String(64), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["sign_in_key"], ["sign_ins.key"], name=op.f("fk_refresh_tokens_sign_in_key"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_sign_in_key"), "refresh_tokens", ["sign_in_key"])
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"])
    op.create_table(
        "stored_answers",
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("operation", sa.String(80), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status BETWEEN 200 AND 299", name=op.f("ck_stored_answers_only_what_was_done")),
        sa.PrimaryKeyConstraint("owner", "operation", "key", name=op.f("pk_stored_answers")),
    )
    op.create_index("ix_stored_answers_created_at", "stored_answers", ["created_at"])


def downgrade() -> None:
    op.drop_table("stored_answers")
    op.drop_table("refresh_tokens")
