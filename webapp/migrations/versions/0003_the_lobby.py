"""The lobby before the sale, and its draw."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Nobody enters, leaves or changes after the draw, and a fan's lot is theirs from the first moment.
ENTRIES = """
CREATE FUNCTION refuse_late_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.public_id, NEW.user_id, NEW.concert_id)
            IS DISTINCT FROM (OLD.public_id, OLD.user_id, OLD.concert_id) THEN
        RAISE EXCEPTION 'a lot never changes hands' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM draws WHERE concert_id = coalesce(NEW.concert_id, OLD.concert_id) AND drawn_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'the lobby is closed by its draw' USING ERRCODE = 'check_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER lobby_closes_with_the_draw BEFORE INSERT OR UPDATE OR DELETE ON lobby_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_late_entry();
"""

# What was promised by the commitment is kept: the seed stays, and a result is written once.
DRAWS = """
CREATE FUNCTION refuse_other_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.drawn_at IS NOT NULL OR (NEW.concert_id, NEW.seed, NEW.commitment, NEW.committed_at)
            IS DISTINCT FROM (OLD.concert_id, OLD.seed, OLD.commitment, OLD.committed_at) THEN
        RAISE EXCEPTION 'a draw keeps its seed and its result' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draw_is_kept BEFORE UPDATE OR DELETE ON draws
    FOR EACH ROW EXECUTE FUNCTION refuse_other_draw();
"""


def upgrade() -> None:
    op.add_column("concerts", sa.Column("lobby_minutes", sa.Integer(), server_default="60", nullable=False))
    op.create_check_constraint(
        op.f("ck_concerts_lobby_at_most_a_week"), "concerts", "lobby_minutes BETWEEN 0 AND 10080"
    )
    op.add_column("counters", sa.Column("awaits_draw", sa.Boolean(), server_default="false", nullable=False))
    op.create_check_constraint(
        op.f("ck_counters_the_lobby_goes_first"), "counters", "NOT awaits_draw OR created_count = 0"
    )
    _lobby_entries()
    _draws()
    op.execute(ENTRIES)
    op.execute(DRAWS)


def downgrade() -> None:
    op.drop_table("draws")
    op.drop_index("ix_lobby_entries_present", table_name="lobby_entries")
    op.drop_table("lobby_entries")
    op.execute("DROP FUNCTION refuse_other_draw")
    op.execute("DROP FUNCTION refuse_late_entry")
    op.drop_constraint(op.f("ck_counters_the_lobby_goes_first"), "counters", type_="check")
    op.drop_column("counters", "awaits_draw")
    op.drop_constraint(op.f("ck_concerts_lobby_at_most_a_week"), "concerts", type_="check")
    op.drop_column("concerts", "lobby_minutes")


def _lobby_entries() -> None:
    op.create_table(
        "lobby_entries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("public_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False, unique=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("concert_id", sa.Integer(), sa.ForeignKey("concerts.id"), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("user_id", "concert_id"),
    )
    op.create_index(
        "ix_lobby_entries_present",
        "lobby_entries",
        ["concert_id", "public_id"],
        postgresql_where=sa.text("left_at IS NULL"),
    )


def _draws() -> None:
    op.create_table(
        "draws",
        sa.Column("concert_id", sa.Integer(), sa.ForeignKey("concerts.id"), primary_key=True),
        sa.Column("seed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fans", sa.Integer(), nullable=True),
        sa.CheckConstraint("octet_length(seed) = 32", "seed_is_32_bytes"),
        sa.CheckConstraint("commitment = sha256(seed)", "commitment_is_the_seeds"),
        sa.CheckConstraint("(drawn_at IS NULL) = (fans IS NULL)", "a_draw_has_a_result"),
    )
