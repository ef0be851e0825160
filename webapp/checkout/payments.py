"""Starting a payment: by card, by points, or part of each. Settling is in settling.py.

An attempt has its own idempotency key, and the same key gives the same attempt: a double click pays once.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Row, bindparam, select, text

from webapp.booking import claims, extending, holds
from webapp.booking.models import Order
from webapp.checkout import attempts, points, settling
from webapp.checkout.attempts import Wish as Wish
from webapp.checkout.models import PENDING, POINTS, Payment
from webapp.db import db, fetch
from webapp.errors import AmountMismatch, BadAmount, NotFound

# What every attempt asks, built once.
STARTED = text(
    "UPDATE payments SET provider_key = coalesce(provider_key, :provider_key), redirect_url = :redirect_url"
    " WHERE id = :payment_id RETURNING id"
).columns(id=Integer)
BACK = (
    select(Payment.id, Payment.status, Payment.order_id, Order.public_id.label("order_public_id"))
    .outerjoin(Order, Order.id == Payment.order_id)
    .where(Payment.public_id == bindparam("public_id"), Payment.user_id == bindparam("user_id"))
)

TOP_UP_LOW, TOP_UP_HIGH = 1_000, 1_000_000


def start(user_id: int, order_id: int, wish: Wish, now: datetime) -> Payment:
    """Begin an attempt to pay the order's live holds; from points alone it is settled at once.

    Points are taken now and come back if the attempt fails. A card takes time, so the first attempt with one keeps
    the seats two minutes longer. Raises NotFound, KeyReused, AlreadyPaid,
    ShowCancelled, HoldExpired, AmountMismatch, BadAmount or NotEnoughPoints.
    """
    claims.lock_fan(user_id)
    if known := attempts.known(user_id, order_id, wish):
        return known
    holds = attempts.payable(user_id, order_id, now)
    total = sum(hold.price for hold in holds)
    if wish.total != total:
        raise AmountMismatch(total=total)
    if not 0 <= wish.points <= total:
        raise BadAmount(low=0, high=total)
    if wish.points < total:
        extending.extend(holds[0], len(holds), now)
    if holds[0].has_open:
        settling.close_open(order_id, "superseded", now)
    payment = attempts.begin(user_id, order_id, wish, total, now, holds)
    if wish.points:
        points.use(user_id, wish.points, payment.id, now)
    if payment.provider == POINTS:
        settling.settle_paid(payment, captured=0, now=now, has_others=False)
    return payment


def start_top_up(user_id: int, amount: int, provider: str, idempotency_key: str, now: datetime) -> Payment:
    """Begin an attempt to buy points. Raises KeyReused, or BadAmount outside 1,000 to 1,000,000 won."""
    claims.lock_fan(user_id)
    wish = Wish(amount, 0, provider, idempotency_key)
    if known := attempts.known(user_id, None, wish):
        return known
    if not TOP_UP_LOW <= amount <= TOP_UP_HIGH:
        raise BadAmount(low=TOP_UP_LOW, high=TOP_UP_HIGH)
    return attempts.begin(user_id, None, wish, amount, now)


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
        payment.ask_at = now + attempts.FIRST_ASK


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
