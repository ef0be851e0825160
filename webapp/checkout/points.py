"""Points: every change is a row of the ledger; a trigger moves the balance with it and never below zero."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.exc import IntegrityError

from webapp.accounts.models import User
from webapp.checkout.models import GRANT, REFUND, TOP_UP, USE, PointHistory
from webapp.db import db
from webapp.errors import NotEnoughPoints


def balance(user_id: int) -> int:
    """The fan's points, read afresh, in won."""
    return db.session.scalars(select(User.point).where(User.id == user_id)).one()


def grant(user_id: int, amount: int, now: datetime) -> None:
    """Give points without a payment, as a promoter does."""
    db.session.execute(insert(PointHistory).values(user_id=user_id, amount=amount, type=GRANT, created_at=now))


def use(user_id: int, amount: int, payment_id: int, now: datetime) -> None:
    """Take points for a payment. Raises NotEnoughPoints and takes none when the balance does not reach."""
    row = {"user_id": user_id, "amount": -amount, "type": USE, "payment_id": payment_id, "created_at": now}
    try:
        with db.session.begin_nested():
            db.session.execute(insert(PointHistory).values(row))
    except IntegrityError as error:
        if "ck_users_point_never_negative" not in str(error.orig):
            raise
        raise NotEnoughPoints() from None


def top_up(user_id: int, amount: int, payment_id: int, now: datetime) -> bool:
    """Add the points a paid top-up bought, once per payment however often this is called."""
    return _add_once(user_id, amount, TOP_UP, payment_id, now)


def give_back(user_id: int, amount: int, payment_id: int, now: datetime) -> bool:
    """Return the points a payment took, once per payment however often this is called."""
    return _add_once(user_id, amount, REFUND, payment_id, now)


def history(user_id: int, before: int | None, most: int) -> list[PointHistory]:
    """The newest rows of the fan's ledger, or those older than the row `before`."""
    statement = select(PointHistory).where(PointHistory.user_id == user_id).order_by(PointHistory.id.desc()).limit(most)
    if before is not None:
        statement = statement.where(PointHistory.id < before)
    return list(db.session.scalars(statement))


def _add_once(user_id: int, amount: int, kind: str, payment_id: int, now: datetime) -> bool:
    statement = (
        insert_or_skip(PointHistory)
        .values(user_id=user_id, amount=amount, type=kind, payment_id=payment_id, created_at=now)
        .on_conflict_do_nothing()
        .returning(PointHistory.id)
    )
    return db.session.scalar(statement) is not None
