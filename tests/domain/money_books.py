"""What Postgres says of seats, attempts and money, in the words of the model; and an empty house to begin with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tests import emptying
from tests.builders import do
from tests.domain.money_model import BACK, FAILED, PAID, PENDING, REFUNDED, RETURNED
from webapp import memory
from webapp.booking.models import Reservation, is_live
from webapp.checkout.models import Payment, Ticket
from webapp.checkout.refund_models import Refund
from webapp.db import db
from webapp.errors import BookingError
from webapp.jobs import redis

# What the books call it, beside what the model calls it.
SPELLED = {"pending": PENDING, "paid": PAID, "failed": FAILED, "refunded": REFUNDED}
SPELLED |= {"cancelling": BACK, "in_review": BACK, "cancelled": RETURNED}


def empty() -> None:
    """An empty house, an empty Redis."""
    emptying.empty()
    redis().flushall()
    memory.forget()


def reference_of(payment_id: int) -> str:
    return db.session.scalars(select(Payment.public_id).where(Payment.id == payment_id)).one()


def seats_in_the_books(now: datetime) -> dict[int, tuple[int, bool]]:
    """Each seat that is somebody's: of which order, and whether it is sold and has a valid ticket."""
    statement = (
        select(Reservation.seat_id, Reservation.order_id, Ticket.id)
        .outerjoin(Ticket, (Ticket.reservation_id == Reservation.id) & Ticket.voided_at.is_(None))
        .where(is_live(now))
    )
    return {row.seat_id: (row.order_id, row.id is not None) for row in db.session.execute(statement)}


def attempts_in_the_books() -> dict[int, tuple[str, int]]:
    rows = db.session.execute(select(Payment.id, Payment.status, Payment.captured_amount))
    return {row.id: (SPELLED[row.status], row.captured_amount) for row in rows}


def owed_to_the_shop() -> dict[str, int]:
    """What the bank should have kept of each payment, now that all is over."""
    rows = db.session.execute(
        select(Payment.public_id, Payment.status, Payment.captured_amount, Refund.card_amount).outerjoin(
            Refund, Refund.payment_id == Payment.id
        )
    ).all()
    assert {row.status for row in rows} <= {PAID, FAILED, "cancelled", REFUNDED}
    return {
        row.public_id: row.captured_amount - (row.card_amount or 0) if row.status in (PAID, REFUNDED) else 0
        for row in rows
    }


def expecting(may: bool, verb: Callable[..., Any], *arguments: Any) -> Any:
    """What the verb gives; None when it was refused, which the model must have foreseen."""
    try:
        given = do(verb, *arguments)
    except BookingError:
        assert not may, "the model would have allowed it"
        return None
    assert may, "the model would have refused it"
    return given
