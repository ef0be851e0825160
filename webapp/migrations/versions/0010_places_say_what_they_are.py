"""Of sessions, counters and users: what the code has always kept, kept by the tables too."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

PROMISES = (
    ("sessions", "end_reason_known", "end_reason IN ('paid', 'left', 'expired', 'no_show')"),
    ("sessions", "called_to_come_by_a_time", "(called_at IS NULL) = (claim_by IS NULL)"),
    ("sessions", "only_the_called_come", "claimed_at IS NULL OR called_at IS NOT NULL"),
    # Not for 'paid': who pays late, from a place of their own that has ended, may be waiting again.
    ("sessions", "only_the_called_run_out", "end_reason NOT IN ('expired', 'no_show') OR called_at IS NOT NULL"),
    ("counters", "bands_have_a_width", "band_width > 0 AND bands_from >= 0"),
    ("users", "language_known", "language IN ('en', 'ko')"),
)


def upgrade() -> None:
    for table, name, promise in PROMISES:
        op.create_check_constraint(name, table, promise)


def downgrade() -> None:
    for table, name, _ in reversed(PROMISES):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
