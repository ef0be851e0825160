"""What Postgres says of seats, attempts and money, in the words of the model; and an empty house to begin with."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tests import emptying
from tests.builders import do
from tests.domain.money_model import BACK, FAILED, PAID, PENDING, REFUNDED, RETURNED, REVIEW
from webapp import memory
from webapp.booking.models import Reservation, is_live
from webapp.checkout.models import Payment, StrayPayment, Ticket
from webapp.checkout.refund_models import Refund
from webapp.db import db
from webapp.errors import BookingError
from webapp.jobs import redis

# What the books call it, beside what the model calls it.
SPELLED = {"pending": PENDING, "paid": PAID, "failed": FAILED, "refunded": REFUNDED}
SPELLED |= {"cancelling": BACK, "in_review": REVIEW, "cancelled": RETURNED}


def empty() -> None:
    """An empty house, an empty Redis."""
    emptying.empty()
    db.session.expunge_all()  # numbers begin anew, and what is left of another evening must not answer to them
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


def attempts_in_the_books() -> dict[int, tuple[str, int, str | None]]:
    """Each attempt's status, what was captured of it, and the bank's key as far as it is known."""
    rows = db.session.execute(select(Payment.id, Payment.status, Payment.captured_amount, Payment.provider_key))
    return {row.id: (SPELLED[row.status], row.captured_amount, row.provider_key) for row in rows}


def refunds_in_the_books() -> dict[int, tuple[int, int, int]]:
    """By payment: the fee, what goes to the card and what went to points."""
    rows = db.session.execute(select(Refund.payment_id, Refund.fee, Refund.card_amount, Refund.points_amount))
    return {row.payment_id: (row.fee, row.card_amount, row.points_amount) for row in rows}


def strays_in_the_books() -> dict[str, bool]:
    """Money that belongs to nothing here, by the bank's key, and whether it is back."""
    rows = db.session.execute(select(StrayPayment.provider_key, StrayPayment.returned_at))
    return {row.provider_key: row.returned_at is not None for row in rows}


def expecting(may: bool, verb: Callable[..., Any], *arguments: Any) -> Any:
    """What the verb gives; None when it was refused, which the model must have foreseen."""
    try:
        given = do(verb, *arguments)
    except BookingError:
        assert not may, "the model would have allowed it"
        return None
    assert may, "the model would have refused it"
    return given
