"""Starting a payment: by card, by points, or part of each. Settling is in settling.py.

An attempt has its own idempotency key, and the same key gives the same attempt: a double click pays once.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, text

from webapp.booking import claims, extending, holds
from webapp.booking.models import OPEN, Order, Reservation
from webapp.checkout import points, settling
from webapp.checkout.models import PAID as PAYMENT_PAID
from webapp.checkout.models import PENDING, POINTS, Payment, PaymentItem
from webapp.db import db, fetch
from webapp.errors import AlreadyPaid, AmountMismatch, BadAmount, HoldExpired, KeyReused, NotFound

# What every attempt asks, built once.
STARTED = text(
    "UPDATE payments SET provider_key = coalesce(provider_key, :provider_key), redirect_url = :redirect_url"
    " WHERE id = :payment_id RETURNING id"
)
BACK = (
    select(Payment.id, Payment.status, Payment.order_id, Order.public_id.label("order_public_id"))
    .outerjoin(Order, Order.id == Payment.order_id)
    .where(Payment.public_id == bindparam("public_id"), Payment.user_id == bindparam("user_id"))
)

TOP_UP_LOW, TOP_UP_HIGH = 1_000, 1_000_000


@dataclass(frozen=True)
class Wish:
    """How a fan wants to pay an order: the total they saw, how many of it in points, and through whom the rest."""

    total: int
    points: int
    provider: str
    idempotency_key: str


def start(user_id: int, order_id: int, wish: Wish, now: datetime) -> Payment:
    """Begin an attempt to pay the order's live holds; from points alone it is settled at once.

    Points are taken now and come back if the attempt fails. A card takes time, so the first attempt with one keeps
    the seats two minutes longer. Raises NotFound, KeyReused, AlreadyPaid,
    HoldExpired, AmountMismatch, BadAmount or NotEnoughPoints.
    """
    claims.lock_fan(user_id)
    if known := _attempt(user_id, order_id, wish):
        return known
    order, holds = _payable(user_id, order_id, now)
    total = sum(hold.price for hold in holds)
    if wish.total != total:
        raise AmountMismatch(total=total)
    if not 0 <= wish.points <= total:
        raise BadAmount(low=0, high=total)
    if wish.points < total:
        extending.extend(order, len(holds), now)
    settling.close_open(order.id, "superseded", now)
    payment = _open_attempt(user_id, order.id, wish, total, now)
    items = [{"payment_id": payment.id, "reservation_id": hold.id, "price": hold.price} for hold in holds]
    db.session.execute(insert(PaymentItem), items)
    if wish.points:
        points.use(user_id, wish.points, payment.id, now)
    if payment.provider == POINTS:
        settling.settle_paid(payment, captured=0, now=now)
    return payment


def start_top_up(user_id: int, amount: int, provider: str, idempotency_key: str, now: datetime) -> Payment:
    """Begin an attempt to buy points. Raises KeyReused, or BadAmount outside 1,000 to 1,000,000 won."""
    claims.lock_fan(user_id)
    wish = Wish(amount, 0, provider, idempotency_key)
    if known := _attempt(user_id, None, wish):
        return known
    if not TOP_UP_LOW <= amount <= TOP_UP_HIGH:
        raise BadAmount(low=TOP_UP_LOW, high=TOP_UP_HIGH)
    return _open_attempt(user_id, None, wish, amount, now)


def give_up(user_id: int, order_id: int, now: datetime) -> None:
    """Let the order's seats go, and with them what was begun to pay for them. Raises NotFound as holds.release."""
    holds.release(user_id, order_id, now)
    settling.close_open(order_id, "given_up", now)


def started(payment_id: int, provider_key: str, redirect_url: str) -> None:
    """Note what the provider answered, in one statement; a callback that was faster has already noted its key."""
    fetch(STARTED, payment_id=payment_id, provider_key=provider_key, redirect_url=redirect_url)


def not_started(payment_id: int, reason: str, now: datetime) -> None:
    """The provider could not be reached or refused: the attempt has failed and its points come back.

    It may have heard us though its answer was lost: a job asks, and closes there what was opened.
    """
    payment = db.session.get_one(Payment, payment_id)
    claims.lock_fan(payment.user_id)
    db.session.refresh(payment, with_for_update=True)
    if payment.status == PENDING and payment.redirect_url is None:
        settling.fail(payment, reason, now)
        payment.ask_at = now + settling.FIRST_ASK


def back_of(public_id: str, user_id: int) -> Row[Any]:
    """What the way back from the provider needs of the fan's payment: id, status, order_id, order_public_id, in one
    statement. Raises NotFound, for somebody else's too.
    """
    found = fetch(BACK, public_id=public_id, user_id=user_id)
    if not found:
        raise NotFound()
    return found[0]


def of_fan(public_id: str, user_id: int) -> Payment:
    """The fan's payment. Raises NotFound, for somebody else's too."""
    payment = db.session.scalar(select(Payment).where(Payment.public_id == public_id, Payment.user_id == user_id))
    if payment is None:
        raise NotFound()
    return payment


def _attempt(user_id: int, order_id: int | None, wish: Wish) -> Payment | None:
    """The attempt this key has begun already. The same key for another purchase is no repetition."""
    same_key = (Payment.user_id == user_id) & (Payment.idempotency_key == wish.idempotency_key)
    known = db.session.scalar(select(Payment).where(same_key))
    if known is None:
        return None
    begun = (known.order_id, known.amount + known.points_amount, known.points_amount, known.provider)
    if begun != (order_id, wish.total, wish.points, _through(wish)):
        raise KeyReused()
    return known


def _payable(user_id: int, order_id: int, now: datetime) -> tuple[Order, list[Reservation]]:
    order = db.session.scalars(select(Order).where(Order.id == order_id, Order.user_id == user_id)).one_or_none()
    if order is None:
        raise NotFound()
    paid = select(Payment.id).where(Payment.order_id == order.id, Payment.status == PAYMENT_PAID)
    if db.session.scalar(paid):
        raise AlreadyPaid()
    if order.status != OPEN or order.expires_at <= now:
        raise HoldExpired()
    statement = (
        select(Reservation)
        .where(Reservation.order_id == order.id, ~Reservation.is_cancelled, Reservation.expires_at > now)
        .order_by(Reservation.seat_id)
    )
    holds = list(db.session.scalars(statement))
    if not holds:
        raise HoldExpired()
    return order, holds


def _open_attempt(user_id: int, order_id: int | None, wish: Wish, total: int, now: datetime) -> Payment:
    payment = Payment(
        public_id=secrets.token_urlsafe(12),
        user_id=user_id,
        order_id=order_id,
        provider=_through(wish),
        idempotency_key=wish.idempotency_key,
        amount=total - wish.points,
        points_amount=wish.points,
        status=PENDING,
        created_at=now,
        ask_at=now + settling.FIRST_ASK,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def _through(wish: Wish) -> str:
    return wish.provider if wish.points < wish.total else POINTS
