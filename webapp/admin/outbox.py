"""The outbox as an operator reads it."""

from typing import Any

from sqlalchemy import Row, func, select

from webapp.accounts.models import User
from webapp.checkout.mail_models import Mail
from webapp.db import db
from webapp.errors import NotFound


def newest(state: str | None, before: int | None, most: int) -> list[Row[Any]]:
    """The newest mails, or those older than the mail `before`; of one state if given."""
    statement = select(Mail, User.email).join(User, User.id == Mail.user_id).order_by(Mail.id.desc()).limit(most)
    if state:
        statement = statement.where(Mail.status == state)
    if before is not None:
        statement = statement.where(Mail.id < before)
    return list(db.session.execute(statement))


def mail(public_id: str) -> Row[Mail, str]:
    """One mail and its fan's address. Raises NotFound."""
    statement = select(Mail, User.email).join(User, User.id == Mail.user_id).where(Mail.public_id == public_id)
    found = db.session.execute(statement).first()
    if found is None:
        raise NotFound()
    return found


def counts() -> dict[str, int]:
    """How many mails are in each state."""
    rows = db.session.execute(select(Mail.status, func.count()).group_by(Mail.status).order_by(Mail.status))
    return {row[0]: row[1] for row in rows}
