"""Why a payment came to nothing, and what happened when: in sentences for the fan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from webapp.booking.models import Looked
from webapp.checkout.models import CANCELLED, CANCELLING, FAILED, IN_REVIEW, PAID, REFUNDED, Attempted

SENTENCES = {
    "declined": _("The payment was declined. You were not charged."),
    "cancelled": _("The payment was cancelled. You were not charged."),
    "given_up": _("You let the seats go. You were not charged."),
    "superseded": _("You started another payment instead."),
    "provider_unavailable": _("The payment company did not answer. You were not charged."),
    "provider_refused": _("The payment company did not take this payment. You were not charged."),
    "never_started": _("The payment was never begun. You were not charged."),
    "abandoned": _("The payment was not finished in time. You were not charged."),
    "resold": _("Your payment arrived after your hold was over, and somebody else has the seats."),
    "released": _("Your payment arrived after you had given the seats back."),
    "seat_limit": _("Your payment arrived late, and you have four other seats for this concert."),
    "show_cancelled": _("This performance is cancelled."),
    "show_begun": _("Your payment arrived after your hold was over, and the performance had begun."),
    "already_paid": _("This order was already paid, so this second payment goes back."),
    "points_returned": _("Your payment arrived after its points had gone back to you."),
    "wrong_amount": _("The amount paid is not the amount of this order. It bought nothing and goes back."),
    "wrong_currency": _("The currency paid is not won. It bought nothing and goes back."),
    "foreign_payment": _("The payment belongs to something else. It bought nothing and goes back."),
    "reopened": _("This payment had been closed before the money came, so it goes back."),
    "unknown_payment": _("Money for a payment that is not in our books."),
    # How money fares on its way back, where that is not smooth.
    "refused": _("The payment company would not send the money back by itself. Our staff are looking at it."),
    "operator": _("Our staff are sending the payment back."),
}

# What differs between a provider's record and ours, and what putting it right will do: for operators.
DIFFERENCES = {
    "paid_there": (
        _("Paid there, not settled here."),
        _("Settles it: the seats are sold if they can still be had, otherwise the money goes back."),
    ),
    "unknown_here": (_("Paid there, unknown here."), _("Sends the money back, and asks until that is confirmed.")),
    "returned_there": (_("Returned there, still awaited here."), _("Notes that the money has gone back.")),
    "kept_there": (_("Returned here, still kept there."), _("Asks for the money once more.")),
    "paid_here_only": (_("Paid here, not paid there."), _("Tickets are out. Ask the payment company.")),
    "amount_differs": (_("Another amount there than here."), _("Tickets are out. Ask the payment company.")),
    "refunded_there": (
        _("Refunded there, not here."),
        _("The tickets are still valid. Decide about the order."),
    ),
    "refund_missing": (
        _("Refunded here, the money is still there."),
        _("Asks for the refund once more, until it is confirmed."),
    ),
    "refund_short": (
        _("Less refunded there than here."),
        _("The fan is still owed the rest. Ask the payment company."),
    ),
}


def difference(kind: str) -> dict[str, str]:
    """A difference in words: {what, repair}."""
    what, repair = DIFFERENCES[kind]
    return {"what": str(what), "repair": str(repair)}


def sentence(reason: str | None) -> str:
    """The reason as a sentence."""
    return str(SENTENCES.get(reason or "", _("The payment did not go through.")))


def why(payment: Attempted) -> str:
    """Why a payment came to nothing, and how its money fares on the way back: for operators."""
    return " ".join(_said(payment))


def timeline(order: Looked, payments: Sequence[Attempted]) -> list[dict[str, Any]]:
    """What happened to an order, oldest first: {at, sentence}."""
    events = [_event(order.created_at, gettext("Seats held for you."))]
    if order.extended_at:
        events.append(_event(order.extended_at, gettext("Your seats are kept two minutes longer while you pay.")))
    for payment in payments:
        events.append(_event(payment.created_at, gettext("Payment started.")))
        events.extend(_ends(payment))
    return sorted(events, key=lambda event: event["at"])


def _ends(payment: Attempted) -> list[dict[str, Any]]:
    """What became of a payment, and of its money where it had to go back."""
    if payment.status in {PAID, REFUNDED} and payment.paid_at:
        return [_event(payment.paid_at, gettext("Paid. Your tickets are ready."))]
    if payment.status not in {FAILED, IN_REVIEW, CANCELLING, CANCELLED} or not payment.ended_at:
        return []
    events = [_event(payment.ended_at, words) for words in _said(payment)]
    if payment.status == CANCELLING or (payment.ask_at and payment.status == IN_REVIEW):
        asked = gettext("We asked the payment company to send all of it back, and ask again until it says so.")
        events.append(_event(payment.ended_at, asked))
    elif payment.status == CANCELLED:
        back = gettext("All of it is on its way back: a card shows it within three to five working days.")
        events.append(_event(payment.returned_at or payment.ended_at, back))
    return events


def _said(payment: Attempted) -> list[str]:
    is_going_back = payment.status in {CANCELLING, IN_REVIEW}
    handling = payment.handling if is_going_back and payment.handling != payment.reason else None
    return [sentence(payment.reason), *([sentence(handling)] if handling else [])]


def _event(at: datetime, words: str) -> dict[str, Any]:
    return {"at": at, "sentence": words}
