"""What a row of money can say: ledger, payments and callbacks that cannot contradict themselves, nor be emptied."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHECKS = (
    ("point_histories", "only_grants_have_no_payment", "(type = 'GRANT') = (payment_id IS NULL)"),
    ("payments", "paid_as_asked", "status NOT IN ('paid', 'refunded') OR captured_amount = amount"),
    ("payments", "in_won", "currency = 'KRW'"),
    ("payments", "points_alone_have_no_company", "(provider = 'points') = (amount = 0)"),
    ("payments", "cancelled_has_a_time", "status <> 'cancelled' OR returned_at IS NOT NULL"),
    ("payment_events", "settled_has_an_outcome", "(settled_at IS NULL) = (outcome IS NULL)"),
)
# What was received stays as it was; what became of it is noted beside it.
KEPT = """
CREATE TRIGGER events_are_kept BEFORE DELETE OR UPDATE OF
    id, provider, event_id, kind, reference, provider_key, amount, currency, body, received_at
    ON payment_events FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""
# A row trigger does not see a table emptied at once.
EMPTYING = (
    ("ledger_is_not_emptied", "point_histories"),
    ("log_is_not_emptied", "operator_actions"),
    ("events_are_not_emptied", "payment_events"),
)


def upgrade() -> None:
    for table, name, rule in CHECKS:
        op.create_check_constraint(name, table, rule)
    op.execute(KEPT)
    for name, table in EMPTYING:
        op.execute(f"CREATE TRIGGER {name} BEFORE TRUNCATE ON {table} EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    for name, table in (*EMPTYING, ("events_are_kept", "payment_events")):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    for table, name, _rule in reversed(CHECKS):
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table, type_="check")
