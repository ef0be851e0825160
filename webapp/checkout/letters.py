"""What the mails say: each kind's words, in the fan's language and the concert's time zone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.accounts.models import User
from webapp.booking import views as booking_views
from webapp.booking.models import Order, Reservation
from webapp.checkout import letter_look, reasons
from webapp.checkout.mail_models import HOLD_REFUNDED, ORDER_CONFIRMED, REFUND_COMING, SHOW_CANCELLED, Mail
from webapp.checkout.models import Payment, Ticket
from webapp.checkout.refund_models import Refund
from webapp.concerts.models import Concert, Schedule, Seat
from webapp.db import db
from webapp.languages import LANGUAGES, speaking


@dataclass(frozen=True)
class Letter:
    """A mail before it is laid out. Facts are (label, value), links (label, address), the main one first."""

    subject: str
    heading: str
    paragraphs: Sequence[str]
    facts: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Matter:
    """What a mail is about."""

    payment: Payment
    order: Order
    concert: Concert
    schedule: Schedule


def write_out(mail: Mail) -> None:
    """Fill in the mail's recipient and words, once: every try sends the same."""
    fan = db.session.get_one(User, mail.user_id)
    mail.recipient = fan.email
    mail.subject, mail.plain, mail.html = rendered(mail)


def rendered(mail: Mail) -> tuple[str, str, str]:
    """Subject, plain text and HTML as they would be sent now, in the fan's language."""
    fan = db.session.get_one(User, mail.user_id)
    language = fan.language or fan.reads or next(iter(LANGUAGES))
    with speaking(language):
        letter = LETTERS[mail.kind](_matter(mail))
        look = {"css": letter_look.css, "dark": letter_look.dark}
        known = {"letter": letter, "language": language, "home": _address("/"), **look}
        plain, html = (
            current_app.jinja_env.get_template(f"mail/letter.{kind}").render(known) for kind in ("txt", "html")
        )
    return letter.subject, plain, html


def _matter(mail: Mail) -> Matter:
    payment = db.session.get_one(Payment, mail.payment_id)
    order = db.session.get_one(Order, payment.order_id)
    concert = db.session.get_one(Concert, order.concert_id)
    return Matter(payment, order, concert, db.session.get_one(Schedule, order.schedule_id))


def _confirmed(matter: Matter) -> Letter:
    tickets = [
        (_("Ticket: %(seat)s", seat=name), _address(f"/tickets/{code}")) for name, code in _tickets(matter.order)
    ]
    return Letter(
        _("Your tickets for %(title)s", title=matter.concert.title),
        _("See you there."),
        [_("Your payment has arrived and the seats are yours. Show the code of each ticket at the door.")],
        [*_evening(matter), *_paid(matter.payment)],
        [(_("Open the order"), _order(matter)), *tickets],
    )


def _refund_coming(matter: Matter) -> Letter:
    refund = _refund(matter)
    paragraphs = [_("Your order is cancelled. Its tickets no longer open the door, and the seats are on sale again.")]
    return Letter(
        _("Your refund for %(title)s", title=matter.concert.title),
        _("Your order is cancelled."),
        [*paragraphs, *_when_it_returns(refund)],
        [*_evening(matter), *_money_back(matter.payment, refund)],
        [(_("See how it goes"), _order(matter))],
    )


def _show_cancelled(matter: Matter) -> Letter:
    refund = _refund(matter)
    paragraphs = [_("We are sorry: this performance will not take place. You get back everything you paid.")]
    return Letter(
        _("Cancelled: %(title)s", title=matter.concert.title),
        _("This performance is cancelled."),
        [*paragraphs, *_when_it_returns(refund)],
        [*_evening(matter), *_money_back(matter.payment, refund)],
        [(_("See how it goes"), _order(matter))],
    )


def _hold_refunded(matter: Matter) -> Letter:
    is_won = matter.payment.reason != "wrong_currency"  # how much it was in another one is the company's to say
    back = [
        (_("Back to your card"), matter.payment.captured_amount if is_won else 0),
        (_("Back to your points"), matter.payment.points_amount),
    ]
    is_double = matter.payment.reason == "already_paid"
    seats = _("Your seats are safe.") if is_double else _("You have no seats from this payment.")
    points = [_("The points are back in your wallet already.")] if matter.payment.points_amount else []
    return Letter(
        _("Your payment for %(title)s goes back", title=matter.concert.title),
        _("Your payment goes back to you."),
        [
            reasons.sentence(matter.payment.reason),
            seats + " " + _("We have asked the payment company to give back all of it."),
            _("Your card shows it three to five working days after the payment company has confirmed."),
            *points,
        ],
        [*_evening(matter), *_parts(back)],
        [(_("See how it goes"), _order(matter))],
    )


LETTERS: dict[str, Callable[[Matter], Letter]] = {
    ORDER_CONFIRMED: _confirmed,
    REFUND_COMING: _refund_coming,
    HOLD_REFUNDED: _hold_refunded,
    SHOW_CANCELLED: _show_cancelled,
}


def _when_it_returns(refund: Refund) -> list[str]:
    said = []
    if refund.points_amount:
        said.append(_("The points are back in your wallet already."))
    if refund.card_amount:
        said.append(_("Your card shows it three to five working days after the payment company has confirmed."))
    return said


def _evening(matter: Matter) -> list[tuple[str, str]]:
    items = booking_views.items(matter.order.id)
    return [
        (_("Concert"), f"{matter.concert.title}, {matter.concert.artist}"),
        (_("When"), _moment(matter.schedule.starts_at, matter.concert.time_zone)),
        (_("Where"), f"{matter.concert.venue}, {matter.concert.city}"),
        (_("Seats"), "; ".join(item.in_words for item in items)),
    ]


def _paid(payment: Payment) -> list[tuple[str, str]]:
    parts = [(_("Paid by card"), payment.captured_amount), (_("Paid with points"), payment.points_amount)]
    return _parts(parts)


def _parts(parts: Sequence[tuple[str, int]]) -> list[tuple[str, str]]:
    """Amounts in won as facts, without those that are nothing."""
    return [(label, _won(amount)) for label, amount in parts if amount]


def _money_back(payment: Payment, refund: Refund) -> list[tuple[str, str]]:
    parts = [
        (_("Paid"), payment.captured_amount + payment.points_amount),
        (_("Cancellation fee"), refund.fee),
        (_("Back to your card"), refund.card_amount),
        (_("Back to your points"), refund.points_amount),
    ]
    return _parts(parts)


def _tickets(order: Order) -> list[tuple[str, str]]:
    statement = (
        select(Seat, Ticket.code)
        .join(Reservation, Reservation.seat_id == Seat.id)
        .join(Ticket, Ticket.reservation_id == Reservation.id)
        .where(Reservation.order_id == order.id, Ticket.voided_at.is_(None))
        .order_by(Seat.number)
    )
    return [(seat.name, code) for seat, code in db.session.execute(statement)]


def _refund(matter: Matter) -> Refund:
    return db.session.scalars(select(Refund).where(Refund.order_id == matter.order.id)).one()


def _order(matter: Matter) -> str:
    return _address(f"/orders/{matter.order.public_id}")


def _address(path: str) -> str:
    return str(current_app.extensions["settings"].public_url) + path


def _won(amount: int) -> str:
    return _filter("money", amount)


def _moment(at: datetime, zone: str) -> str:
    return _filter("moment", at, zone)


def _filter(name: str, *values: Any) -> str:
    """As pages say it."""
    return str(current_app.jinja_env.filters[name](*values))
