"""Cancelling a paid order, whole and once: seats free, tickets void, points back; a job fetches the card's part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from webapp import jobs
from webapp.booking import claims
from webapp.booking.models import PAID, REFUNDED, Order, Reservation
from webapp.checkout import fees, mails, points
from webapp.checkout.mail_models import REFUND_COMING, SHOW_CANCELLED
from webapp.checkout.models import PAID as PAYMENT_PAID
from webapp.checkout.models import REFUNDED as PAYMENT_REFUNDED
from webapp.checkout.models import Payment, Ticket
from webapp.checkout.refund_models import ASKED, BY_FAN, BY_OPERATOR, BY_SHOW, RETURNED, Refund
from webapp.concerts.models import Concert, Schedule
from webapp.db import after_commit, db
from webapp.errors import AlreadyCancelled, FeeChanged, NotFound, TicketUsed, TooLateToCancel
from webapp.live import messages


@dataclass(frozen=True)
class Quote:
    """What cancelling an order means at this moment, in won, and the whole ladder it comes from."""

    paid_card: int
    paid_points: int
    fee: int
    to_card: int
    to_points: int
    bands: Sequence[fees.Band]
    band: fees.Band
    today: date

    @property
    def paid(self) -> int:
        return self.paid_card + self.paid_points

    @property
    def is_possible(self) -> bool:
        return self.band.rule != fees.NEVER


def quote(order: Order, now: datetime, *, free: bool = False) -> Quote:
    """What cancelling costs by the concert's ladder, or with `free` nothing. Raises NotFound for an unpaid order."""
    payment = db.session.scalar(select(Payment).where(Payment.order_id == order.id, Payment.status == PAYMENT_PAID))
    if payment is None or payment.paid_at is None:
        raise NotFound()
    concert = db.session.get_one(Concert, order.concert_id)
    schedule = db.session.get_one(Schedule, order.schedule_id)
    zone = ZoneInfo(concert.time_zone)
    today = now.astimezone(zone).date()
    laid = fees.bands(
        fees.read_terms(concert.refund_terms), _prices(order.id), payment.paid_at.astimezone(zone).date(), schedule.date
    )
    band = fees.band_of(laid, today)
    fee = 0 if free or schedule.cancelled_at else band.fee
    back = payment.captured_amount + payment.points_amount - fee
    to_card, to_points = fees.split(back, payment.captured_amount, payment.points_amount)
    return Quote(payment.captured_amount, payment.points_amount, fee, to_card, to_points, laid, band, today)


def cancel(user_id: int, order_id: int, fee_seen: int, now: datetime) -> Refund:
    """Cancel the fan's paid order at the fee they saw. A second click gets the refund of the first.

    Raises NotFound, TooLateToCancel, TicketUsed, or FeeChanged when the ladder has moved on since.
    """
    order, known = _begin(order_id)
    if order.user_id != user_id:
        raise NotFound()
    if known:
        return known
    offer = quote(order, now)
    if not offer.is_possible and offer.fee:
        raise TooLateToCancel()
    if offer.fee != fee_seen:
        raise FeeChanged(fee=offer.fee)
    return _refund(order, offer, BY_FAN, now)


def cancel_for_operator(order_id: int, free: bool, fee_seen: int, now: datetime) -> Refund:
    """Cancel any paid order at the fee seen, by the ladder or with `free` without one, also on the day.

    Raises as `cancel`; and AlreadyCancelled, for that may have been at another fee than the one wanted now.
    """
    order, known = _begin(order_id)
    if known:
        raise AlreadyCancelled()
    offer = quote(order, now, free=free)
    if not offer.is_possible and offer.fee:
        raise TooLateToCancel()
    if offer.fee != fee_seen:
        raise FeeChanged(fee=offer.fee)
    return _refund(order, offer, BY_OPERATOR, now)


def cancel_for_show(order_id: int, now: datetime) -> Refund:
    """The performance is cancelled: everything goes back, used tickets too. Raises NotFound for an unpaid order."""
    order, known = _begin(order_id)
    return known or _refund(order, quote(order, now, free=True), BY_SHOW, now)


def of_order(order_id: int) -> Refund | None:
    """The refund of an order, if there is one."""
    return db.session.scalar(select(Refund).where(Refund.order_id == order_id))


def lock_order(order: Order) -> None:
    """Lock the order behind its fan and read it afresh."""
    claims.lock_fan(order.user_id)
    db.session.refresh(order)


def _begin(order_id: int) -> tuple[Order, Refund | None]:
    """The order, locked behind its fan, and the refund it has already. Raises NotFound unless it is or was paid."""
    order = db.session.get(Order, order_id)
    if order is None:
        raise NotFound()
    lock_order(order)
    if order.status not in {PAID, REFUNDED}:
        raise NotFound()
    return order, of_order(order.id)


def _refund(order: Order, offer: Quote, cause: str, now: datetime) -> Refund:
    schedule = db.session.get_one(Schedule, order.schedule_id)
    cause = BY_SHOW if schedule.cancelled_at else cause
    live = (Reservation.order_id == order.id) & ~Reservation.is_cancelled
    seat_ids = list(db.session.scalars(select(Reservation.seat_id).where(live)))
    numbers = claims.give_back(seat_ids)
    _void_tickets(order.id, cause, now)
    claims.cancel(live, REFUNDED, now)
    payment = _paying(order.id)
    payment.status, order.status = PAYMENT_REFUNDED, REFUNDED
    if offer.to_points:
        points.give_back(order.user_id, offer.to_points, payment.id, now)
    refund = _write_down(order, payment, offer, cause, now)
    claims.publish(schedule, numbers, messages.FREE)
    _tell(order, refund, now)
    return refund


def _paying(order_id: int) -> Payment:
    """The payment that bought the order, locked. Raises NotFound when somebody has refunded it in the meantime."""
    paid = select(Payment).where(Payment.order_id == order_id, Payment.status == PAYMENT_PAID)
    payment = db.session.scalar(paid.with_for_update().execution_options(populate_existing=True))
    if payment is None:
        raise NotFound()
    return payment


def _void_tickets(order_id: int, cause: str, now: datetime) -> None:
    """Void the order's tickets. A scanner at the door may be at the same rows: whoever comes second sees the first."""
    mine = Ticket.reservation_id.in_(
        select(Reservation.id).where(Reservation.order_id == order_id, ~Reservation.is_cancelled)
    )
    tickets = db.session.scalars(
        select(Ticket).where(mine).order_by(Ticket.id).with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    if cause != BY_SHOW and any(ticket.checked_in_at for ticket in tickets):
        raise TicketUsed()
    db.session.execute(update(Ticket).where(Ticket.id.in_([one.id for one in tickets])).values(voided_at=now))


def _write_down(order: Order, payment: Payment, offer: Quote, cause: str, now: datetime) -> Refund:
    owed = offer.to_card > 0
    refund = Refund(
        payment_id=payment.id,
        order_id=order.id,
        cause=cause,
        fee=offer.fee,
        card_amount=offer.to_card,
        points_amount=offer.to_points,
        status=ASKED if owed else RETURNED,
        created_at=now,
        returned_at=None if owed else now,
        ask_at=now if owed else None,
    )
    db.session.add(refund)
    db.session.flush()
    return refund


def _tell(order: Order, refund: Refund, now: datetime) -> None:
    if refund.status == ASKED:
        after_commit(jobs.enqueue_later, jobs.ASKING, jobs.SEND_REFUND, refund.id)
    after_commit(messages.order_changed, order.user_id, order.public_id, once=("order", order.id))
    after_commit(messages.wallet_changed, order.user_id)
    kind = SHOW_CANCELLED if refund.cause == BY_SHOW else REFUND_COMING
    mails.write(kind, refund.payment_id, order.user_id, now)


def _prices(order_id: int) -> list[int]:
    live = select(Reservation.price).where(Reservation.order_id == order_id, ~Reservation.is_cancelled)
    return list(db.session.scalars(live))
