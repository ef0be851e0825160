"""Why a payment came to nothing, and what happened when: in sentences, the fan's or another reader's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _

from webapp.booking.models import Looked
from webapp.checkout.models import CANCELLED, CANCELLING, FAILED, IN_REVIEW, PAID, REFUNDED, Attempted
from webapp.checkout.voices import FAN, OPERATOR, Voice

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


def sentence(reason: str | None, voice: Voice = FAN) -> str:
    """The reason as a sentence."""
    return str(voice.reasons.get(reason or "", voice.no_reason))


def why(payment: Attempted) -> str:
    """Why a payment came to nothing, and how its money fares on the way back: for operators."""
    return " ".join(_said(payment, OPERATOR))


def timeline(order: Looked, payments: Sequence[Attempted], voice: Voice = FAN) -> list[dict[str, Any]]:
    """What happened to an order, oldest first: {at, sentence}."""
    events = [_event(order.created_at, voice.held)]
    if order.extended_at:
        events.append(_event(order.extended_at, voice.extended))
    for payment in payments:
        events.append(_event(payment.created_at, voice.begun))
        events.extend(_ends(payment, voice))
    return sorted(events, key=lambda event: event["at"])


def _ends(payment: Attempted, voice: Voice) -> list[dict[str, Any]]:
    """What became of a payment, and of its money where it had to go back."""
    if payment.status in {PAID, REFUNDED} and payment.paid_at:
        return [_event(payment.paid_at, voice.paid)]
    if payment.status not in {FAILED, IN_REVIEW, CANCELLING, CANCELLED} or not payment.ended_at:
        return []
    events = [_event(payment.ended_at, words) for words in _said(payment, voice)]
    if payment.status == CANCELLING or (payment.ask_at and payment.status == IN_REVIEW):
        events.append(_event(payment.ended_at, voice.asked))
    elif payment.status == CANCELLED:
        events.append(_event(payment.returned_at or payment.ended_at, voice.returned))
    return events


def _said(payment: Attempted, voice: Voice) -> list[str]:
    is_going_back = payment.status in {CANCELLING, IN_REVIEW}
    handling = payment.handling if is_going_back and payment.handling != payment.reason else None
    return [sentence(payment.reason, voice), *([sentence(handling, voice)] if handling else [])]


def _event(at: datetime, words: object) -> dict[str, Any]:
    return {"at": at, "sentence": str(words)}
