"""The tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('concerts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('artist', sa.String(length=120), nullable=False),
    sa.Column('venue', sa.String(length=120), nullable=False),
    sa.Column('city', sa.String(length=80), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('time_zone', sa.String(length=40), nullable=False),
    sa.Column('sale_opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sale_closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_concerts')),
    sa.UniqueConstraint('slug', name=op.f('uq_concerts_slug'))
    )
    op.create_table('payment_events',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('event_id', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('provider_key', sa.String(length=120), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_events')),
    sa.UniqueConstraint('provider', 'event_id', name=op.f('uq_payment_events_provider_event_id'))
    )
    op.create_index('ix_payment_events_unsettled', 'payment_events', ['received_at'], unique=False, postgresql_where=sa.text('settled_at IS NULL'))
    op.create_table('seat_plans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seat_plans'))
    )
    op.create_table('users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('password', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), server_default='fan', nullable=False),
    sa.Column('point', sa.Integer(), server_default='0', nullable=False),
    sa.Column('language', sa.String(length=5), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("role IN ('fan', 'operator')", name=op.f('ck_users_role_known')),
    sa.CheckConstraint('point >= 0', name=op.f('ck_users_point_never_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users'))
    )
    op.create_index('uq_users_email', 'users', [sa.literal_column('lower(email)')], unique=True)
    op.create_table('counters',
    sa.Column('concert_id', sa.Integer(), nullable=False),
    sa.Column('created_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('terminated_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('serving_number', sa.Integer(), server_default='0', nullable=False),
    sa.Column('skipped_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('capacity', sa.Integer(), server_default='100', nullable=False),
    sa.Column('is_paused', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('admissions_per_minute', sa.Integer(), nullable=True),
    sa.Column('rate_credit', sa.Double(), server_default='0', nullable=False),
    sa.Column('rate_counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('message', sa.Text(), server_default='', nullable=False),
    sa.Column('sequence', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('0 <= skipped_count AND skipped_count <= created_count - serving_number', name=op.f('ck_counters_skips_only_waiting')),
    sa.CheckConstraint('0 <= terminated_count AND terminated_count <= serving_number', name=op.f('ck_counters_nobody_served_twice')),
    sa.CheckConstraint('admissions_per_minute > 0', name=op.f('ck_counters_rate_positive')),
    sa.CheckConstraint('capacity >= 0', name=op.f('ck_counters_capacity_never_negative')),
    sa.CheckConstraint('serving_number <= created_count', name=op.f('ck_counters_serves_only_drawn_numbers')),
    sa.ForeignKeyConstraint(['concert_id'], ['concerts.id'], name=op.f('fk_counters_concert_id')),
    sa.PrimaryKeyConstraint('concert_id', name=op.f('pk_counters'))
    )
    op.create_table('operator_actions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('operator_id', sa.Integer(), nullable=False),
    sa.Column('action', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['operator_id'], ['users.id'], name=op.f('fk_operator_actions_operator_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_operator_actions'))
    )
    op.create_index(op.f('ix_operator_actions_created_at'), 'operator_actions', ['created_at'], unique=False)
    op.create_table('schedules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('concert_id', sa.Integer(), nullable=False),
    sa.Column('seat_plan_id', sa.Integer(), nullable=False),
    sa.Column('date', sa.Date(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('doors_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('doors_at <= starts_at', name=op.f('ck_schedules_doors_before_start')),
    sa.ForeignKeyConstraint(['concert_id'], ['concerts.id'], name=op.f('fk_schedules_concert_id')),
    sa.ForeignKeyConstraint(['seat_plan_id'], ['seat_plans.id'], name=op.f('fk_schedules_seat_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_schedules')),
    sa.UniqueConstraint('concert_id', 'starts_at', name=op.f('uq_schedules_concert_id_starts_at'))
    )
    op.create_table('sessions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.Uuid(), server_default=sa.text('gen_random_uuid()'), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('concert_id', sa.Integer(), nullable=False),
    sa.Column('wait_number', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('called_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('claim_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('is_terminated', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('terminated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.String(length=20), nullable=True),
    sa.CheckConstraint('(called_at IS NULL) = (expires_at IS NULL)', name=op.f('ck_sessions_the_clock_starts_when_called')),
    sa.CheckConstraint('is_terminated = (end_reason IS NOT NULL)', name=op.f('ck_sessions_an_end_has_a_reason')),
    sa.CheckConstraint('is_terminated = (terminated_at IS NOT NULL)', name=op.f('ck_sessions_an_end_has_a_time')),
    sa.CheckConstraint('wait_number > 0', name=op.f('ck_sessions_wait_number_positive')),
    sa.ForeignKeyConstraint(['concert_id'], ['concerts.id'], name=op.f('fk_sessions_concert_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sessions_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_sessions_public_id'))
    )
    op.create_index('ix_sessions_called_at', 'sessions', ['concert_id', 'called_at'], unique=False, postgresql_where=sa.text('called_at IS NOT NULL'))
    op.create_index('ix_sessions_left_while_waiting', 'sessions', ['concert_id', 'wait_number'], unique=False, postgresql_where=sa.text('is_terminated AND called_at IS NULL'))
    op.create_index('ix_sessions_fan', 'sessions', ['user_id', 'concert_id', 'wait_number'], unique=False)
    op.create_index('ix_sessions_served', 'sessions', ['concert_id', 'expires_at'], unique=False, postgresql_where=sa.text('NOT is_terminated AND called_at IS NOT NULL'))
    op.create_index('ix_sessions_waiting', 'sessions', ['concert_id', 'wait_number'], unique=False, postgresql_where=sa.text('NOT is_terminated AND called_at IS NULL'))
    op.create_index('uq_sessions_concert_id_wait_number', 'sessions', ['concert_id', 'wait_number'], unique=True)
    op.create_index('uq_sessions_one_live_per_fan', 'sessions', ['user_id', 'concert_id'], unique=True, postgresql_where=sa.text('NOT is_terminated'))
    op.create_table('sign_ins',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sign_ins_user_id')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_sign_ins'))
    )
    op.create_index(op.f('ix_sign_ins_user_id'), 'sign_ins', ['user_id'], unique=False)
    op.create_table('orders',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('concert_id', sa.Integer(), nullable=False),
    sa.Column('schedule_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.String(length=20), server_default='open', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('open', 'paid', 'expired', 'released', 'refunded')", name=op.f('ck_orders_status_known')),
    sa.ForeignKeyConstraint(['concert_id'], ['concerts.id'], name=op.f('fk_orders_concert_id')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedules.id'], name=op.f('fk_orders_schedule_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_orders_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('public_id', name=op.f('uq_orders_public_id'))
    )
    op.create_index(op.f('ix_orders_concert_id'), 'orders', ['concert_id'], unique=False)
    op.create_index(op.f('ix_orders_user_id'), 'orders', ['user_id'], unique=False)
    op.create_table('seats',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('schedule_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=60), nullable=False),
    sa.Column('row', sa.String(length=20), nullable=False),
    sa.Column('place', sa.String(length=20), nullable=False),
    sa.Column('grade', sa.String(length=20), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='0', nullable=False),
    sa.Column('is_sold', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('NOT (is_sold AND held_until IS NOT NULL)', name=op.f('ck_seats_sold_is_not_held')),
    sa.CheckConstraint('number > 0', name=op.f('ck_seats_number_positive')),
    sa.CheckConstraint('price > 0', name=op.f('ck_seats_price_positive')),
    sa.ForeignKeyConstraint(['schedule_id'], ['schedules.id'], name=op.f('fk_seats_schedule_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seats')),
    sa.UniqueConstraint('schedule_id', 'number', name=op.f('uq_seats_schedule_id_number')),
    sa.UniqueConstraint('schedule_id', 'section', 'row', 'place', name=op.f('uq_seats_schedule_id_section_row_place'))
    )
    op.create_table('payments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('provider_key', sa.String(length=120), nullable=True),
    sa.Column('idempotency_key', sa.String(length=80), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('points_amount', sa.Integer(), server_default='0', nullable=False),
    sa.Column('captured_amount', sa.Integer(), server_default='0', nullable=False),
    sa.Column('currency', sa.String(length=3), server_default='KRW', nullable=False),
    sa.Column('status', sa.String(length=20), server_default='pending', nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=True),
    sa.Column('redirect_url', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asks', sa.Integer(), server_default='0', nullable=False),
    sa.Column('ask_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status <> 'paid' OR paid_at IS NOT NULL", name=op.f('ck_payments_paid_has_a_time')),
    sa.CheckConstraint("status IN ('pending', 'paid', 'failed', 'cancelling', 'cancelled', 'in_review')", name=op.f('ck_payments_status_known')),
    sa.CheckConstraint('amount >= 0 AND points_amount >= 0 AND amount + points_amount > 0', name=op.f('ck_payments_amount_positive')),
    sa.CheckConstraint('captured_amount >= 0', name=op.f('ck_payments_captured_never_negative')),
    sa.CheckConstraint('order_id IS NOT NULL OR points_amount = 0', name=op.f('ck_payments_top_up_is_not_paid_with_points')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_payments_order_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_payments_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payments_public_id')),
    sa.UniqueConstraint('user_id', 'idempotency_key', name=op.f('uq_payments_user_id_idempotency_key'))
    )
    op.create_index('ix_payments_ask_at', 'payments', ['status', 'ask_at'], unique=False, postgresql_where=sa.text("status IN ('pending', 'cancelling', 'failed') AND ask_at IS NOT NULL"))
    op.create_index(op.f('ix_payments_order_id'), 'payments', ['order_id'], unique=False)
    op.create_index(op.f('ix_payments_user_id'), 'payments', ['user_id'], unique=False)
    op.create_index('uq_payments_one_paid_per_order', 'payments', ['order_id'], unique=True, postgresql_where=sa.text("status = 'paid'"))
    op.create_index('uq_payments_provider_key', 'payments', ['provider', 'provider_key'], unique=True, postgresql_where=sa.text('provider_key IS NOT NULL'))
    op.create_table('point_histories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('balance_after', sa.Integer(), server_default='0', nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(type = 'USE') = (amount < 0)", name=op.f('ck_point_histories_only_use_takes_points')),
    sa.CheckConstraint("type IN ('GRANT', 'TOP_UP', 'USE', 'REFUND')", name=op.f('ck_point_histories_type_known')),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_point_histories_amount_not_zero')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_point_histories_payment_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_point_histories_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_point_histories'))
    )
    op.create_index('ix_point_histories_user_id_id', 'point_histories', ['user_id', 'id'], unique=False)
    op.create_index('uq_point_histories_once_per_payment', 'point_histories', ['payment_id', 'type'], unique=True, postgresql_where=sa.text('payment_id IS NOT NULL'))
    op.create_table('reservations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seat_id', sa.Integer(), nullable=False),
    sa.Column('seat_version', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('concert_id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('slot', sa.Integer(), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payment_id', sa.Integer(), nullable=True),
    sa.Column('is_cancelled', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancel_reason', sa.String(length=20), nullable=True),
    sa.CheckConstraint('is_cancelled = (cancel_reason IS NOT NULL)', name=op.f('ck_reservations_a_cancellation_has_a_reason')),
    sa.CheckConstraint('is_cancelled = (cancelled_at IS NOT NULL)', name=op.f('ck_reservations_a_cancellation_has_a_time')),
    sa.CheckConstraint('price > 0', name=op.f('ck_reservations_price_positive')),
    sa.CheckConstraint('slot BETWEEN 1 AND 4', name=op.f('ck_reservations_slot_within_limit')),
    sa.ForeignKeyConstraint(['concert_id'], ['concerts.id'], name=op.f('fk_reservations_concert_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_reservations_order_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_reservations_payment_id')),
    sa.ForeignKeyConstraint(['seat_id'], ['seats.id'], name=op.f('fk_reservations_seat_id')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reservations_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reservations'))
    )
    op.create_index('ix_reservations_holds', 'reservations', ['expires_at'], unique=False, postgresql_where=sa.text('NOT is_cancelled AND payment_id IS NULL'))
    op.create_index(op.f('ix_reservations_order_id'), 'reservations', ['order_id'], unique=False)
    op.create_index(op.f('ix_reservations_payment_id'), 'reservations', ['payment_id'], unique=False)
    op.create_index('uq_reservations_one_live_per_seat', 'reservations', ['seat_id'], unique=True, postgresql_where=sa.text('NOT is_cancelled'))
    op.create_index('uq_reservations_seat_limit', 'reservations', ['user_id', 'concert_id', 'slot'], unique=True, postgresql_where=sa.text('NOT is_cancelled'))
    op.create_table('payment_items',
    sa.Column('payment_id', sa.Integer(), nullable=False),
    sa.Column('reservation_id', sa.Integer(), nullable=False),
    sa.Column('price', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['payment_id'], ['payments.id'], name=op.f('fk_payment_items_payment_id')),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_payment_items_reservation_id')),
    sa.PrimaryKeyConstraint('payment_id', 'reservation_id', name=op.f('pk_payment_items'))
    )
    op.create_table('tickets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=32), nullable=False),
    sa.Column('reservation_id', sa.Integer(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['reservation_id'], ['reservations.id'], name=op.f('fk_tickets_reservation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tickets')),
    sa.UniqueConstraint('code', name=op.f('uq_tickets_code')),
    sa.UniqueConstraint('reservation_id', name=op.f('uq_tickets_reservation_id'))
    )


def downgrade() -> None:
    op.drop_table('tickets')
    op.drop_table('payment_items')
    op.drop_index('uq_reservations_seat_limit', table_name='reservations', postgresql_where=sa.text('NOT is_cancelled'))
    op.drop_index('uq_reservations_one_live_per_seat', table_name='reservations', postgresql_where=sa.text('NOT is_cancelled'))
    op.drop_index(op.f('ix_reservations_payment_id'), table_name='reservations')
    op.drop_index(op.f('ix_reservations_order_id'), table_name='reservations')
    op.drop_index('ix_reservations_holds', table_name='reservations', postgresql_where=sa.text('NOT is_cancelled AND payment_id IS NULL'))
    op.drop_table('reservations')
    op.drop_index('uq_point_histories_once_per_payment', table_name='point_histories', postgresql_where=sa.text('payment_id IS NOT NULL'))
    op.drop_index('ix_point_histories_user_id_id', table_name='point_histories')
    op.drop_table('point_histories')
    op.drop_index('uq_payments_provider_key', table_name='payments', postgresql_where=sa.text('provider_key IS NOT NULL'))
    op.drop_index('uq_payments_one_paid_per_order', table_name='payments', postgresql_where=sa.text("status = 'paid'"))
    op.drop_index(op.f('ix_payments_user_id'), table_name='payments')
    op.drop_index(op.f('ix_payments_order_id'), table_name='payments')
    op.drop_index('ix_payments_ask_at', table_name='payments', postgresql_where=sa.text("status IN ('pending', 'cancelling', 'failed') AND ask_at IS NOT NULL"))
    op.drop_table('payments')
    op.drop_table('seats')
    op.drop_index(op.f('ix_orders_user_id'), table_name='orders')
    op.drop_index(op.f('ix_orders_concert_id'), table_name='orders')
    op.drop_table('orders')
    op.drop_index(op.f('ix_sign_ins_user_id'), table_name='sign_ins')
    op.drop_table('sign_ins')
    op.drop_index('uq_sessions_one_live_per_fan', table_name='sessions', postgresql_where=sa.text('NOT is_terminated'))
    op.drop_index('uq_sessions_concert_id_wait_number', table_name='sessions')
    op.drop_index('ix_sessions_waiting', table_name='sessions', postgresql_where=sa.text('NOT is_terminated AND called_at IS NULL'))
    op.drop_index('ix_sessions_left_while_waiting', table_name='sessions', postgresql_where=sa.text('is_terminated AND called_at IS NULL'))
    op.drop_index('ix_sessions_fan', table_name='sessions')
    op.drop_index('ix_sessions_served', table_name='sessions', postgresql_where=sa.text('NOT is_terminated AND called_at IS NOT NULL'))
    op.drop_index('ix_sessions_called_at', table_name='sessions', postgresql_where=sa.text('called_at IS NOT NULL'))
    op.drop_table('sessions')
    op.drop_table('schedules')
    op.drop_index(op.f('ix_operator_actions_created_at'), table_name='operator_actions')
    op.drop_table('operator_actions')
    op.drop_table('counters')
    op.drop_index('uq_users_email', table_name='users')
    op.drop_table('users')
    op.drop_table('seat_plans')
    op.drop_index('ix_payment_events_unsettled', table_name='payment_events', postgresql_where=sa.text('settled_at IS NULL'))
    op.drop_table('payment_events')
    op.drop_table('concerts')
