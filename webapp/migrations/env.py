"""Runs migrations on the app's own connection. See cli.py, `flask --app wsgi migrate`."""

from alembic import context

import webapp.admin.models
import webapp.api.models
import webapp.booking.models
import webapp.checkout.mail_models
import webapp.checkout.models
import webapp.checkout.refund_models
import webapp.waiting_room.lobby_models
import webapp.waiting_room.models  # noqa: F401
from webapp.db import db

with db.engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=db.metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
