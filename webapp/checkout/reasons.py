"""Why a payment came to nothing, and what happened when: in sentences for the fan."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp.booking.models import Order
from webapp.checkout.models import CANCELLED, CANCELLING, FAILED, IN_REVIEW, PAID, REFUNDED, Payment

SENTENCES = {
    "declined": _("The payment was declined. You were not charged."),
    "cancelled": _("The payment was cancelled. You were not charged."),
    "given_up": _("You let the seats go. You were not charged."),
    "superseded": _("You started another payment instead."),
    "provider_unavailable": _("The payment company did not answer. You were not charged."),
    "never_started": _("The payment was never begun. You were not charged."),
    "abandoned": _("The payment was not finished in time. You were not charged."),
    "resold": _("Your payment arrived after your five minutes were over, and somebody else has the seats."),
    "released": _("Your payment arrived after you had given the seats back."),
    "seat_limit": _("Your payment arrived late, and you have four other seats for this concert."),
    "show_cancelled": _("This performance is cancelled."),
    "already_paid": _("This order was already paid, so this second payment goes back."),
    "points_returned": _("Your payment arrived after its points had gone back to you."),
    "wrong_amount": _("The amount paid is not the amount of this order. Our staff are looking at it."),
    "wrong_currency": _("The currency paid is not won. Our staff are looking at it."),
    "foreign_payment": _("The payment belongs to something else. Our staff are looking at it."),
    "refused": _("The payment company would not send the money back by itself. Our staff are looking at it."),
    "operator": _("Our staff are sending the payment back."),
}


def sentence(reason: str | None) -> str:
    """The reason as a sentence."""
    return str(SENTENCES.get(reason or "", _("The payment did not go through.")))


def timeline(order: Order, payments: list[Payment]) -> list[dict[str, Any]]:
    """What happened to an order, oldest first: {at, sentence}."""
    events = [_event(order.created_at, gettext("Seats held for you."))]
    for payment in payments:
        events.append(_event(payment.created_at, gettext("Payment started.")))
        if payment.status in {PAID, REFUNDED} and payment.paid_at:
            events.append(_event(payment.paid_at, gettext("Paid. Your tickets are ready.")))
        elif payment.status in {FAILED, IN_REVIEW} and payment.ended_at:
            events.append(_event(payment.ended_at, sentence(payment.reason)))
        elif payment.status == CANCELLING:
            at = payment.ask_at or payment.created_at
            events.append(_event(at, sentence(payment.reason) + " " + gettext("We are sending your money back.")))
        elif payment.status == CANCELLED and payment.ended_at:
            back = gettext("Your money is on its way back: a card shows it within a few days.")
            events.append(_event(payment.ended_at, sentence(payment.reason) + " " + back))
    return events


def _event(at: datetime, words: str) -> dict[str, Any]:
    return {"at": at, "sentence": words}
