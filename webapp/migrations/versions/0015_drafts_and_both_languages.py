"""A concert's texts in two languages, and concerts that are drafts until they are published."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NEEDED = {"title": 120, "artist": 120, "venue": 120, "city": 80}

# Every number of a line goes through its counter, by the batch, so a draft's line is guarded there and not place by
# place. A lobby takes nobody in before its draw is committed to.
NO_FANS = """
CREATE FUNCTION refuse_for_drafts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM concerts WHERE id = NEW.concert_id AND published_at IS NULL) THEN
        RAISE EXCEPTION 'a draft has no line and no lobby' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER drafts_have_no_line BEFORE UPDATE OF created_count ON counters
    FOR EACH ROW WHEN (NEW.created_count > OLD.created_count) EXECUTE FUNCTION refuse_for_drafts();
CREATE TRIGGER drafts_have_no_draw BEFORE INSERT ON draws
    FOR EACH ROW EXECUTE FUNCTION refuse_for_drafts();
"""

NO_WAY_BACK = """
CREATE FUNCTION refuse_draft_with_fans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM counters WHERE concert_id = NEW.id AND created_count > 0)
        OR EXISTS (SELECT FROM draws WHERE concert_id = NEW.id)
        OR EXISTS (SELECT FROM orders WHERE concert_id = NEW.id) THEN
        RAISE EXCEPTION 'fans have a place, a draw or an order here' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER what_fans_have_stays_published BEFORE UPDATE OF published_at ON concerts
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL AND NEW.published_at IS NULL)
    EXECUTE FUNCTION refuse_draft_with_fans();
"""


def upgrade() -> None:
    for name, length in NEEDED.items():
        op.add_column("concerts", sa.Column(f"{name}_ko", sa.String(length), server_default="", nullable=False))
        op.create_check_constraint(
            op.f(f"ck_concerts_{name}_in_a_language"), "concerts", f"{name} <> '' OR {name}_ko <> ''"
        )
    op.add_column("concerts", sa.Column("description_ko", sa.Text(), server_default="", nullable=False))
    op.add_column("concerts", sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE concerts SET published_at = now()")
    op.execute(NO_FANS)
    op.execute(NO_WAY_BACK)


def downgrade() -> None:
    op.execute("DROP TRIGGER what_fans_have_stays_published ON concerts")
    op.execute("DROP TRIGGER drafts_have_no_draw ON draws")
    op.execute("DROP TRIGGER drafts_have_no_line ON counters")
    op.execute("DROP FUNCTION refuse_draft_with_fans")
    op.execute("DROP FUNCTION refuse_for_drafts")
    op.drop_column("concerts", "published_at")
    op.drop_column("concerts", "description_ko")
    for name in NEEDED:
        # What is said in Korean alone is kept, in the one language there is again.
        op.execute(f"UPDATE concerts SET {name} = {name}_ko WHERE {name} = ''")
        op.drop_constraint(op.f(f"ck_concerts_{name}_in_a_language"), "concerts", type_="check")
        op.drop_column("concerts", f"{name}_ko")
