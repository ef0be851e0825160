"""The log of what operators did: who, what, when, before and after."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.accounts.models import User
from webapp.admin.action_words import said
from webapp.admin.models import OperatorAction
from webapp.admin.state_words import shown
from webapp.db import db

CHECK_IN, UNDO_CHECK_IN = "check in", "undo check in"
DOOR = (CHECK_IN, UNDO_CHECK_IN)


def note(
    operator_id: int,
    action: str,
    subject: str,
    before: dict[str, Any],
    after: dict[str, Any],
    now: datetime,
) -> None:
    """Write an action down, in the transaction that carries it out."""
    db.session.add(
        OperatorAction(
            operator_id=operator_id,
            action=action,
            subject=subject,
            before=before,
            after=after,
            created_at=now,
        )
    )


def newest(before_id: int | None, most: int, door: bool | None = None) -> list[dict[str, Any]]:
    """The newest actions, or those older than the action `before_id`; only what differs is shown.

    An evening's check-ins are many: `door` True for them alone, False for everything else.
    """
    statement = (
        select(OperatorAction, User.name)
        .join(User, User.id == OperatorAction.operator_id)
        .order_by(OperatorAction.id.desc())
        .limit(most)
    )
    if door is not None:
        statement = statement.where(OperatorAction.action.in_(DOOR) == door)
    if before_id is not None:
        statement = statement.where(OperatorAction.id < before_id)
    return [_seen(action, operator) for action, operator in db.session.execute(statement)]


def _seen(action: OperatorAction, operator: str) -> dict[str, Any]:
    return {
        "id": action.id,
        "at": action.created_at,
        "operator": operator,
        "what": said(action.action),
        "subject": action.subject,
        "before": shown({key: value for key, value in action.before.items() if action.after.get(key) != value}),
        "after": shown({key: value for key, value in action.after.items() if action.before.get(key) != value}),
    }
