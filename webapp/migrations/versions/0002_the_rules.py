"""The rules that no row-by-row constraint can say: the ledger, the counter, the logs."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Points change by a ledger row and in no other way, so the balance is the ledger's sum by construction.
LEDGER = """
CREATE FUNCTION refuse_other_points() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'users.point changes only by a row of point_histories' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION refuse_first_points() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.point <> 0 THEN
        RAISE EXCEPTION 'a new user has no points' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER points_follow_the_ledger AFTER UPDATE OF point ON users
    FOR EACH ROW WHEN (OLD.point IS DISTINCT FROM NEW.point) EXECUTE FUNCTION refuse_other_points();
CREATE TRIGGER points_begin_at_zero BEFORE INSERT ON users
    FOR EACH ROW EXECUTE FUNCTION refuse_first_points();
"""

# A row that was not inserted (ON CONFLICT DO NOTHING) must move nothing, and a BEFORE trigger runs for it all
# the same. So the points move after the row is in, and the row learns its balance from there.
LEDGER_AFTER = """
CREATE FUNCTION move_points() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    balance integer;
BEGIN
    UPDATE users SET point = point + NEW.amount, updated_at = NEW.created_at
        WHERE id = NEW.user_id RETURNING point INTO balance;
    UPDATE point_histories SET balance_after = balance WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER points_move AFTER INSERT ON point_histories
    FOR EACH ROW EXECUTE FUNCTION move_points();
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON point_histories
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_is_append_only BEFORE UPDATE OR DELETE ON operator_actions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

COUNTER = """
CREATE FUNCTION refuse_going_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.created_count < OLD.created_count OR NEW.serving_number < OLD.serving_number
        OR NEW.terminated_count < OLD.terminated_count THEN
        RAISE EXCEPTION 'a counter never goes back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER counter_only_grows BEFORE UPDATE ON counters
    FOR EACH ROW EXECUTE FUNCTION refuse_going_back();
"""


def upgrade() -> None:
    for statements in (LEDGER, LEDGER_AFTER, APPEND_ONLY, COUNTER):
        op.execute(statements)


def downgrade() -> None:
    for trigger, table in (
        ("counter_only_grows", "counters"),
        ("log_is_append_only", "operator_actions"),
        ("ledger_is_append_only", "point_histories"),
        ("points_move", "point_histories"),
        ("points_begin_at_zero", "users"),
        ("points_follow_the_ledger", "users"),
    ):
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    for function in (
        "refuse_going_back",
        "refuse_change",
        "move_points",
        "refuse_first_points",
        "refuse_other_points",
    ):
        op.execute(f"DROP FUNCTION {function}")
